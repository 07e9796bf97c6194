using System.Net;
using System.Net.Sockets;
using System.Text;
using FakeAi.Engine.Hosting;
using FakeAi.Engine.Streaming;
using FakeAi.EventBus;
using FakeAi.ServiceDefaults.Hosting;
using FakeAi.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FakeAi.Engine.Tests.Hosting;

/// <summary>A real engine on real sockets, as Program.cs composes it, with events recorded.</summary>
public sealed class EngineHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private EngineHost(WebApplication app, RecordingPublisher events, int h2cPort)
    {
        _app = app;
        Events = events;
        H2c = new HttpClient(new SocketsHttpHandler { UseProxy = false, EnableMultipleHttp2Connections = true })
        {
            BaseAddress = new Uri($"http://127.0.0.1:{h2cPort}"),
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Timeout = TimeSpan.FromSeconds(30),
        };

        // A client that drains what it no longer wants would keep the stream going for two seconds.
        Http = new HttpClient(new SocketsHttpHandler { UseProxy = false, ResponseDrainTimeout = TimeSpan.Zero })
        {
            BaseAddress = new Uri(app.Urls.First(u => !u.EndsWith($":{h2cPort}", StringComparison.Ordinal))),
            Timeout = TimeSpan.FromSeconds(30),
        };
    }

    public RecordingPublisher Events { get; }

    public HttpClient H2c { get; }

    public HttpClient Http { get; }

    public int Active => _app.Services.GetRequiredService<StreamManager>().Active;

    public T Service<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    public IEnumerable<T> Services<T>() => _app.Services.GetServices<T>();

    public static Task<EngineHost> StartAsync(params (string Key, string Value)[] settings) => StartAsync(static _ => { }, settings);

    public static async Task<EngineHost> StartAsync(Action<IServiceCollection> more, params (string Key, string Value)[] settings)
    {
        var port = FreePort();
        var builder = WebApplication.CreateBuilder(["--urls", "http://127.0.0.1:0"]);
        builder.Configuration["FakeAi:Engine:WarmUp"] = "false";
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)));
        builder.Configuration["FAKEAI_H2C_PORT"] = port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        builder.Logging.ClearProviders();
        var events = new RecordingPublisher();
        builder.Services.AddSingleton<IEventPublisher>(events);
        EngineEndpoints.Configure(builder);
        builder.AddServiceDefaults("engine");
        builder.AddEngine();
        more(builder.Services);
        var app = builder.Build();
        app.MapServiceDefaults();
        app.MapEngine();
        await app.StartAsync();
        return new EngineHost(app, events, port);
    }

    public Task<HttpResponseMessage> PostAsync(string body, params (string Name, string Value)[] headers) =>
        SendAsync(H2c, body, HttpCompletionOption.ResponseContentRead, CancellationToken.None, headers);

    public Task<HttpResponseMessage> PostToAsync(string path, string body, params (string Name, string Value)[] headers) =>
        SendAsync(H2c, path, body, HttpCompletionOption.ResponseContentRead, headers, CancellationToken.None);

    public static Task<HttpResponseMessage> SendAsync(
        HttpClient client, string body, HttpCompletionOption completion, CancellationToken cancellationToken, params (string Name, string Value)[] headers) =>
        SendAsync(client, "/v1/chat/completions", body, completion, headers, cancellationToken);

    private static async Task<HttpResponseMessage> SendAsync(
        HttpClient client, string path, string body, HttpCompletionOption completion, (string Name, string Value)[] headers,
        CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
            Version = client.DefaultRequestVersion,
            VersionPolicy = client.DefaultVersionPolicy,
        };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await client.SendAsync(request, completion, cancellationToken);
    }

    /// <summary>Waits until something holds; five seconds are far more than it should take.</summary>
    public static async Task EventuallyAsync(Func<bool> condition)
    {
        for (var i = 0; i < 500 && !condition(); i++)
        {
            await Task.Delay(10);
        }

        Assert.True(condition());
    }

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        H2c.Dispose();
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>One engine without waits, shared by the tests of a class.</summary>
public sealed class FastEngine : IAsyncLifetime
{
    public EngineHost Host { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Host = await EngineHost.StartAsync(("FakeAi:Engine:TimeScale", "0"));

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}
