using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace FakeAi.ServiceDefaults.Telemetry;

/// <summary>
/// Gives the server span its name (<c>POST /v1/chat/completions</c>) and the HTTP attributes of OpenTelemetry's semantic
/// conventions, and keeps health probes out of the traces.
/// </summary>
internal sealed class ServerSpanStartupFilter : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(static (context, following) =>
        {
            var activity = context.Features.Get<IHttpActivityFeature>()?.Activity;
            return activity is null ? following(context) : TraceAsync(context, activity, following);
        });
        next(app);
    };

    private static async Task TraceAsync(HttpContext context, Activity activity, RequestDelegate following)
    {
        var request = context.Request;
        if (request.Path.Equals("/health", StringComparison.Ordinal) || request.Path.Equals("/alive", StringComparison.Ordinal))
        {
            activity.IsAllDataRequested = false;
            activity.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
            await following(context);
            return;
        }

        try
        {
            await following(context);
        }
        catch (Exception exception)
        {
            activity.SetTag("error.type", exception.GetType().FullName);
            activity.SetStatus(ActivityStatusCode.Error);
            throw;
        }
        finally
        {
            if (activity.IsAllDataRequested)
            {
                Describe(context, activity);
            }
        }
    }

    private static void Describe(HttpContext context, Activity activity)
    {
        var request = context.Request;
        var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        activity.DisplayName = route is null ? request.Method : $"{request.Method} {route}";
        activity.SetTag("http.request.method", request.Method);
        activity.SetTag("url.scheme", request.Scheme);
        activity.SetTag("url.path", request.Path.Value);
        activity.SetTag("http.response.status_code", context.Response.StatusCode);
        if (route is not null)
        {
            activity.SetTag("http.route", route);
        }

        if (context.Response.StatusCode >= 500)
        {
            activity.SetTag("error.type", context.Response.StatusCode.ToString(System.Globalization.CultureInfo.InvariantCulture));
            activity.SetStatus(ActivityStatusCode.Error);
        }
    }
}
