using FakeAi.Gateway.OpenAi;

namespace FakeAi.Gateway.Chat;

/// <summary>Lets only JSON bodies in, without parsing the header.</summary>
internal static class ContentTypeCheck
{
    private const string Json = "application/json";
    private const int MaxQuoted = 128;

    /// <summary>The error to answer with, or null.</summary>
    public static OpenAiError? Check(HttpRequest request)
    {
        var encoding = request.Headers.ContentEncoding;
        if (encoding.Count > 0 && !string.Equals(encoding, "identity", StringComparison.OrdinalIgnoreCase))
        {
            return OpenAiErrors.WrongContentEncoding(Cut(encoding.ToString()));
        }

        var type = request.ContentType;
        return IsJson(type) ? null : OpenAiErrors.WrongContentType(string.IsNullOrWhiteSpace(type) ? null : Cut(type));
    }

    private static bool IsJson(ReadOnlySpan<char> type)
    {
        var semicolon = type.IndexOf(';');
        var media = (semicolon < 0 ? type : type[..semicolon]).Trim();
        return media.Equals(Json, StringComparison.OrdinalIgnoreCase);
    }

    private static string Cut(string value) => value.Length <= MaxQuoted ? value : value[..MaxQuoted];
}
