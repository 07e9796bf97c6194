namespace FakeAi.Gateway.CollectorProxy;

/// <summary>Where the collector is, from <c>services:collector:http:0</c>; null where this gateway has none.</summary>
internal sealed class CollectorAddress(IConfiguration configuration)
{
    /// <summary>The configuration key.</summary>
    public const string Key = "services:collector:http:0";

    public Uri? Http { get; } = Uri.TryCreate(configuration[Key], UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri : null;

    /// <summary>The address of a path, with the query as the collector may see it.</summary>
    public Uri For(string scheme, PathString path, QueryString query)
    {
        var http = Http ?? throw new InvalidOperationException("No collector is configured.");
        return new UriBuilder(http) { Scheme = scheme, Path = path.ToUriComponent(), Query = query.ToUriComponent() }.Uri;
    }
}
