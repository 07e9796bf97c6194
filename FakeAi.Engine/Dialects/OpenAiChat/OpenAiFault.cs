using System.Text.Encodings.Web;
using System.Text.Json;
using FakeAi.Engine.Generation.Structured;
using FakeAi.Engine.Hosting;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>A request that is answered with OpenAI's error envelope.</summary>
internal sealed class OpenAiFault(int status, string message, string? param = null, string? code = null, string type = OpenAiFault.InvalidRequest)
    : Exception(message)
{
    public const string InvalidRequest = "invalid_request_error";
    public const string ServerError = "server_error";

    private static readonly JsonWriterOptions s_json = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public int Status { get; } = status;

    public string? Param { get; } = param;

    public string? Code { get; } = code;

    public string Type { get; } = type;

    public static OpenAiFault NotJson() => new(
        StatusCodes.Status400BadRequest,
        "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library correctly. "
        + "The OpenAI API expects a JSON payload, but what was sent was not valid JSON. If you have trouble figuring out how to fix "
        + "this, please contact us through our help center at help.openai.com.)");

    public static OpenAiFault Missing(string param) => new(400, $"Missing required parameter: '{param}'.", param, "missing_required_parameter");

    public static OpenAiFault Unknown(string param) => new(400, $"Unknown parameter: '{param}'.", param, "unknown_parameter");

    public static OpenAiFault WrongType(string param, string expected, JsonElement got) =>
        new(400, $"Invalid type for '{param}': expected {expected}, but got {Describe(got)} instead.", param, "invalid_type");

    public static OpenAiFault WrongValue(string param, string got, params IReadOnlyList<string> supported) =>
        new(400, $"Invalid value: '{Shorten(got)}'. Supported values are: {Enumerate(supported)}.", param, "invalid_value");

    public static OpenAiFault Unsupported(string param) =>
        new(400, $"Unsupported parameter: '{param}' is not supported with this model.", param, "unsupported_parameter");

    public static OpenAiFault UnsupportedValue(string param, string value) =>
        new(400, $"Unsupported value: '{param}' does not support {value} with this model.", param, "unsupported_value");

    public static OpenAiFault Overloaded() => new(
        StatusCodes.Status503ServiceUnavailable, "The server is currently overloaded with other requests. Please try again later.",
        code: "server_overloaded", type: ServerError);

    public static OpenAiFault TimedOut() => new(StatusCodes.Status504GatewayTimeout, "Request timed out.", type: ServerError, code: "timeout");

    /// <summary>A header or field of our own that cannot be understood.</summary>
    public static OpenAiFault WrongSteering(SteeringException wrong) => wrong.InBody
        ? new(400, $"Invalid value for '{wrong.Name}': expected {wrong.Expected}.", wrong.Name, "invalid_value")
        : new(400, $"Invalid header '{wrong.Name}': expected {wrong.Expected}.", wrong.Name, "invalid_header");

    /// <summary>A schema that strict mode refuses.</summary>
    public static OpenAiFault WrongSchema(StrictSchemaFault fault) => new(400, fault.Message, fault.Param, fault.Code);

    /// <summary>At most 64 characters of a client's own text, for messages.</summary>
    public static string Shorten(string text) => text.Length <= 64 ? text : text[..(char.IsHighSurrogate(text[63]) ? 63 : 64)] + "…";

    /// <summary>Writes the envelope as the response's body, in the form of the provider that the gateway asks for.</summary>
    public async Task WriteAsync(HttpResponse response, CancellationToken cancellationToken)
    {
        response.StatusCode = Status;
        response.ContentType = "application/json";
        await using (var json = new Utf8JsonWriter(response.BodyWriter, s_json))
        {
            json.WriteStartObject();
            ChatVariant.Of(response.HttpContext.Request.Headers).WriteError(json, this);
            json.WriteEndObject();
        }

        await response.BodyWriter.FlushAsync(cancellationToken);
    }

    /// <summary>Writes <c>"error": {…}</c>.</summary>
    public void WriteError(Utf8JsonWriter json)
    {
        json.WriteStartObject("error"u8);
        json.WriteString("message"u8, Message);
        json.WriteString("type"u8, Type);
        json.WriteString("param"u8, Param);
        json.WriteString("code"u8, Code);
        json.WriteEndObject();
    }

    private static string Describe(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => "a string",
        JsonValueKind.Number => IsWhole(element) ? "an integer" : "a decimal number",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        JsonValueKind.Array => "an array",
        JsonValueKind.Object => "an object",
        _ => "null",
    };

    private static bool IsWhole(JsonElement element) => element.GetRawText().AsSpan().IndexOfAny('.', 'e', 'E') < 0;

    private static string Enumerate(IReadOnlyList<string> values)
    {
        var quoted = values.Select(v => $"'{v}'").ToArray();
        return quoted.Length switch
        {
            1 => quoted[0],
            2 => $"{quoted[0]} and {quoted[1]}",
            _ => $"{string.Join(", ", quoted[..^1])}, and {quoted[^1]}",
        };
    }
}
