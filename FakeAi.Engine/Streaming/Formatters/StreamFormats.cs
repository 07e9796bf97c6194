using Microsoft.Net.Http.Headers;

namespace FakeAi.Engine.Streaming.Formatters;

/// <summary>Chooses a stream's format by what the request says.</summary>
internal sealed class StreamFormats
{
    /// <summary>The query parameter that beats <c>Accept</c>.</summary>
    public const string Parameter = "format";

    private readonly IStreamFormatter[] _formatters;
    private readonly IStreamFormatter _default;
    private readonly string _names;
    private readonly string _framedNames;

    public StreamFormats(IEnumerable<IStreamFormatter> formatters)
    {
        // The newest registration of a name wins, so that one of our own can be replaced.
        _formatters = [.. formatters.Reverse().DistinctBy(f => f.Name, StringComparer.Ordinal).Reverse()];
        _default = _formatters.First(static f => f.Name == "sse");
        _names = string.Join(", ", _formatters.Select(static f => f.Name));
        _framedNames = string.Join(", ", _formatters.Where(static f => f.Frame is not null).Select(static f => f.Name));
    }

    /// <summary>The format of a stream whose JSON a dialect writes.</summary>
    /// <exception cref="FormatNotAvailableException">The request names none that there is.</exception>
    public StreamFrame ChooseFrame(HttpRequest request) => Choose(request, framed: true).Frame!;

    /// <summary>The format of a generator's stream.</summary>
    /// <exception cref="FormatNotAvailableException">The request names none that there is.</exception>
    public IStreamFormatter Choose(HttpRequest request) => Choose(request, framed: false);

    private IStreamFormatter Choose(HttpRequest request, bool framed)
    {
        if (request.QueryString.HasValue && request.Query.TryGetValue(Parameter, out var named))
        {
            return Array.Find(_formatters, f => f.Name == named && (!framed || f.Frame is not null))
                ?? throw new FormatNotAvailableException(StatusCodes.Status400BadRequest, framed ? _framedNames : _names);
        }

        var accept = request.Headers.Accept;
        if (accept.Count == 0 || (accept.Count == 1 && accept[0] is null or "" or "*/*" or "application/json" or "text/event-stream"))
        {
            return _default;
        }

        if (!MediaTypeHeaderValue.TryParseList(accept, out var types))
        {
            return _default;
        }

        IStreamFormatter? best = null;
        var bestQuality = 0.0;
        foreach (var type in types)
        {
            var quality = type.Quality ?? 1;
            if (quality > bestQuality && Match(type, framed) is { } formatter)
            {
                (best, bestQuality) = (formatter, quality);
            }
        }

        return best ?? throw new FormatNotAvailableException(StatusCodes.Status406NotAcceptable, framed ? _framedNames : _names);
    }

    /// <summary>The format of one media range. SDKs ask for JSON whatever they want to have, so that this means the default.</summary>
    private IStreamFormatter? Match(MediaTypeHeaderValue type, bool framed)
    {
        if (type.MatchesAllTypes || type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || (type.MatchesAllSubTypes && type.Type.Equals("text", StringComparison.OrdinalIgnoreCase)))
        {
            return _default;
        }

        foreach (var formatter in _formatters)
        {
            var contentType = formatter.ContentType.AsSpan();
            var semicolon = contentType.IndexOf(';');
            if ((!framed || formatter.Frame is not null)
                && (type.MediaType.AsSpan().Equals(semicolon < 0 ? contentType : contentType[..semicolon], StringComparison.OrdinalIgnoreCase)
                    || formatter.Aliases.Contains(type.MediaType.Value, StringComparer.OrdinalIgnoreCase)))
            {
                return formatter;
            }
        }

        return null;
    }
}

/// <summary>A request asks for a format that there is not.</summary>
/// <param name="status">400 where the parameter names it, 406 where <c>Accept</c> does.</param>
/// <param name="names">Which there are.</param>
internal sealed class FormatNotAvailableException(int status, string names)
    : Exception($"The stream format asked for is not available. Available formats are: {names}.")
{
    public int Status => status;
}
