using FakeAi.Gateway.OpenAi;

namespace FakeAi.Gateway.Edge;

/// <summary>Refuses requests for other names than ours: a page elsewhere could have its own name resolve to this machine.</summary>
internal sealed class HostMiddleware(RequestDelegate next, HostAllowList hosts)
{
    public Task InvokeAsync(HttpContext context) =>
        hosts.Allows(context.Request.Host) ? next(context) : OpenAiErrors.WrongHost.WriteAsync(context);
}
