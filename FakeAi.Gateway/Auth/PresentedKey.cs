namespace FakeAi.Gateway.Auth;

/// <summary>Reads the key that a request shows and makes it fit to be seen.</summary>
internal static class PresentedKey
{
    private const string Bearer = "Bearer ";

    /// <summary>How the subprotocol begins in which browsers show a key, since they cannot set headers on sockets.</summary>
    public const string Subprotocol = "openai-insecure-api-key.";

    /// <summary>The key of <c>Authorization: Bearer</c>, or of a socket's subprotocol, or an empty span.</summary>
    public static ReadOnlySpan<char> Of(HttpRequest request)
    {
        var bearer = OfAuthorization(request);
        return bearer.IsEmpty ? OfSubprotocol(request) : bearer;
    }

    /// <summary>The key of <c>Authorization: Bearer</c>, or an empty span.</summary>
    public static ReadOnlySpan<char> OfAuthorization(HttpRequest request)
    {
        var header = request.Headers.Authorization;
        var value = header.Count == 1 ? header[0].AsSpan() : default;
        return value.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? value[Bearer.Length..].Trim() : default;
    }

    private static ReadOnlySpan<char> OfSubprotocol(HttpRequest request)
    {
        foreach (var offered in request.Headers.SecWebSocketProtocol)
        {
            foreach (var part in offered.AsSpan().Split(','))
            {
                var protocol = offered.AsSpan()[part].Trim();
                if (protocol.StartsWith(Subprotocol, StringComparison.Ordinal))
                {
                    return protocol[Subprotocol.Length..];
                }
            }
        }

        return default;
    }

    /// <summary>For error messages, as OpenAI does: <c>sk-a***bcd</c>; short keys show nothing.</summary>
    public static string Mask(ReadOnlySpan<char> key) => key.Length < 12 ? "***" : $"{Printable(key[..4])}***{Printable(key[^3..])}";

    /// <summary>For events: <c>sk-…wxyz</c>; short keys show nothing. Null where there is no key.</summary>
    public static string? Tag(ReadOnlySpan<char> key) => key.Length switch
    {
        0 => null,
        < 12 => "…",
        _ => key.StartsWith("sk-") ? $"sk-…{Printable(key[^4..])}" : $"…{Printable(key[^4..])}",
    };

    private static string Printable(ReadOnlySpan<char> part)
    {
        Span<char> chars = stackalloc char[part.Length];
        for (var i = 0; i < part.Length; i++)
        {
            chars[i] = part[i] is > ' ' and < '\x7f' ? part[i] : '?';
        }

        return new string(chars);
    }
}
