using System.Globalization;
using FakeAi.Gateway.Chat;
using FakeAi.Gateway.Models;
using FakeAi.Gateway.OpenAi;
using FakeAi.Gateway.Requests;

namespace FakeAi.Gateway.Providers.Azure;

/// <summary>
/// Azure's two forms of OpenAI's routes: <c>/openai/deployments/{deployment}/…?api-version=</c>, where the path names the deployment, and
/// <c>/openai/v1/…</c>, where the body does in <c>model</c>.
/// </summary>
internal sealed class AzureRoutes(GenerationEndpoint generation, AzureDeployments deployments, ModelsEndpoints models)
{
    private const string Version1 = "/openai/v1";
    private const string Deployment = "/openai/deployments/{deployment}";
    private const string Preview = "-preview";

    private static readonly string[] s_routes =
    [
        GenerationEndpoint.ChatCompletions, GenerationEndpoint.Completions, GenerationEndpoint.Embeddings, GenerationEndpoint.Images, GenerationEndpoint.Speech,
    ];

    public void Map(IEndpointRouteBuilder routes)
    {
        foreach (var engine in s_routes)
        {
            var rest = engine["/v1".Length..];
            var (older, newer) = (Deployment + rest, Version1 + rest);
            routes.MapPost(older, context => DeployedAsync(context, older, engine));
            routes.MapPost(newer, context => IsVersion1(context.Request)
                ? generation.HandleAsync(context, newer, engine, choose: deployments.Find)
                : Unknown(context));
        }

        routes.MapGet(Version1 + "/models", context => ModelsAsync(context, Version1 + "/models", static (list, c) => list.ListAsync(c)));
        routes.MapGet(
            Version1 + "/models/{id}",
            context => ModelsAsync(context, Version1 + "/models/{id}", static (list, c) => list.GetAsync(c, (string?)c.Request.RouteValues["id"] ?? "")));
    }

    private Task DeployedAsync(HttpContext context, string route, string engine)
    {
        GatewayRequest.Of(context).Endpoint = route;
        if (!IsDated(context.Request.Query[AzureSurface.ApiVersion].ToString()))
        {
            return Unknown(context);
        }

        var name = (string?)context.Request.RouteValues["deployment"] ?? "";
        var choice = deployments.Find(name);
        if (choice.Error is { } error)
        {
            return error.WriteAsync(context);
        }

        context.Response.Headers["x-ms-deployment-name"] = name;
        return generation.HandleAsync(context, route, engine, choose: _ => choice);
    }

    private Task ModelsAsync(HttpContext context, string route, Func<IModelList, HttpContext, Task> answer)
    {
        GatewayRequest.Of(context).Endpoint = route;
        return IsVersion1(context.Request) ? answer(models, context) : Unknown(context);
    }

    /// <summary>Without a version that there could be, Azure knows no such resource.</summary>
    private static Task Unknown(HttpContext context) => OpenAiErrors.UnknownRoute(context.Request.Method, "").WriteAsync(context);

    /// <summary>Whether it has the form of a version: a date, perhaps of a preview. Azure retires old ones; here all are served.</summary>
    private static bool IsDated(string version)
    {
        var date = version.EndsWith(Preview, StringComparison.OrdinalIgnoreCase) ? version.AsSpan(0, version.Length - Preview.Length) : version;
        return DateOnly.TryParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);
    }

    private static bool IsVersion1(HttpRequest request) =>
        request.Query[AzureSurface.ApiVersion].ToString() is "" or "v1" or "preview" or "latest";
}
