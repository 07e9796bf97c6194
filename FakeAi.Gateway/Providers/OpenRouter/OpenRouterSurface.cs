using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using FakeAi.Contracts.Wire;
using FakeAi.Gateway.Auth;
using FakeAi.Gateway.OpenAi;
using FakeAi.Gateway.Requests;

namespace FakeAi.Gateway.Providers.OpenRouter;

/// <summary>OpenRouter's outside. The code of an error is its HTTP status.</summary>
internal sealed class OpenRouterSurface : ProviderSurface
{
    /// <summary>What all of its paths begin with.</summary>
    public const string Root = "/api/v1";

    private static readonly JsonWriterOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public override string Provider => "openrouter";

    public override string? Variant => WireVariants.OpenRouter;

    public override string EndpointOf(string path) =>
        path.StartsWith($"{Root}/models/", StringComparison.OrdinalIgnoreCase) ? $"{Root}/models/{{id}}" : base.EndpointOf(path);

    public override ReadOnlySpan<char> KeyOf(HttpRequest request) => PresentedKey.OfAuthorization(request);

    public override void Stamp(HttpContext context, GatewayRequest request)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["referrer-policy"] = "no-referrer, strict-origin-when-cross-origin";
    }

    public override OpenAiError Translate(OpenAiError error) => error with
    {
        Message = error.Status switch
        {
            401 => error.Code is null ? "No auth credentials found" : "User not found.",
            404 when error.Code is null => "Not Found",
            405 => "Method Not Allowed",
            >= 500 when error.Status is not (502 or 503 or 504) => "Internal Server Error",
            _ => error.Message,
        },
    };

    /// <summary>Writes <c>{"error": {message, code}}</c>.</summary>
    public override void Write(IBufferWriter<byte> output, OpenAiError error, HttpContext context, GatewayRequest request)
    {
        using var json = new Utf8JsonWriter(output, s_json);
        json.WriteStartObject();
        json.WriteStartObject("error"u8);
        json.WriteString("message"u8, error.Message);
        json.WriteNumber("code"u8, error.Status);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
