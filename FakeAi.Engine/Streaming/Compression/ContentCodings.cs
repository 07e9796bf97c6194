using System.IO.Pipelines;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace FakeAi.Engine.Streaming.Compression;

/// <summary>Compresses answers for clients that ask for it, and bounds how many at once: a coder's tables are large.</summary>
internal sealed class ContentCodings(IOptions<EngineOptions> options)
{
    private const string Brotli = "br";
    private const string Gzip = "gzip";

    private readonly int _most = options.Value.MaxCompressed;
    private int _active;

    /// <summary>Answers under way that are compressed.</summary>
    public int Active => Volatile.Read(ref _active);

    /// <summary>
    /// Gives a writer that compresses, and says so in the headers; null where the client does not ask for it or too many are
    /// compressed already. Dispose it: its place is counted.
    /// </summary>
    public CompressedWriter? TryWrap(HttpContext context, PipeWriter output)
    {
        var coding = Choose(context.Request.Headers.AcceptEncoding);
        if (coding is null)
        {
            return null;
        }

        if (Interlocked.Increment(ref _active) > _most)
        {
            Interlocked.Decrement(ref _active);
            return null;
        }

        var headers = context.Response.Headers;
        headers.ContentEncoding = coding;
        headers.Append(HeaderNames.Vary, HeaderNames.AcceptEncoding);
        return Wrap(output, coding, () => Interlocked.Decrement(ref _active));
    }

    /// <summary>A writer that compresses, outside of any count.</summary>
    public static CompressedWriter Wrap(PipeWriter output, string coding, Action? released = null) =>
        new(output, coding == Brotli ? new BrotliCoder(output) : new GzipCoder(output), released);

    /// <summary>The coding that the client likes best: <c>br</c> before <c>gzip</c> at the same q-value; null for none (RFC 9110, 12.5.3).</summary>
    public static string? Choose(StringValues accept)
    {
        if (accept.Count == 0 || !StringWithQualityHeaderValue.TryParseList(accept, out var wishes))
        {
            return null;
        }

        double? brotli = null, gzip = null, any = null, identity = null;
        foreach (var wish in wishes)
        {
            var quality = wish.Quality ?? 1;
            switch (wish.Value.Value?.ToUpperInvariant())
            {
                case "BR":
                    brotli = quality;
                    break;
                case "GZIP" or "X-GZIP":
                    gzip = quality;
                    break;
                case "*":
                    any = quality;
                    break;
                case "IDENTITY":
                    identity = quality;
                    break;
            }
        }

        var (b, g) = (brotli ?? any ?? 0, gzip ?? any ?? 0);
        var best = Math.Max(b, g);
        return best <= 0 || identity > best ? null : b >= g ? Brotli : Gzip;
    }
}
