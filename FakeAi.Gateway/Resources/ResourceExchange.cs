using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FakeAi.Gateway.Chat;
using FakeAi.Gateway.OpenAi;
using FakeAi.Gateway.Requests;
using FakeAi.Storage.Resources;

namespace FakeAi.Gateway.Resources;

/// <summary>What is the same for every request for stored objects: its owner, its body, its answer, and errors in OpenAI's shape.</summary>
internal sealed partial class ResourceExchange(RequestBodyReader bodies, ILogger<ResourceExchange> logger)
{
    private static readonly JsonDocumentOptions s_json = new() { MaxDepth = 64 };

    /// <summary>A handler that answers under a route's name, or with an error.</summary>
    public RequestDelegate For(string route, Func<HttpContext, string, Task> answer) => async context =>
    {
        var request = GatewayRequest.Of(context);
        request.Endpoint = route;
        try
        {
            await answer(context, OwnerOf(request));
        }
        catch (ResourceFault fault)
        {
            await fault.Error.WriteAsync(context);
        }
        catch (ResourceStoreUnavailableException exception)
        {
            Log.StoreAway(logger, request.Id, exception.Message);
            await ResourceErrors.StoreAway.WriteAsync(context);
        }
    };

    /// <summary>Whose objects a request sees: those of its key's organisation and project.</summary>
    public static string OwnerOf(GatewayRequest request) => $"{request.Organization}/{request.Owner?.Project ?? "default"}";

    /// <summary>Reads a body that must be one JSON object.</summary>
    /// <exception cref="ResourceFault">It is none, or <paramref name="read"/> finds a fault in it.</exception>
    public async Task<T> ReadAsync<T>(HttpContext context, Func<JsonElement, T> read)
    {
        if (ContentTypeCheck.Check(context.Request) is { } wrongType)
        {
            throw new ResourceFault(wrongType);
        }

        var (body, error) = await bodies.ReadAsync(context.Request, context.RequestAborted);
        if (body is null)
        {
            throw new ResourceFault(error!);
        }

        using (body)
        {
            try
            {
                using var document = JsonDocument.Parse(body.Memory, s_json);
                return document.RootElement.ValueKind == JsonValueKind.Object
                    ? read(document.RootElement)
                    : throw new ResourceFault(ResourceErrors.NotJson);
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                // No JSON, or text in it that is not Unicode.
                throw new ResourceFault(ResourceErrors.NotJson);
            }
        }
    }

    /// <summary>Answers with an object.</summary>
    public static Task WriteAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type)
    {
        OpenAiHeaders.Stamp(context, GatewayRequest.Of(context));
        context.Response.ContentType = "application/json";
        var json = JsonSerializer.SerializeToUtf8Bytes(value, type);
        context.Response.ContentLength = json.Length;
        return context.Response.Body.WriteAsync(json, context.RequestAborted).AsTask();
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{RequestId}: the store of objects does not answer: {Reason}")]
        public static partial void StoreAway(ILogger logger, string requestId, string reason);
    }
}
