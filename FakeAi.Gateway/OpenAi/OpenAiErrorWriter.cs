using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using FakeAi.Gateway.Requests;

namespace FakeAi.Gateway.OpenAi;

/// <summary>Writes the envelope <c>{"error": {message, type, param, code}}</c>, indented as OpenAI does.</summary>
internal static class OpenAiErrorWriter
{
    private static readonly JsonWriterOptions s_json = new()
    {
        Indented = true,
        IndentSize = 4,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Answers with the error and notes it as the request's outcome.</summary>
    public static async Task WriteAsync(this OpenAiError error, HttpContext context)
    {
        var request = GatewayRequest.Of(context);
        request.Fail(error);
        var response = context.Response;
        response.StatusCode = error.Status;
        response.ContentType = "application/json";
        OpenAiHeaders.Stamp(context, request);
        if (error.RetryAfterSeconds is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        if (error.ClosesConnection)
        {
            response.Headers.Connection = "close";
        }

        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        using (var json = new Utf8JsonWriter(response.BodyWriter, s_json))
        {
            json.WriteStartObject();
            json.WriteStartObject("error"u8);
            json.WriteString("message"u8, error.Message);
            json.WriteString("type"u8, error.Type);
            json.WriteString("param"u8, error.Param);
            json.WriteString("code"u8, error.Code);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        await response.BodyWriter.FlushAsync(context.RequestAborted);
    }
}
