using System.Buffers;
using Microsoft.Extensions.Options;

namespace FakeAi.Engine.Pipeline;

/// <summary>Reads request bodies whole.</summary>
internal sealed class RequestBody(IOptions<EngineOptions> options)
{
    /// <summary>Reads the body and gives it to the parser while its memory is valid.</summary>
    /// <exception cref="BadHttpRequestException">It is longer than the engine accepts, or broke off.</exception>
    public async Task<T> ReadAsync<T>(HttpContext context, Func<ReadOnlySequence<byte>, T> parse)
    {
        var reader = context.Request.BodyReader;
        while (true)
        {
            var result = await reader.ReadAsync(context.RequestAborted);
            if (result.Buffer.Length > options.Value.MaxBodyBytes)
            {
                throw new BadHttpRequestException("Body too long.", StatusCodes.Status413PayloadTooLarge);
            }

            if (result.IsCompleted)
            {
                try
                {
                    return parse(result.Buffer);
                }
                finally
                {
                    reader.AdvanceTo(result.Buffer.End);
                }
            }

            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }
}
