using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using FakeAi.Contracts.Wire;
using FakeAi.Gateway.Auth;
using FakeAi.Gateway.OpenAi;
using FakeAi.Gateway.Requests;

namespace FakeAi.Gateway.Providers.Perplexity;

/// <summary>Perplexity's outside. Its paths, which have no version, stand under <see cref="Root"/>. The code of an error is its HTTP status.</summary>
internal sealed class PerplexitySurface : ProviderSurface
{
    /// <summary>What all of its paths begin with here.</summary>
    public const string Root = "/perplexity";

    private static readonly JsonWriterOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public override string Provider => "perplexity";

    public override string? Variant => WireVariants.Perplexity;

    public override ReadOnlySpan<char> KeyOf(HttpRequest request) => PresentedKey.OfAuthorization(request);

    public override void Stamp(HttpContext context, GatewayRequest request)
    {
    }

    public override OpenAiError Translate(OpenAiError error)
    {
        var (type, message) = error.Status switch
        {
            401 => ("invalid_api_key", "Invalid API key provided. You can find your API key at https://www.perplexity.ai/settings/api."),
            404 => ("not_found", "Not Found"),
            405 => ("method_not_allowed", "Method Not Allowed"),
            _ => (error.Code ?? error.Type, error.Message),
        };
        return error with { Type = type, Message = message };
    }

    /// <summary>Writes <c>{"error": {message, type, code}}</c>.</summary>
    public override void Write(IBufferWriter<byte> output, OpenAiError error, HttpContext context, GatewayRequest request)
    {
        using var json = new Utf8JsonWriter(output, s_json);
        json.WriteStartObject();
        json.WriteStartObject("error"u8);
        json.WriteString("message"u8, error.Message);
        json.WriteString("type"u8, error.Type);
        json.WriteNumber("code"u8, error.Status);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
