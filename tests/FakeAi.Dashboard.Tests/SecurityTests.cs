using System.Net;
using System.Net.WebSockets;

namespace FakeAi.Dashboard.Tests;

/// <summary>Who may talk to the dashboard, and what its pages may load.</summary>
public sealed class SecurityTests : IAsyncLifetime
{
    private DashboardProcess _dashboard = null!;

    // Nothing listens there: the dashboard must be ready all the same.
    public async ValueTask InitializeAsync() => _dashboard = await DashboardProcess.StartAsync(new Uri("http://127.0.0.1:9"));

    public async ValueTask DisposeAsync() => await _dashboard.DisposeAsync();

    [Fact]
    public async Task Pages_Served_CarryTheHeaders()
    {
        using var client = new HttpClient();
        using var response = await client.GetAsync(_dashboard.Address, TestContext.Current.CancellationToken);

        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'self'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe-eval", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("script-src 'self' 'unsafe-inline'", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
    }

    [Theory]
    [InlineData("/", "evil.example", null, HttpStatusCode.BadRequest)]
    [InlineData("/", "localhost", null, HttpStatusCode.OK)]
    [InlineData("/_blazor/negotiate?negotiateVersion=1", "localhost", "http://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("/_blazor/negotiate?negotiateVersion=1", "localhost", "null", HttpStatusCode.Forbidden)]
    [InlineData("/_blazor/negotiate?negotiateVersion=1", "localhost", "http://localhost:1", HttpStatusCode.Forbidden)]
    [InlineData("/_blazor/negotiate?negotiateVersion=1", "localhost", "http://localhost", HttpStatusCode.OK)]
    public async Task Requests_ByHostAndOrigin_AreLetInOrNot(string path, string host, string? origin, HttpStatusCode expected)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(path == "/" ? HttpMethod.Get : HttpMethod.Post, new Uri(_dashboard.Address, path));
        request.Headers.Host = host;
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task Circuit_OpenedByAnotherSite_IsRefused()
    {
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Origin", "http://evil.example");
        var address = new UriBuilder(_dashboard.Address) { Scheme = "ws", Path = "/_blazor" }.Uri;

        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(address, TestContext.Current.CancellationToken));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(address));
    }

    private static async Task<HttpStatusCode> StatusAsync(Uri address)
    {
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.SetRequestHeader("Origin", "http://evil.example");
        try
        {
            await socket.ConnectAsync(address, TestContext.Current.CancellationToken);
        }
        catch (WebSocketException)
        {
            // Its status is what counts.
        }

        return socket.HttpStatusCode;
    }
}
