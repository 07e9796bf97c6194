using System.Text.Json;
using FakeAi.Gateway.CollectorProxy;
using FakeAi.Gateway.OpenAi;

namespace FakeAi.Gateway.Admin;

/// <summary><c>/admin/reset</c> and <c>/admin/fast-mode</c>, behind the admin key.</summary>
internal sealed class AdminEndpoints(AdminKeyFilter key, FastMode fastMode, CollectorForwarder collector)
{
    private const int MaxBody = 4 * 1024;

    private static readonly JsonDocumentOptions s_json = new() { MaxDepth = 8 };

    /// <summary>Clears the collector's data; answers what the collector answers.</summary>
    public Task ResetAsync(HttpContext context) =>
        key.Check(context.Request) is { } error ? error.WriteAsync(context) : collector.ForwardAsync(context, HttpMethod.Post, "/admin/reset");

    /// <summary>Tells the mode: <c>{"fast_mode": bool}</c>.</summary>
    public Task GetFastModeAsync(HttpContext context) =>
        key.Check(context.Request) is { } error ? error.WriteAsync(context) : WriteAsync(context, fastMode.Enabled);

    /// <summary>Sets the mode by <c>{"enabled": bool}</c>; without a body turns it over.</summary>
    public async Task SetFastModeAsync(HttpContext context)
    {
        if (key.Check(context.Request) is { } error)
        {
            await error.WriteAsync(context);
            return;
        }

        switch (await ReadEnabledAsync(context))
        {
            case (true, { } enabled):
                fastMode.Set(enabled);
                await WriteAsync(context, enabled);
                break;
            case (true, null):
                await WriteAsync(context, fastMode.Toggle());
                break;
            default:
                await OpenAiErrors.FastModeBody.WriteAsync(context);
                break;
        }
    }

    private static async Task<(bool Valid, bool? Enabled)> ReadEnabledAsync(HttpContext context)
    {
        var buffer = new byte[MaxBody];
        int length;
        try
        {
            length = await context.Request.Body.ReadAtLeastAsync(buffer, MaxBody, throwOnEndOfStream: false, context.RequestAborted);
        }
        catch (BadHttpRequestException)
        {
            return (false, null);
        }

        if (length is 0 or MaxBody)
        {
            return (length == 0, null);
        }

        try
        {
            using var document = JsonDocument.Parse(buffer.AsMemory(0, length), s_json);
            var root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object && root.TryGetProperty("enabled"u8, out var enabled)
                && enabled.ValueKind is JsonValueKind.True or JsonValueKind.False
                ? (true, enabled.GetBoolean())
                : (root.ValueKind == JsonValueKind.Object && !root.EnumerateObject().Any(), null);
        }
        catch (JsonException)
        {
            return (false, null);
        }
    }

    private static async Task WriteAsync(HttpContext context, bool enabled)
    {
        context.Response.ContentType = "application/json";
        await context.Response.BodyWriter.WriteAsync(
            enabled ? "{\"fast_mode\":true}"u8.ToArray() : "{\"fast_mode\":false}"u8.ToArray(), context.RequestAborted);
    }
}
