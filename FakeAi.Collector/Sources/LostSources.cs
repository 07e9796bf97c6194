using System.Collections.Concurrent;
using FakeAi.Collector.Requests;
using FakeAi.Collector.State;
using FakeAi.Collector.Waterfall;
using FakeAi.Contracts.Events;
using FakeAi.EventBus;
using FakeAi.EventBus.Streams;
using Microsoft.Extensions.Options;

namespace FakeAi.Collector.Sources;

/// <summary>
/// Closes requests under way whose gateway has fallen silent. Should it only have been paused, its own word replaces the
/// guess when it comes.
/// </summary>
/// <remarks>
/// Ordinary requests cost nothing: a shard's open rows are gone through when its lease was taken and when a gateway that
/// may have some there falls silent, not otherwise. One shard is used by one task at a time.
/// </remarks>
internal sealed class LostSources(SourceSilence silence, EventOrigin origin, IOptions<CollectorOptions> options, TimeProvider time)
{
    private const int MostAtOnce = 1_000;
    private const int RowsPerRead = 200;

    private readonly ConcurrentDictionary<int, ShardSources> _shards = new();

    /// <summary>What is known of a shard may be old.</summary>
    public void Forget(int shard) => _shards[shard] = new ShardSources();

    /// <summary>An event is about to be applied.</summary>
    public void Told(int shard, FakeAiEvent e)
    {
        if (Teller.IsGateway(e) && e.RequestId is not null)
        {
            silence.Told(e.Instance);
            Shard(shard).MayHaveOpen.Add(e.Instance);
        }
    }

    /// <summary>Ends for the open requests of silent gateways, and for each of these one error to be seen.</summary>
    public async ValueTask<IReadOnlyList<FakeAiEvent>> FindAsync(int shard, IShardState state, CancellationToken cancellationToken)
    {
        var sources = Shard(shard);
        if (!sources.IsKnown)
        {
            await ForEachOpenAsync(state, (_, _, gateway) => sources.MayHaveOpen.Add(gateway), cancellationToken);
            sources.IsKnown = true;
        }

        var silent = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var gateway in sources.MayHaveOpen)
        {
            if (silence.IsSilent(gateway))
            {
                silent.Add(gateway, 0);
            }
        }

        if (silent.Count == 0)
        {
            return [];
        }

        var now = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        var events = new List<FakeAiEvent>();
        await ForEachOpenAsync(
            state,
            (id, view, gateway) =>
            {
                if (silent.TryGetValue(gateway, out var count) && events.Count < MostAtOnce)
                {
                    silent[gateway] = count + 1;
                    events.Add(Make($"{Teller.SourceLost}-{id}", id, now, new RequestFailed(
                        view.Endpoint, view.Model, view.Provider, view.IsStream, 0, Math.Max(0, now - view.StartUs), Teller.SourceLost, Teller.SourceLost)));
                }
            },
            cancellationToken);
        var full = events.Count == MostAtOnce;
        foreach (var (gateway, count) in silent)
        {
            if (count > 0)
            {
                var message = $"{gateway} was not heard of for {options.Value.SourceLostSeconds} s: requests under way there are closed as failed (shard {shard}: {count}).";
                events.Add(Make($"{Teller.SourceLost}-{gateway}-{shard}-{now}", null, now, new ErrorOccurred(null, null, 0, Teller.SourceLost, Teller.SourceLost, null, message, "error")));
            }
            else if (!full)
            {
                // Looked for again only if it tells of another request. Until none is found it stays: an apply can fail.
                sources.MayHaveOpen.Remove(gateway);
            }
        }

        return events;
    }

    private static async ValueTask ForEachOpenAsync(
        IShardState state, Action<string, RequestView, string> visit, CancellationToken cancellationToken)
    {
        var open = await state.RangeAsync(StateNames.Open, WaterfallProjection.MaxOpen, cancellationToken);
        foreach (var chunk in open.Chunk(RowsPerRead))
        {
            var rows = await state.GetAsync([.. chunk.Select(m => StateNames.Row + m.Key)], cancellationToken);
            for (var i = 0; i < chunk.Length; i++)
            {
                if (rows[i] is { } row && row.TryGetValue(RowFields.Gateway, out var gateway)
                    && new RequestView(row) is { IsKnown: true, IsEnded: false } view)
                {
                    visit(chunk[i].Key, view, gateway);
                }
            }
        }
    }

    private FakeAiEvent Make(string id, string? requestId, long now, EventData data) =>
        new(id, now, requestId, Teller.Collector, origin.Instance, 0, null, data);

    private ShardSources Shard(int shard) => _shards.GetOrAdd(shard, static _ => new ShardSources());

    private sealed class ShardSources
    {
        /// <summary>Gateways that may have requests under way in the shard.</summary>
        public HashSet<string> MayHaveOpen { get; } = new(StringComparer.Ordinal);

        /// <summary>Whether the rows from before this process took the shard are in it.</summary>
        public bool IsKnown { get; set; }
    }
}
