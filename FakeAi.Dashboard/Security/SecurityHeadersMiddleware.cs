using FakeAi.Dashboard.Components;

namespace FakeAi.Dashboard.Security;

/// <summary>
/// Lets pages load from this server alone. The one inline script is allowed by its hash; inline styles are allowed
/// because the component library positions its pop-ups with them.
/// </summary>
internal sealed class SecurityHeadersMiddleware(RequestDelegate next)
{
    private static readonly string s_policy = string.Join("; ",
        "default-src 'self'",
        $"script-src 'self' '{ThemeScript.Hash}'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'");

    public Task InvokeAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = s_policy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        return next(context);
    }
}
