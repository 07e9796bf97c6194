using System.Globalization;
using FakeAi.Gateway.OpenAi;

namespace FakeAi.Gateway.Resources;

/// <summary>Errors of files, uploads and batches in OpenAI's words.</summary>
internal static class ResourceErrors
{
    public static readonly OpenAiError StoreAway = new(
        503, "The server cannot reach its store at the moment. Please try again later.", OpenAiErrors.ServerError, null, "store_unavailable") { RetryAfterSeconds = 1 };

    public static readonly OpenAiError NotJson = new(
        400,
        "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library correctly. The OpenAI API "
        + "expects a JSON payload, but what was sent was not valid JSON.)",
        OpenAiErrors.InvalidRequest);

    public static ResourceFault NotFound(string what, string id) =>
        new(new OpenAiError(404, $"No such {what} object: {Shorten(id)}", OpenAiErrors.InvalidRequest, "id"));

    public static ResourceFault Missing(string param) =>
        new(new OpenAiError(400, $"Missing required parameter: '{param}'.", OpenAiErrors.InvalidRequest, param, "missing_required_parameter"));

    public static ResourceFault Unknown(string param) =>
        new(new OpenAiError(400, $"Unknown parameter: '{Shorten(param)}'.", OpenAiErrors.InvalidRequest, Shorten(param), "unknown_parameter"));

    public static ResourceFault WrongType(string param, string expected) =>
        new(new OpenAiError(400, $"Invalid type for '{param}': expected {expected}.", OpenAiErrors.InvalidRequest, param, "invalid_type"));

    public static ResourceFault NotOneOf(string param, string got, IReadOnlyList<string> supported) => new(new OpenAiError(
        400, $"'{Shorten(got)}' is not one of ['{string.Join("', '", supported)}'] - '{param}'", OpenAiErrors.InvalidRequest, param, "invalid_value"));

    public static ResourceFault OutOfRange(string param, long least, long most, string got) => new(new OpenAiError(
        400,
        string.Create(CultureInfo.InvariantCulture, $"Invalid '{param}': expected an integer between {least} and {most}, but got {Shorten(got)} instead."),
        OpenAiErrors.InvalidRequest, param, "invalid_value"));

    public static ResourceFault Invalid(string message, string? param = null, string? code = null) =>
        new(new OpenAiError(400, message, OpenAiErrors.InvalidRequest, param, code));

    public static ResourceFault WrongState(string message) => new(new OpenAiError(409, message, OpenAiErrors.InvalidRequest));

    public static ResourceFault UnknownCursor(string param, string id) => Invalid($"Invalid '{param}': no object with id '{Shorten(id)}'.", param, "invalid_value");

    public static ResourceFault TooMany(string what, int most) => new(new OpenAiError(
        429,
        string.Create(CultureInfo.InvariantCulture, $"You have reached the limit of {most} {what} objects of this project. Delete some, or wait until they expire."),
        "quota_exceeded", null, "too_many_objects"));

    public static ResourceFault TooLarge(string what, long most) => new(new OpenAiError(
        413, string.Create(CultureInfo.InvariantCulture, $"The {what} is too large: at most {most} bytes are accepted."), OpenAiErrors.InvalidRequest, "file", "file_too_large")
    {
        ClosesConnection = true,
    });

    public static ResourceFault BrokenForm(string? detail = null) => new(new OpenAiError(
        400,
        detail ?? "The multipart form could not be read: it ended early or was not framed as its headers say.", OpenAiErrors.InvalidRequest, null, "invalid_body")
    {
        ClosesConnection = true,
    });

    /// <summary>At most 64 characters of a client's own text, for messages.</summary>
    public static string Shorten(string text) => text.Length <= 64 ? text : text[..(char.IsHighSurrogate(text[63]) ? 63 : 64)] + "…";
}
