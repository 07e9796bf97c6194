using System.Globalization;
using FakeAi.Contracts.Wire;
using FakeAi.Gateway.OpenAi;
using FakeAi.Gateway.Providers.Anthropic;
using FakeAi.Gateway.Requests;
using Microsoft.Net.Http.Headers;

namespace FakeAi.Gateway.Upstreams;

/// <summary>
/// Which headers go to an engine. A list of what may pass rather than of what may not, so that no internal header of a
/// client ever does.
/// </summary>
internal static class ForwardedHeaders
{
    private const int MaxValue = 64;
    private const int MaxEncodings = 256;

    private static readonly string[] s_public =
    [
        PublicHeaders.TtftMs, PublicHeaders.ItlMs, PublicHeaders.Speed, PublicHeaders.LatencyProfile, PublicHeaders.MaxTokensPerSecond,
        PublicHeaders.Priority, PublicHeaders.Deterministic, PublicHeaders.Mode,
    ];

    /// <summary>Whether the public headers can be sent on as they are; the error to answer with if not.</summary>
    public static OpenAiError? Check(HttpRequest request)
    {
        foreach (var name in s_public)
        {
            var values = request.Headers[name];
            if (values.Count > 0 && (values.Count > 1 || values[0] is not { Length: <= MaxValue } value || !HeaderText.IsPrintable(value)))
            {
                return OpenAiErrors.WrongHeader(name);
            }
        }

        return null;
    }

    /// <summary>Fills a call's headers.</summary>
    public static void Copy(HttpRequest from, HttpRequestMessage to, GatewayRequest request, string? internalToken, bool fast)
    {
        var headers = to.Headers;
        foreach (var name in s_public)
        {
            var values = from.Headers[name];
            if (values.Count == 1)
            {
                headers.TryAddWithoutValidation(name, values[0]);
            }
        }

        // Checked by the surface: one of the versions that there are.
        if (request.Surface is AnthropicSurface && from.Headers[AnthropicSurface.VersionHeader] is { Count: 1 } version)
        {
            headers.TryAddWithoutValidation(AnthropicSurface.VersionHeader, version[0]);
        }

        if (request.Surface.Variant is { } variant)
        {
            headers.TryAddWithoutValidation(InternalHeaders.Variant, variant);
        }

        if (from.Headers.Accept is { Count: 1 } accept && HeaderText.IsPrintable(accept[0]))
        {
            headers.TryAddWithoutValidation(HeaderNames.Accept, accept[0]);
        }

        if (from.Headers.AcceptEncoding is { Count: > 0 } encodings && encodings.ToString() is { Length: <= MaxEncodings } encoding && HeaderText.IsPrintable(encoding))
        {
            headers.TryAddWithoutValidation(HeaderNames.AcceptEncoding, encoding);
        }

        // Masked keys have an ellipsis, which no header can carry.
        if (request.Key?.Replace("…", "...", StringComparison.Ordinal) is { } key && HeaderText.IsPrintable(key))
        {
            headers.TryAddWithoutValidation(InternalHeaders.Client, key);
        }

        headers.TryAddWithoutValidation(PublicHeaders.RequestId, request.Id);
        headers.TryAddWithoutValidation(InternalHeaders.Received, request.ReceivedUs.ToString(CultureInfo.InvariantCulture));
        if (internalToken is not null)
        {
            headers.TryAddWithoutValidation(InternalHeaders.Token, internalToken);
        }

        if (fast)
        {
            headers.TryAddWithoutValidation(InternalHeaders.Fast, "1");
        }

        to.Content!.Headers.TryAddWithoutValidation(HeaderNames.ContentType, "application/json");
    }
}
