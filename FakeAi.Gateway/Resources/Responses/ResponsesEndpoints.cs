using System.Globalization;
using System.Text.Json;
using FakeAi.Gateway.Chat;
using FakeAi.Gateway.Requests;
using Microsoft.AspNetCore.Http.Features;

namespace FakeAi.Gateway.Resources.Responses;

/// <summary><c>/v1/responses</c>: an engine answers, the store remembers.</summary>
internal sealed class ResponsesEndpoints(
    ResourceExchange exchange, GenerationEndpoint generation, ResponseCollection responses, ResponseMemory memory)
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

        using var plan = await ResponsePlan.OfAsync(body.Memory, owner, memory, context.RequestAborted);
        if (plan is not { Keeps: true })
        {
            await generation.ForwardAsync(context, All, plan?.Body ?? body);
            return;
        }

        // What is compressed cannot be read.
        context.Request.Headers.Remove(Microsoft.Net.Http.Headers.HeaderNames.AcceptEncoding);
        var inner = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        var request = GatewayRequest.Of(context);
        var recorded = new RecordedBody(context, inner, request.Stream, response => memory.KeepAsync(owner, plan, response, request.Id, context.RequestAborted));
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
}
