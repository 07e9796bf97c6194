namespace FakeAi.Dashboard.Security;

/// <summary>
/// Refuses circuits that another site's page opens: browsers let any page connect a WebSocket anywhere and only tell
/// its origin. Callers without an origin are no browsers and carry nobody's cookies.
/// </summary>
internal sealed class SameOriginMiddleware(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (!request.Path.StartsWithSegments("/_blazor", StringComparison.OrdinalIgnoreCase) || IsSameOrigin(request))
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return context.Response.WriteAsync("This page's origin may not connect here.", context.RequestAborted);
    }

    private static bool IsSameOrigin(HttpRequest request)
    {
        var origin = request.Headers.Origin;
        if (origin.Count == 0)
        {
            return true;
        }

        return origin.Count == 1
            && Uri.TryCreate(origin[0], UriKind.Absolute, out var uri)
            && Uri.TryCreate($"{request.Scheme}://{request.Host}", UriKind.Absolute, out var here)
            && HostString.FromUriComponent(uri).Equals(HostString.FromUriComponent(here));
    }
}
