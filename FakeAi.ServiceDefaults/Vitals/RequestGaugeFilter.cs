using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace FakeAi.ServiceDefaults.Vitals;

/// <summary>Puts the gauge in front of everything else a service does with a request.</summary>
internal sealed class RequestGaugeFilter(RequestGauge gauge) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(following => context => IsOurs(context.Request.Path) ? following(context) : CountAsync(following, context));
        next(app);
    };

    /// <summary>Health checks, and the services' own standing connections.</summary>
    private static bool IsOurs(PathString path) =>
        path.Equals("/health", StringComparison.Ordinal) || path.Equals("/alive", StringComparison.Ordinal)
        || path.StartsWithSegments("/internal", StringComparison.Ordinal);

    private async Task CountAsync(RequestDelegate following, HttpContext context)
    {
        gauge.Enter();
        try
        {
            await following(context);
        }
        finally
        {
            gauge.Leave();
        }
    }
}
