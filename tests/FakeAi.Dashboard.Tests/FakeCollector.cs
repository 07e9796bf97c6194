using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using FakeAi.Contracts;
using FakeAi.Contracts.Live;
using FakeAi.Contracts.Queries;
using FakeAi.Contracts.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FakeAi.Dashboard.Tests;

/// <summary>A real SignalR hub on loopback that speaks the live contract, with data as a test wants them.</summary>
internal sealed class FakeCollector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Feed _feed;

    private FakeCollector(WebApplication app, Feed feed)
    {
        _app = app;
        _feed = feed;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    public Uri Address { get; }

    /// <summary>The internal token that each connection showed.</summary>
    public IReadOnlyList<string> Tokens => [.. _feed.Tokens];

    public static async Task<FakeCollector> StartAsync(LiveWelcome? welcome = null, int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.Logging.ClearProviders();
        var feed = new Feed(welcome ?? Empty());
        builder.Services.AddSingleton(feed);
        builder.Services.AddSignalR(o => o.EnableDetailedErrors = true)
            .AddJsonProtocol(o => o.PayloadSerializerOptions = new JsonSerializerOptions(ContractsJsonContext.Default.Options));
        var app = builder.Build();
        app.UseWebSockets();
        app.MapHub<LiveHub>(LiveHubMethods.Path, o => o.Transports = HttpTransportType.WebSockets);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new FakeCollector(app, feed);
    }

    public static LiveWelcome Empty() => Sample.Welcome(new MetricsSnapshot { Timestamp = 1, WindowSeconds = 60 });

    /// <summary>Sends a message to all who watch now; later ones get <paramref name="welcome"/>, if given, first.</summary>
    public void Push(LiveMessage message, LiveWelcome? welcome = null) => _feed.Push(message, welcome);

    public async ValueTask DisposeAsync()
    {
        _feed.Close();
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _app.StopAsync(stop.Token);
        await _app.DisposeAsync();
    }

    internal sealed class Feed(LiveWelcome welcome)
    {
        private readonly Lock _lock = new();
        private readonly List<Channel<LiveMessage>> _watchers = [];
        private LiveWelcome _welcome = welcome;

        public TimeProvider Time { get; } = TimeProvider.System;

        public List<string> Tokens { get; } = [];

        public ChannelReader<LiveMessage> Join(string token)
        {
            var channel = Channel.CreateBounded<LiveMessage>(10_000);
            lock (_lock)
            {
                Tokens.Add(token);
                channel.Writer.TryWrite(_welcome);
                _watchers.Add(channel);
            }

            return channel.Reader;
        }

        public void Push(LiveMessage message, LiveWelcome? next)
        {
            lock (_lock)
            {
                _welcome = next ?? _welcome;
                _watchers.ForEach(w => w.Writer.TryWrite(message));
            }
        }

        public void Close()
        {
            lock (_lock)
            {
                _watchers.ForEach(w => w.Writer.TryComplete());
            }
        }
    }

    internal sealed class LiveHub(Feed feed) : Hub
    {
        public async IAsyncEnumerable<LiveMessage> Watch([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            var token = Context.GetHttpContext()!.Request.Headers[InternalHeaders.Token].ToString();
            await foreach (var message in feed.Join(token).ReadAllAsync(cancellationToken))
            {
                yield return message;
            }
        }

        public long Ping() => feed.Time.GetUtcNow().ToUnixTimeMilliseconds();
    }
}
