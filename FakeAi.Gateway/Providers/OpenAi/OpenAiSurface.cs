using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using FakeAi.Gateway.Auth;
using FakeAi.Gateway.OpenAi;
using FakeAi.Gateway.Requests;

namespace FakeAi.Gateway.Providers.OpenAi;

/// <summary>OpenAI's outside, and that of the gateway's own routes.</summary>
internal sealed class OpenAiSurface : ProviderSurface
{
    private static readonly JsonWriterOptions s_json = new()
    {
        Indented = true,
        IndentSize = 4,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public override string Provider => "openai";

    public override ReadOnlySpan<char> KeyOf(HttpRequest request) => PresentedKey.Of(request);

    public override void Stamp(HttpContext context, GatewayRequest request) => OpenAiHeaders.Stamp(context, request);

    public override OpenAiError Translate(OpenAiError error) => error;

    /// <summary>Writes the envelope <c>{"error": {message, type, param, code}}</c>, indented as OpenAI does.</summary>
    public override void Write(IBufferWriter<byte> output, OpenAiError error, HttpContext context, GatewayRequest request)
    {
        using var json = new Utf8JsonWriter(output, s_json);
        json.WriteStartObject();
        json.WriteStartObject("error"u8);
        json.WriteString("message"u8, error.Message);
        json.WriteString("type"u8, error.Type);
        json.WriteString("param"u8, error.Param);
        json.WriteString("code"u8, error.Code);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
