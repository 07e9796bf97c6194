using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using FakeAi.Contracts.Wire;
using FakeAi.Gateway.Auth;
using FakeAi.Gateway.OpenAi;
using FakeAi.Gateway.Requests;

namespace FakeAi.Gateway.Providers.Azure;

/// <summary>Azure OpenAI's outside. Errors of its front end have a code and a message only; those of models are OpenAI's, as the engine tells them.</summary>
internal sealed class AzureSurface : ProviderSurface
{
    /// <summary>What all of its paths begin with.</summary>
    public const string Root = "/openai";

    public const string ApiVersion = "api-version";

    private const string KeyHeader = "api-key";
    private const string ClientRequestId = "x-ms-client-request-id";
    private const string Region = "East US";
    private const int MaxClientId = 128;

    private const string Denied = "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active "
        + "subscription and use a correct regional API endpoint for your resource.";

    private const string NoKey = "Access denied due to missing subscription key. Make sure to provide a valid key for an active subscription and use a "
        + "correct regional API endpoint for your resource.";

    private static readonly JsonWriterOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public override string Provider => "azure";

    public override string? Variant => WireVariants.Azure;

    public override string EndpointOf(string path) =>
        path.StartsWith($"{Root}/deployments/", StringComparison.OrdinalIgnoreCase) ? $"{Root}/deployments/{{deployment}}" : base.EndpointOf(path);

    /// <summary>A key of the resource in <c>api-key</c>, or a token of Entra ID in <c>Authorization</c>: which it is makes no difference here.</summary>
    public override ReadOnlySpan<char> KeyOf(HttpRequest request) =>
        request.Headers[KeyHeader] is { Count: 1 } key && key[0].AsSpan().Trim() is { Length: > 0 } shown ? shown : PresentedKey.OfAuthorization(request);

    public override void Stamp(HttpContext context, GatewayRequest request)
    {
        var headers = context.Response.Headers;
        var id = request.Id.AsSpan(request.Id.IndexOf('_', StringComparison.Ordinal) + 1);
        headers["apim-request-id"] = $"{id[..8]}-{id[8..12]}-{id[12..16]}-{id[16..20]}-{id[20..]}";
        headers[ClientRequestId] = context.Request.Headers[ClientRequestId] is { Count: 1 } own && own[0] is { Length: > 0 and <= MaxClientId } shown && HeaderText.IsPrintable(shown)
            ? shown
            : headers["apim-request-id"];
        headers["x-ms-region"] = Region;
        headers.XContentTypeOptions = "nosniff";
        headers.StrictTransportSecurity = "max-age=31536000; includeSubDomains; preload";
    }

    public override OpenAiError Translate(OpenAiError error)
    {
        var (code, message) = error.Status switch
        {
            < 400 => (error.Code ?? "InternalServerError", error.Message),
            401 => ("401", error.Code is null ? NoKey : Denied),
            403 => ("Forbidden", error.Message),
            404 => ("404", "Resource not found"),
            405 => ("405", "Method Not Allowed"),
            413 => ("413", error.Message),
            502 => ("BadGateway", error.Message),
            503 => ("ServiceUnavailable", error.Message),
            504 => ("Timeout", "The operation was timeout."),
            >= 500 => ("InternalServerError", "The server had an error while processing your request. Sorry about that!"),
            _ => ("BadRequest", error.Message),
        };
        return error with { Code = code, Message = message };
    }

    /// <summary>Writes <c>{"error": {code, message}}</c>.</summary>
    public override void Write(IBufferWriter<byte> output, OpenAiError error, HttpContext context, GatewayRequest request)
    {
        using var json = new Utf8JsonWriter(output, s_json);
        json.WriteStartObject();
        json.WriteStartObject("error"u8);
        json.WriteString("code"u8, error.Code);
        json.WriteString("message"u8, error.Message);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
