using System.Buffers;
using FakeAi.Gateway.OpenAi;
using Microsoft.Extensions.Options;

namespace FakeAi.Gateway.Chat;

/// <summary>Reads a body whole, at most as much as allowed, whatever its headers promise.</summary>
internal sealed class RequestBodyReader(IOptions<GatewayOptions> options, TimeProvider clock)
{
    private const int FirstBuffer = 16 * 1024;

    /// <summary>The server tells of a connection's end in two places at once, here and in the token; which comes first is chance.</summary>
    private static readonly TimeSpan s_otherWord = TimeSpan.FromSeconds(1);

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
        catch (IOException exception) when (exception is not BadHttpRequestException { StatusCode: not StatusCodes.Status400BadRequest })
        {
            // Input that ends within the body looks like a body that is framed wrongly, but is a client that left.
            if (await IsOverAsync(cancellationToken))
            {
                throw new OperationCanceledException(cancellationToken);
            }

            if (exception is not BadHttpRequestException)
            {
                throw;
            }

            return (null, OpenAiErrors.BrokenBody(StatusCodes.Status400BadRequest));
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

    private async Task<bool> IsOverAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(s_otherWord, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return cancellationToken.IsCancellationRequested;
    }

    private static byte[] Grow(byte[] buffer, int length)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }
}
