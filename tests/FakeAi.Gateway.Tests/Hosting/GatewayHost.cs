using System.Net.Sockets;
using System.Text;
using FakeAi.Contracts.Events;
using FakeAi.EventBus;
using FakeAi.ServiceDefaults.Hosting;
using FakeAi.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FakeAi.Gateway.Tests.Hosting;

/// <summary>A gateway on a real port, with what it published.</summary>
internal sealed class GatewayHost : IAsyncDisposable
{
    public const string Body = """{"model":"gpt-4o-mini","stream":false,"messages":[{"role":"user","content":"Hi"}]}""";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly WebApplication _app;
    private readonly string _home;

    private GatewayHost(WebApplication app, RecordingPublisher events, string home)
    {
        _app = app;
        _home = home;
        Events = events;

        // A client that drains what it no longer wants would stay for two seconds after leaving.
        Client = new HttpClient(new SocketsHttpHandler { UseProxy = false, ResponseDrainTimeout = TimeSpan.Zero })
        {
            BaseAddress = new Uri(app.Urls.Single()),
            Timeout = s_patience,
        };
    }

    public RecordingPublisher Events { get; }

    public HttpClient Client { get; }

    public Uri Address => Client.BaseAddress!;

    /// <summary>The data folder, deleted in the end.</summary>
    public string Home => _home;

    public IServiceProvider Services => _app.Services;

    public static Task<GatewayHost> StartAsync(FakeEngine engine, params (string Key, string? Value)[] settings) =>
        StartAsync([engine.Address], settings);

    public static Task<GatewayHost> StartAsync(string[] engines, params (string Key, string? Value)[] settings) =>
        StartAsync(engines, TimeProvider.System, settings);

    public static async Task<GatewayHost> StartAsync(string[] engines, TimeProvider clock, params (string Key, string? Value)[] settings)
    {
        var home = Directory.CreateTempSubdirectory("fakeai-gateway-").FullName;
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ApplicationName = typeof(GatewayHost).Assembly.GetName().Name });
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(engines.SelectMany((address, i) => new KeyValuePair<string, string?>[]
        {
            new($"Engines:{i}:Name", $"engine-{i}"),
            new($"Engines:{i}:H2c", address),
        }));
        builder.Configuration["FAKEAI_HOME"] = home;
        builder.Services.AddSingleton(clock);
        builder.Configuration.AddInMemoryCollection(settings.Select(static setting => KeyValuePair.Create(setting.Key, setting.Value)));
        var events = new RecordingPublisher();
        builder.Services.AddSingleton<IEventPublisher>(events);
        builder.AddServiceDefaults("gateway");
        builder.AddGateway();
        var app = builder.Build();
        app.MapGateway();
        app.MapServiceDefaults();
        await app.StartAsync();
        return new GatewayHost(app, events, home);
    }

    public static StringContent Json(string body = Body) => new(body, Encoding.UTF8, "application/json");

    public Task<HttpResponseMessage> ChatAsync(string body = Body) => Client.PostAsync("/v1/chat/completions", Json(body));

    /// <summary>Posts and returns as soon as the answer's headers are there.</summary>
    public Task<HttpResponseMessage> OpenAsync(string body = Body, CancellationToken cancellationToken = default) =>
        Client.SendAsync(
            new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = Json(body) },
            HttpCompletionOption.ResponseHeadersRead,
            cancellationToken);

    /// <summary>Writes bytes to a connection of their own and gives all that comes back until the server closes it.</summary>
    public async Task<string> RawAsync(string request)
    {
        using var patience = new CancellationTokenSource(s_patience);
        using var socket = new TcpClient();
        await socket.ConnectAsync(Address.Host, Address.Port, patience.Token);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request), patience.Token);

        var answer = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            int read;
            while ((read = await stream.ReadAsync(buffer, patience.Token)) > 0)
            {
                answer.Append(Encoding.UTF8.GetString(buffer, 0, read));
            }
        }
        catch (IOException)
        {
            // Reset after the answer: what came counts.
        }

        return answer.ToString();
    }

    /// <summary>Begins a request; writes a part of its body once the gateway asks for that; then closes the connection, or resets it.</summary>
    public async Task LeaveAsync(string head, string part, bool reset)
    {
        using var patience = new CancellationTokenSource(s_patience);
        using var socket = new TcpClient();
        await socket.ConnectAsync(Address.Host, Address.Port, patience.Token);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes($"{head}\r\nexpect: 100-continue\r\n\r\n"), patience.Token);
        await stream.ReadExactlyAsync(new byte["HTTP/1.1 100 Continue\r\n\r\n".Length], patience.Token);
        await stream.WriteAsync(Encoding.Latin1.GetBytes(part), patience.Token);
        socket.LingerState = new LingerOption(reset, 0);
    }

    /// <summary>Waits until so many events of a type were published: ends are told after the client has its answer.</summary>
    public async Task<IReadOnlyList<T>> EventsAsync<T>(int count = 1)
        where T : EventData
    {
        var deadline = DateTime.UtcNow + s_patience;
        while (Events.Of<T>().Count < count)
        {
            Assert.True(DateTime.UtcNow < deadline, $"{Events.Of<T>().Count} of {count} {typeof(T).Name}; published: {string.Join(", ", Events.Events.Select(e => e.Data))}");
            await Task.Delay(10);
        }

        return Events.Of<T>();
    }

    /// <summary>Every request that began has exactly one end, once all are told, and no end is without its beginning.</summary>
    public async Task AssertEndsOnceAsync()
    {
        var deadline = DateTime.UtcNow + s_patience;
        while (Events.Events.Count(static e => IsEnd(e.Data)) < Events.Of<RequestStarted>().Count && DateTime.UtcNow < deadline)
        {
            await Task.Delay(10);
        }

        var byRequest = Events.Events.GroupBy(static e => e.RequestId, StringComparer.Ordinal);
        foreach (var request in byRequest)
        {
            Assert.Equal(1, request.Count(static e => e.Data is RequestStarted));
            Assert.Equal(1, request.Count(static e => IsEnd(e.Data)));
            Assert.IsType<RequestStarted>(request.First().Data);
        }
    }

    private static bool IsEnd(EventData data) => data is RequestCompleted or RequestFailed or RequestCancelled;

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }
}
