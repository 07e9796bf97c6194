namespace FakeAi.Gateway.OpenAi;

/// <summary>Gives the answers of routing itself (unknown route, wrong method) OpenAI's words.</summary>
internal sealed class UnmatchedRouteMiddleware(RequestDelegate next)
{
    private const int MaxPath = 256;

    public async Task InvokeAsync(HttpContext context)
    {
        await next(context);
        if (context.Response.HasStarted || context.Response.ContentType is not null)
        {
            return;
        }

        var error = context.Response.StatusCode switch
        {
            StatusCodes.Status404NotFound => OpenAiErrors.UnknownRoute(context.Request.Method, Path(context)),
            StatusCodes.Status405MethodNotAllowed => OpenAiErrors.WrongMethod(context.Request.Method, Path(context)),
            _ => null,
        };
        if (error is not null)
        {
            await error.WriteAsync(context);
        }
    }

    private static string Path(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "/";
        return path.Length <= MaxPath ? path : path[..MaxPath] + "…";
    }
}
