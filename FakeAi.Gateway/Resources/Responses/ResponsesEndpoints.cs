using System.Globalization;
using System.Text.Json;
using FakeAi.Gateway.Chat;
using FakeAi.Gateway.Requests;
using FakeAi.Storage.Resources;
using Microsoft.AspNetCore.Http.Features;

namespace FakeAi.Gateway.Resources.Responses;

/// <summary><c>/v1/responses</c>: an engine answers, the store remembers.</summary>
internal sealed partial class ResponsesEndpoints(
    ResourceExchange exchange, GenerationEndpoint generation, ResponseCollection responses, ILogger<ResponsesEndpoints> logger)
{
    private const string All = GenerationEndpoint.Responses;
    private const string One = "/v1/responses/{id}";
    private const string InputItems = "/v1/responses/{id}/input_items";

    public void Map(IEndpointRouteBuilder app)
    {
        app.MapPost(All, exchange.For(All, CreateAsync));
        app.MapGet(One, exchange.For(One, GetAsync));
        app.MapDelete(One, exchange.For(One, DeleteAsync));
        app.MapGet(InputItems, exchange.For(InputItems, ListInputAsync));
    }

    private async Task CreateAsync(HttpContext context, string owner)
    {
        using var body = await generation.BeginAsync(context, All);
        if (body is null)
        {
            return;
        }

        using var plan = await ResponsePlan.OfAsync(body.Memory, owner, responses, context.RequestAborted);
        if (plan is not { Stores: true })
        {
            await generation.ForwardAsync(context, All, plan?.Body ?? body);
            return;
        }

        // What is compressed cannot be read.
        context.Request.Headers.Remove(Microsoft.Net.Http.Headers.HeaderNames.AcceptEncoding);
        var inner = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        var recorded = new RecordedBody(context, inner, GatewayRequest.Of(context).Stream, response => StoreAsync(context, owner, new StoredResponse(response, plan.Input)));
        context.Features.Set<IHttpResponseBodyFeature>(recorded);
        try
        {
            await generation.ForwardAsync(context, All, plan.Body ?? body);
            await recorded.ReleaseAsync();
        }
        finally
        {
            context.Features.Set(inner);
        }
    }

    /// <summary>A store that does not answer costs the memory of a response, not the response.</summary>
    private async Task StoreAsync(HttpContext context, string owner, StoredResponse response)
    {
        try
        {
            await responses.AddAsync(owner, response, context.RequestAborted);
        }
        catch (Exception e) when (e is ResourceStoreUnavailableException or OperationCanceledException)
        {
            Log.NotStored(logger, GatewayRequest.Of(context).Id, e.Message);
        }
    }

    private async Task GetAsync(HttpContext context, string owner)
    {
        if (string.Equals(context.Request.Query["stream"], "true", StringComparison.OrdinalIgnoreCase))
        {
            throw ResourceErrors.Invalid("Streaming a stored response is not supported by this server.", "stream", "unsupported_parameter");
        }

        var response = (await responses.ReadAsync(owner, Id(context), context.RequestAborted)).Response;
        await ResourceExchange.WriteAsync(context, response, ResourceJsonContext.Default.JsonElement);
    }

    private async Task DeleteAsync(HttpContext context, string owner)
    {
        await responses.RemoveAsync(owner, Id(context), context.RequestAborted);
        await ResourceExchange.WriteAsync(context, new ResponseDeleted(Id(context)), ResourceJsonContext.Default.ResponseDeleted);
    }

    private async Task ListInputAsync(HttpContext context, string owner)
    {
        var response = await responses.ReadAsync(owner, Id(context), context.RequestAborted);
        IEnumerable<JsonElement> before = response.Previous is { } previous ? await responses.ConversationAsync(owner, previous, context.RequestAborted) : [];
        await ResourceExchange.WriteAsync(context, ItemPage.Of(context.Request, before.Concat(response.Input)), ResourceJsonContext.Default.ItemPage);
    }

    private static string Id(HttpContext context) => Convert.ToString(context.Request.RouteValues["id"], CultureInfo.InvariantCulture) ?? "";

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{RequestId}: the response is not stored: {Reason}")]
        public static partial void NotStored(ILogger logger, string requestId, string reason);
    }
}
