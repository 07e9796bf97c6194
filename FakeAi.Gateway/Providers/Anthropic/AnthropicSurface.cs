using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using FakeAi.Gateway.Auth;
using FakeAi.Gateway.OpenAi;
using FakeAi.Gateway.Requests;

namespace FakeAi.Gateway.Providers.Anthropic;

/// <summary>Anthropic's outside. Types and statuses of errors are those of Anthropic's page "Errors"; messages as clients report them.</summary>
internal sealed class AnthropicSurface : ProviderSurface
{
    public const string VersionHeader = "anthropic-version";

    private const string KeyHeader = "x-api-key";
    private const string InvalidRequest = "invalid_request_error";
    private const int MaxVersion = 64;

    private static readonly string[] s_versions = ["2026-10-21", "2023-06-01", "2023-01-01"];

    private static readonly JsonWriterOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public override string Provider => "anthropic";

    public override ReadOnlySpan<char> KeyOf(HttpRequest request) =>
        request.Headers[KeyHeader] is { Count: 1 } key && key[0].AsSpan().Trim() is { Length: > 0 } shown ? shown : PresentedKey.OfAuthorization(request);

    public override OpenAiError? Check(HttpRequest request)
    {
        var version = request.Headers[VersionHeader].ToString();
        return version.Length == 0 ? Wrong("anthropic-version: header is required")
            : s_versions.Contains(version, StringComparer.Ordinal) ? null
            : Wrong($"anthropic-version: \"{(version.Length <= MaxVersion ? version : version[..MaxVersion])}\" is not a valid version");

        static OpenAiError Wrong(string message) => new(StatusCodes.Status400BadRequest, message, InvalidRequest);
    }

    public override void Stamp(HttpContext context, GatewayRequest request)
    {
        var headers = context.Response.Headers;
        headers["request-id"] = request.Id;
        headers["anthropic-organization-id"] = request.Organization;
    }

    public override OpenAiError Translate(OpenAiError error)
    {
        var (status, type, message) = error.Status switch
        {
            < 400 or 504 => (error.Status, error.Code == "timeout" ? "timeout_error" : "api_error", error.Message),
            401 => (401, "authentication_error", error.Code is null ? "x-api-key header is required" : "invalid x-api-key"),
            403 => (403, "permission_error", error.Message),
            404 => (404, "not_found_error", error.Code is null ? "Not Found" : error.Message),
            405 => (405, InvalidRequest, "Method Not Allowed"),
            413 => (413, "request_too_large", "Request exceeds the maximum size"),
            503 => (529, "overloaded_error", "Overloaded"),
            >= 500 => (error.Status, "api_error", error.Status == 500 ? "Internal server error" : error.Message),
            _ => (error.Status, InvalidRequest, error.Message),
        };
        return error with { Status = status, Type = type, Message = message };
    }

    /// <summary>Writes <c>{"type":"error","error":{type, message},"request_id"}</c>.</summary>
    public override void Write(IBufferWriter<byte> output, OpenAiError error, HttpContext context, GatewayRequest request)
    {
        using var json = new Utf8JsonWriter(output, s_json);
        json.WriteStartObject();
        json.WriteString("type"u8, "error"u8);
        json.WriteStartObject("error"u8);
        json.WriteString("type"u8, error.Type);
        json.WriteString("message"u8, error.Message);
        json.WriteEndObject();
        json.WriteString("request_id"u8, request.Id);
        json.WriteEndObject();
    }
}
