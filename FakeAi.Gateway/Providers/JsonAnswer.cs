using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using FakeAi.Gateway.Requests;

namespace FakeAi.Gateway.Providers;

/// <summary>An answer in JSON that the gateway itself makes, with the headers of the provider whose API was called.</summary>
internal static class JsonAnswer
{
    private static readonly JsonWriterOptions s_plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonWriterOptions s_indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> write, bool indented = false)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, indented ? s_indented : s_plain))
        {
            write(json);
        }

        var request = GatewayRequest.Of(context);
        request.Surface.Stamp(context, request);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = buffer.WrittenCount;
        await context.Response.BodyWriter.WriteAsync(buffer.WrittenMemory, context.RequestAborted);
    }
}
