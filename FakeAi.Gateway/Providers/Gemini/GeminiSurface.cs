using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using FakeAi.Gateway.OpenAi;
using FakeAi.Gateway.Requests;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Extensions.Primitives;

namespace FakeAi.Gateway.Providers.Gemini;

/// <summary>The outside of Google's Gemini API. Codes are those of <c>google.rpc.Code</c>, told as Google's front end does.</summary>
internal sealed class GeminiSurface : ProviderSurface
{
    public const string KeyHeader = "x-goog-api-key";

    private const string KeyParameter = "key";
    private const string Models = "/models/";
    private const string WrongKey = "API key not valid. Please pass a valid API key.";
    private const string ServiceName = "generativelanguage.googleapis.com";

    private static readonly JsonWriterOptions s_json = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public override string Provider => "google";

    public override string EndpointOf(string path)
    {
        var models = path.IndexOf(Models, StringComparison.OrdinalIgnoreCase);
        return models < 0 ? base.EndpointOf(path)
            : GeminiMethods.Of(path) is { } method ? $"{Version(path)}/models/{{model}}:{method}"
            : $"{Version(path)}/models/{{model}}";
    }

    public override ReadOnlySpan<char> KeyOf(HttpRequest request) =>
        request.Headers[KeyHeader] is { Count: 1 } key ? key[0].AsSpan().Trim()
        : request.QueryString.HasValue && request.Query[KeyParameter] is { Count: 1 } parameter ? parameter[0]
        : default;

    /// <summary>Takes the key out of the query.</summary>
    public override void Conceal(HttpRequest request)
    {
        if (request.QueryString.HasValue && request.Query.ContainsKey(KeyParameter))
        {
            request.QueryString = new QueryBuilder(
                request.Query.Where(static p => !p.Key.Equals(KeyParameter, StringComparison.OrdinalIgnoreCase))
                    .SelectMany(static p => p.Value, static (p, value) => KeyValuePair.Create(p.Key, value ?? ""))).ToQueryString();
        }
    }

    public override void Stamp(HttpContext context, GatewayRequest request)
    {
        var headers = context.Response.Headers;
        headers["server-timing"] = string.Create(CultureInfo.InvariantCulture, $"gfet4t7; dur={(long)request.Elapsed.TotalMilliseconds}");
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "SAMEORIGIN";
        headers.XXSSProtection = "0";
    }

    public override OpenAiError Translate(OpenAiError error)
    {
        var (status, type, message) = error.Status switch
        {
            < 400 => (error.Status, error.Code == "timeout" ? "DEADLINE_EXCEEDED" : "INTERNAL", error.Message),
            401 when error.Code is null => (403, "PERMISSION_DENIED", "Method doesn't allow unregistered callers (callers without established identity). "
                + "Please use API Key or other form of API consumer identity to call this API."),
            401 => (400, "INVALID_ARGUMENT", WrongKey),
            403 => (403, "PERMISSION_DENIED", error.Message),
            404 => (404, "NOT_FOUND", error.Code is null ? "Method not found." : error.Message),
            405 => (405, "UNIMPLEMENTED", "Method not allowed."),
            413 => (400, "INVALID_ARGUMENT", $"Request payload size exceeds the limit: {error.Limit?.ToString(CultureInfo.InvariantCulture)} bytes."),
            500 => (500, "INTERNAL", "An internal error has occurred. Please retry."),
            502 or 503 => (503, "UNAVAILABLE", error.Status == 503 ? "The model is overloaded. Please try again later." : error.Message),
            504 => (504, "DEADLINE_EXCEEDED", "The request timed out. Please try again."),
            >= 500 => (error.Status, "INTERNAL", error.Message),
            _ => (error.Status, "INVALID_ARGUMENT", error.Message),
        };
        return error with { Status = status, Type = type, Message = message };
    }

    /// <summary>Writes <c>{"error": {code, message, status}}</c>; within an array where the answer would have been one.</summary>
    public override void Write(IBufferWriter<byte> output, OpenAiError error, HttpContext context, GatewayRequest request)
    {
        var inArray = GeminiMethods.Of(context.Request.Path.Value) == GeminiMethods.Stream && !StringValues.Equals(context.Request.Query["alt"], "sse");
        using var json = new Utf8JsonWriter(output, s_json);
        if (inArray)
        {
            json.WriteStartArray();
        }

        json.WriteStartObject();
        json.WriteStartObject("error"u8);
        json.WriteNumber("code"u8, error.Status);
        json.WriteString("message"u8, error.Message);
        json.WriteString("status"u8, error.Type);
        if (error.Message == WrongKey)
        {
            Details(json);
        }

        json.WriteEndObject();
        json.WriteEndObject();
        if (inArray)
        {
            json.WriteEndArray();
        }
    }

    private static void Details(Utf8JsonWriter json)
    {
        json.WriteStartArray("details"u8);
        json.WriteStartObject();
        json.WriteString("@type"u8, "type.googleapis.com/google.rpc.ErrorInfo"u8);
        json.WriteString("reason"u8, "API_KEY_INVALID"u8);
        json.WriteString("domain"u8, "googleapis.com"u8);
        json.WriteStartObject("metadata"u8);
        json.WriteString("service"u8, ServiceName);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartObject();
        json.WriteString("@type"u8, "type.googleapis.com/google.rpc.LocalizedMessage"u8);
        json.WriteString("locale"u8, "en-US"u8);
        json.WriteString("message"u8, WrongKey);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static string Version(string path) => path.StartsWith("/v1beta", StringComparison.OrdinalIgnoreCase) ? "/v1beta" : "/v1";
}
