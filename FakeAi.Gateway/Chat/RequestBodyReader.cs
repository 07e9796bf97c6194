using System.Buffers;
using FakeAi.Gateway.OpenAi;
using Microsoft.Extensions.Options;

namespace FakeAi.Gateway.Chat;

/// <summary>Reads a body whole, at most as much as allowed, whatever its headers promise.</summary>
internal sealed class RequestBodyReader(IOptions<GatewayOptions> options)
{
    private const int FirstBuffer = 16 * 1024;

    private readonly int _limit = options.Value.MaxBodyBytes;

    /// <summary>Gives the body, or the error to answer with.</summary>
    /// <exception cref="OperationCanceledException">The client left.</exception>
    public async ValueTask<(RequestBody? Body, OpenAiError? Error)> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > _limit)
        {
            return (null, OpenAiErrors.BodyTooLarge(_limit));
        }

        // Grows with what really came: a promise of 25 MB costs nothing until it is kept.
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(request.ContentLength + 1 ?? FirstBuffer, FirstBuffer));
        var length = 0;
        var handedOver = false;
        try
        {
            while (true)
            {
                var read = await request.Body.ReadAsync(buffer.AsMemory(length), cancellationToken);
                if (read == 0)
                {
                    handedOver = true;
                    return (new RequestBody(buffer, length), null);
                }

                length += read;
                if (length > _limit)
                {
                    return (null, OpenAiErrors.BodyTooLarge(_limit));
                }

                if (length == buffer.Length)
                {
                    buffer = Grow(buffer, length);
                }
            }
        }
        catch (BadHttpRequestException exception)
        {
            return (null, exception.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? OpenAiErrors.BodyTooLarge(_limit)
                : OpenAiErrors.BrokenBody(exception.StatusCode));
        }
        finally
        {
            if (!handedOver)
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    private static byte[] Grow(byte[] buffer, int length)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }
}
