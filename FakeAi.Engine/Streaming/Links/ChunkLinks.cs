using System.Collections.Immutable;
using System.Globalization;
using FakeAi.Contracts.Wire;
using Microsoft.AspNetCore.Http.Features;

namespace FakeAi.Engine.Streaming.Links;

/// <summary>The chunk links of all gateways, and which response goes over which.</summary>
internal sealed partial class ChunkLinks
{
    private const int Most = 64;
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(50);

    private readonly WheelThread _wheel;
    private readonly IHostApplicationLifetime _host;
    private readonly ILogger<ChunkLinks> _logger;
    private ImmutableArray<(ulong Id, ChunkLink Link)> _links = [];

    public ChunkLinks(WheelThread wheel, IHostApplicationLifetime host, ILogger<ChunkLinks> logger)
    {
        _wheel = wheel;
        _host = host;
        _logger = logger;
        wheel.AfterEachTick(Flush);
    }

    /// <summary>
    /// The way out of a streamed answer: its gateway's link, or the response's own body where there is none. Nothing may be
    /// written otherwise, except instead of the whole answer: then <see cref="Forget"/> comes before.
    /// </summary>
    public BufferedWriter Open(HttpContext context)
    {
        if (Find(context.Request.Headers[InternalHeaders.Link]) is var (link, number) && link is not null)
        {
            var writer = new LinkWriter(link, number, context.Response, _wheel);
            if (link.TryAdd(number, writer))
            {
                context.Response.RegisterForDispose(writer);
                context.Response.Headers[InternalHeaders.Link] = "1";
                return writer;
            }
        }

        return new HandoverWriter(context.Response.BodyWriter);
    }

    /// <summary>An error is sent instead of the stream: in the response's body, as any.</summary>
    public static void Forget(HttpResponse response) => response.Headers.Remove(InternalHeaders.Link);

    /// <summary>Serves a gateway's link until one of both ends.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        var upgrade = context.Features.Get<IHttpUpgradeFeature>();
        if (upgrade is not { IsUpgradableRequest: true } || !string.Equals(context.Request.Headers.Upgrade, ChunkFrames.Protocol, StringComparison.OrdinalIgnoreCase))
        {
            context.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            context.Response.Headers.Upgrade = ChunkFrames.Protocol;
            return;
        }

        if (!ulong.TryParse(context.Request.Headers[InternalHeaders.Link], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var id)
            || _links.Length >= Most || _links.Any(l => l.Id == id))
        {
            context.Response.StatusCode = StatusCodes.Status409Conflict;
            return;
        }

        await using var connection = await upgrade.UpgradeAsync();
        var link = new ChunkLink(connection);
        ImmutableInterlocked.Update(ref _links, static (links, added) => links.Add(added), (id, link));
        Log.Opened(_logger, id);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        await using var stopping = _host.ApplicationStopping.Register(() => _ = EndWhenIdleAsync(link, ended));
        await link.ReadAsync(ended.Token);
        ImmutableInterlocked.Update(ref _links, static (links, removed) => links.Remove(removed), (id, link));
        Log.Closed(_logger, id);
    }

    /// <summary>Sends what every link has gathered in a tick of the clock wheel.</summary>
    private void Flush()
    {
        foreach (var (_, link) in _links)
        {
            link.Flush();
        }
    }

    /// <summary>While the engine stops, streams under way are still told how they end.</summary>
    private static async Task EndWhenIdleAsync(ChunkLink link, CancellationTokenSource ended)
    {
        try
        {
            while (link.Streams > 0 && !ended.IsCancellationRequested)
            {
                await Task.Delay(s_look, ended.Token);
            }

            await ended.CancelAsync();
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // The link ended by itself.
        }
    }

    private (ChunkLink? Link, uint Number) Find(string? place)
    {
        if (place is null || place.IndexOf('.', StringComparison.Ordinal) is var dot && dot < 0
            || !ulong.TryParse(place.AsSpan(0, dot), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var id)
            || !uint.TryParse(place.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return default;
        }

        foreach (var (known, link) in _links)
        {
            if (known == id)
            {
                return (link, number);
            }
        }

        return default;
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 231, EventName = "ChunkLinkOpened", Level = LogLevel.Debug, Message = "Chunk link {Id:x16} is open.")]
        public static partial void Opened(ILogger logger, ulong id);

        [LoggerMessage(EventId = 232, EventName = "ChunkLinkClosed", Level = LogLevel.Debug, Message = "Chunk link {Id:x16} is closed.")]
        public static partial void Closed(ILogger logger, ulong id);
    }
}
