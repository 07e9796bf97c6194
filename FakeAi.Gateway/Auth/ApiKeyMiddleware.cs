using FakeAi.Contracts.Live;
using FakeAi.Gateway.OpenAi;
using FakeAi.Gateway.Providers;
using FakeAi.Gateway.Requests;

namespace FakeAi.Gateway.Auth;

/// <summary>
/// In keyed mode lets only accepted keys reach the provider's and the collector's routes; in open mode only notes the key.
/// Sockets may show the key as <c>access_token</c> in the query, since browsers cannot set headers on them.
/// </summary>
internal sealed class ApiKeyMiddleware(RequestDelegate next, ApiKeyRing ring)
{
    private static readonly PathString[] s_guarded = ["/metrics", "/kv-cache", "/waterfall", "/errors", "/hubs"];

    public Task InvokeAsync(HttpContext context)
    {
        var request = GatewayRequest.Of(context);
        var key = request.Surface.KeyOf(context.Request);
        request.Surface.Conceal(context.Request);
        if (ring.IsOpen)
        {
            request.Key = request.IsProviderRoute ? PresentedKey.Tag(key) : null;
            return next(context);
        }

        if (!IsGuarded(context.Request.Path))
        {
            return next(context);
        }

        if (key.IsEmpty && context.Request.Path.StartsWithSegments(LiveHubMethods.Path, StringComparison.Ordinal))
        {
            key = context.Request.Query["access_token"].ToString();
        }

        if (key.IsEmpty)
        {
            return OpenAiErrors.MissingKey.WriteAsync(context);
        }

        if (ring.Find(key) is not { } owner)
        {
            request.Key = PresentedKey.Tag(key);
            return OpenAiErrors.WrongKey(PresentedKey.Mask(key)).WriteAsync(context);
        }

        request.Key = owner.Name;
        request.Owner = owner;
        return next(context);
    }

    private static bool IsGuarded(PathString path)
    {
        if (ProviderSurfaces.IsProviderPath(path))
        {
            return true;
        }

        foreach (var prefix in s_guarded)
        {
            if (path.StartsWithSegments(prefix, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
