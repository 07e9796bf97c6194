using System.Globalization;
using FakeAi.Collector.Errors;
using FakeAi.Collector.Ingest;
using FakeAi.Collector.Instances;
using FakeAi.Collector.Live;
using FakeAi.Collector.Metrics;
using FakeAi.Collector.Sources;
using FakeAi.Collector.State;
using FakeAi.Collector.Waterfall;
using FakeAi.Contracts.Catalogue;
using FakeAi.Contracts.Events;
using FakeAi.EventBus;
using FakeAi.EventBus.Memory;
using FakeAi.EventBus.Streams;
using FakeAi.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace FakeAi.Collector.Tests;

/// <summary>Applies written-down events to an in-memory log and shows what comes of them.</summary>
internal sealed class EventScript : IDisposable
{
    /// <summary>2026-01-01 00:00:00, where the clock stands.</summary>
    public const long Start = 1_767_225_600;

    private readonly ManualTimeProvider _time = new();
    private readonly InMemoryEventLog _log;
    private readonly CollectorHandler _handler;
    private readonly SourceSilence _silence;
    private readonly HeartbeatWatch _watch;
    private readonly InterruptedLog _replicaLog;
    private readonly StateReplica _replica;
    private readonly LiveTail _tail;
    private long _seq;

    public EventScript()
    {
        var options = Options.Create(new EventBusOptions());
        _log = new InMemoryEventLog(options, _time);
        _replicaLog = new InterruptedLog(_log);
        var settings = Options.Create(new CollectorOptions());
        _silence = new SourceSilence(settings, _time);
        _watch = new HeartbeatWatch(_replicaLog, _silence, _time);
        _handler = new CollectorHandler(
            Projections(), new LostSources(_silence, new EventOrigin("collector", "collector-1"), settings, _time), _time);
        Metrics = new MetricsStore();
        Waterfall = new WaterfallStore(_time);
        Errors = new ErrorStore();
        var instances = new InstanceStore();
        _replica = new StateReplica(_replicaLog, [Metrics, Waterfall, Errors, instances], _time);
        Builder = new SnapshotBuilder(Metrics, Waterfall, instances, _time);
        _tail = new LiveTail(_log, Subscribers);
        Feed = new LiveFeed(_replica, Metrics, Waterfall, Errors, Builder, _tail, Subscribers, _time, NullLogger<LiveFeed>.Instance);
    }

    public MetricsStore Metrics { get; }

    public WaterfallStore Waterfall { get; }

    public ErrorStore Errors { get; }

    public SnapshotBuilder Builder { get; }

    public LiveSubscribers Subscribers { get; } = new();

    /// <summary>Not started; its ticks come from the script's clock.</summary>
    public LiveFeed Feed { get; }

    public static IProjection[] Projections() =>
    [
        new WaterfallProjection(), new MetricsProjection(ModelCatalogue.Default, Options.Create(new EventBusOptions())),
        new ErrorsProjection(), new InstancesProjection(),
    ];

    public static FakeAiEvent Event(double at, string? request, EventData data, string instance = "gateway-1") => new(
        string.Create(CultureInfo.InvariantCulture, $"{request ?? instance}-{data.Type}-{at}"), (long)Math.Round((Start + at) * 1_000_000), request, instance[..^2], instance, 1, null, data);

    /// <summary>A streamed request from its start to its end, as gateway and engine tell it.</summary>
    public static List<FakeAiEvent> Stream(string id, double at, int tokens, int itlMs = 100, string end = "completed", string model = "gpt-4o-mini")
    {
        const int ttft = 200_000;
        var last = ttft + (tokens - 1) * itlMs * 1_000;
        var done = at + last / 1e6;
        var events = new List<FakeAiEvent>
        {
            Event(at, id, new RequestStarted("/v1/chat/completions", "POST", model, "openai", true, null, 100)),
            Event(at + 0.001, id, new RouteSelected("engine-0", "only")),
            Event(at + 0.002, id, new StreamStarted("/v1/chat/completions", model, true, 10, ttft, last, tokens), "engine-1"),
            Event(at + 0.2, id, new StreamFirstToken(ttft), "engine-1"),
        };
        for (var sent = 3; sent < tokens; sent += 3)
        {
            var elapsed = ttft + (sent - 1) * itlMs * 1_000;
            events.Add(Event(at + elapsed / 1e6, id, new StreamProgress(sent, elapsed), "engine-1"));
        }

        events.Add(Event(done, id, new StreamCompleted(
            end, tokens, end == "completed" ? "stop" : null, ttft, [.. Enumerable.Repeat(itlMs * 1_000, tokens - 1)], 0, 0), "engine-1"));
        events.Add(Event(done + 0.001, id, end switch
        {
            "completed" => new RequestCompleted(
                "/v1/chat/completions", model, "openai", true, 200, last + 1_000, ttft, ttft, last, 10, tokens, "stop", 1_000),
            "cancelled" => new RequestCancelled("/v1/chat/completions", model, "openai", true, last + 1_000, "client_disconnected", 500),
            _ => new RequestFailed("/v1/chat/completions", model, "openai", true, 200, last + 1_000, "server_error", "upstream_lost"),
        }));
        return events;
    }

    public void Advance(double seconds) => _time.Advance(TimeSpan.FromSeconds(seconds));

    /// <summary>Applies events in batches of a size, each to its own shard.</summary>
    public async Task ApplyAsync(IEnumerable<FakeAiEvent> events, int batch = 200)
    {
        await ApplyUnseenAsync(events, batch);
        await _replica.SyncAsync(default);
    }

    /// <summary>As another collector does it: the state changes, this one has not looked yet.</summary>
    public async Task ApplyUnseenAsync(IEnumerable<FakeAiEvent> events, int batch = 200)
    {
        foreach (var shard in events.GroupBy(e => Fnv1a.Shard(e.RequestId ?? e.Instance, 4)))
        {
            foreach (var chunk in shard.Chunk(batch))
            {
                var answer = await _log.AcquireAsync(shard.Key, "script", default);
                // The wire is part of the way.
                FakeAiEvent[] read = [.. chunk.Select(e => EventJson.Read(EventJson.ToBytes(e with { Seq = ++_seq })))];
                var ops = await _handler.ProjectAsync(shard.Key, read, _log.GetState(shard.Key), default);
                Assert.True((await _log.ApplyAsync(answer.Lease!, new BatchEffect(answer.Position.Version, [], [], ops), default)).Applied);
            }
        }
    }

    /// <summary>Looks for what changed; what is given happens after the changes were named and before they are read.</summary>
    public async Task SyncAsync(Func<Task> meanwhile)
    {
        _replicaLog.Meanwhile = meanwhile;
        await _replica.SyncAsync(default);
    }

    /// <summary>Resets as at a time, seconds after <see cref="Start"/>; now unless told.</summary>
    public async Task ResetAsync(double? at = null)
    {
        var now = at ?? (_time.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(Start)).TotalSeconds;
        for (var shard = 0; shard < 4; shard++)
        {
            await _log.ResetAsync(shard, StateNames.ResetAt((long)((Start + now) * 1_000_000)), default);
        }

        await _replica.SyncAsync(default);
    }

    /// <summary>Lets seconds pass, in each of which the collector looks at heartbeats and tells what is due.</summary>
    public async Task PassAsync(int seconds, Func<int, IEnumerable<FakeAiEvent>>? told = null)
    {
        for (var i = 0; i < seconds; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await ApplyUnseenAsync(told?.Invoke(i) ?? []);
            await _watch.LookAsync(default);
            await TellDueAsync();
        }

        await _replica.SyncAsync(default);
    }

    /// <summary>As after this collector has taken the shards from another.</summary>
    public void TakeShards()
    {
        for (var shard = 0; shard < 4; shard++)
        {
            _handler.Taken(shard);
        }
    }

    /// <summary>From now on nobody reads what is written to a shard.</summary>
    public async Task LeaveUnreadAsync(int shard) =>
        await _log.AppendAsync(new EventBatch("unread", shard, 1, ["{}"u8.ToArray()]), rebase: false, default);

    public async Task ReadOnAsync(int shard)
    {
        var answer = await _log.AcquireAsync(shard, "script", default);
        var entries = await _log.ReadAsync(answer.Lease!, ReadFrom.New, 100, default);
        await _log.ApplyAsync(answer.Lease!, new BatchEffect(answer.Position.Version, [.. entries.Select(e => e.Id)], [], []), default);
    }

    public void CutOff(bool away) => _replicaLog.IsAway = away;

    /// <summary>All documents and indexes as text, counters that are 0 left out.</summary>
    public async Task<string> DumpAsync()
    {
        var lines = new List<string>();
        for (var shard = 0; shard < 4; shard++)
        {
            var state = _log.GetState(shard);
            var names = (await state.ChangesAsync(0, default)).Documents;
            var documents = await state.GetAsync(names, default);
            for (var i = 0; i < names.Count; i++)
            {
                var fields = documents[i]!.Where(f => f.Value != "0").OrderBy(f => f.Key, StringComparer.Ordinal).ToList();
                if (fields.Count > 0)
                {
                    lines.Add($"{shard} {names[i]} {string.Join(' ', fields.Select(f => $"{f.Key}={f.Value}"))}");
                }
            }

            foreach (var index in new[] { StateNames.Open, StateNames.Ended, StateNames.Lost, StateNames.Errors, StateNames.Instances })
            {
                lines.Add($"{shard} {index} {string.Join(' ', await state.RangeAsync(index, 10_000, default))}");
            }
        }

        lines.Sort(StringComparer.Ordinal);
        return string.Join('\n', lines);
    }

    private async Task TellDueAsync()
    {
        for (var shard = 0; shard < 4; shard++)
        {
            var answer = await _log.AcquireAsync(shard, "script", default);
            var due = await _handler.FindDueAsync(shard, _log.GetState(shard), default);
            if (due.Count > 0)
            {
                var ops = await _handler.ProjectAsync(shard, due, _log.GetState(shard), default);
                Assert.True((await _log.ApplyAsync(answer.Lease!, new BatchEffect(answer.Position.Version, [], [], ops), default)).Applied);
            }
        }
    }

    public void Dispose()
    {
        _watch.Dispose();
        Feed.Dispose();
        _tail.Dispose();
        _replica.Dispose();
    }
}
