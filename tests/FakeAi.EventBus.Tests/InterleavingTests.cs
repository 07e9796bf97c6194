using System.Globalization;
using System.Text;
using FakeAi.EventBus.Memory;
using FakeAi.EventBus.Streams;
using FakeAi.TestKit;
using Microsoft.Extensions.Options;

namespace FakeAi.EventBus.Tests;

/// <summary>
/// Random interleavings of producers, consumers, crashes, pauses, lost answers and resets over one shard, against a model
/// of a few lines: every event counts once, a reset forgets what counted before it, and requests keep their order.
/// </summary>
public sealed class InterleavingTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private const int Producers = 2;
    private const int Consumers = 3;

    private enum Kind
    {
        Append, AppendWithLostAnswer, Acquire, Read, Apply, ApplyWithLostAnswer, Crash, LeaseEnds, Release, Reset,
    }

    [Fact]
    public async Task Log_InMemory_CountsEachEventOnce()
    {
        for (var seed = 1; seed <= 2_000; seed++)
        {
            await CheckAsync(seed, steps: 80, InMemoryAsync);
        }
    }

    [Fact]
    public async Task Log_InRedis_CountsEachEventOnce()
    {
        for (var seed = 1; seed <= 120; seed++)
        {
            await CheckAsync(seed, steps: 60, InRedisAsync);
        }
    }

    private static Task<Setting> InMemoryAsync()
    {
        var time = new ManualTimeProvider();
        var log = new InMemoryEventLog(Options.Create(new EventBusOptions()), time);
        return Task.FromResult(new Setting(log, () => log, () =>
        {
            time.Advance(TimeSpan.FromSeconds(5));
            return Task.CompletedTask;
        }));
    }

    private static async Task CheckAsync(int seed, int steps, Func<Task<Setting>> make)
    {
        var random = new Random(seed);
        var list = Enumerable.Range(0, steps).Select(_ => new Step((Kind)random.Next((int)Kind.Reset + 1), random.Next(6))).ToList();
        if (await FailureAsync(list, make) is not { } failure)
        {
            return;
        }

        // Steps that can be left out are; what remains is what it takes.
        for (var i = list.Count - 1; i >= 0; i--)
        {
            List<Step> shorter = [.. list[..i], .. list[(i + 1)..]];
            if (await FailureAsync(shorter, make) is { } same)
            {
                (list, failure) = (shorter, same);
            }
        }

        Assert.Fail($"seed {seed}: {failure}\n{string.Join('\n', list)}");
    }

    private static async Task<string?> FailureAsync(List<Step> steps, Func<Task<Setting>> make)
    {
        var world = new World(await make());
        try
        {
            foreach (var step in steps)
            {
                await world.DoAsync(step);
            }

            return await world.DrainAsync();
        }
        catch (Exception e)
        {
            return e.ToString();
        }
    }

    private async Task<Setting> InRedisAsync()
    {
        var options = new EventBusOptions { LeaseMs = 60_000 };
        return new Setting(
            await redis.NewLogAsync(options), () => redis.Another(options),
            () => redis.Connection.GetDatabase().ExecuteAsync("PEXPIRE", "fakeai:{0}:owner", "0"));
    }

    /// <param name="Log">The log.</param>
    /// <param name="Another">The same log as another process sees it.</param>
    /// <param name="EndLease">Lets whatever lease there is end.</param>
    private sealed record Setting(IEventLog Log, Func<IEventLog> Another, Func<Task> EndLease);

    private sealed record Step(Kind Kind, int Which);

    private sealed class World(Setting setting)
    {
        private readonly IEventLog _log = setting.Log;
        private readonly Producer[] _producers = [.. Enumerable.Range(0, Producers).Select(i => new Producer(i))];
        private readonly Reader[] _readers = [.. Enumerable.Range(0, Consumers).Select(i => new Reader { Name = $"c{i}", Log = setting.Another() })];
        private readonly Dictionary<string, long> _model = new(StringComparer.Ordinal);
        private int _starts;

        public async Task DoAsync(Step step)
        {
            var producer = _producers[step.Which % Producers];
            var reader = _readers[step.Which % Consumers];
            switch (step.Kind)
            {
                case Kind.Append or Kind.AppendWithLostAnswer:
                    await _log.AppendAsync(producer.Batch(), rebase: false, default);
                    producer.IsKnown = step.Kind == Kind.Append;
                    break;
                case Kind.Acquire:
                    var answer = await reader.Log.AcquireAsync(0, reader.Name, default);
                    (reader.Lease, reader.Version, reader.Entries, reader.From) = (answer.Lease, answer.Position.Version, [], ReadFrom.Pending);
                    break;
                case Kind.Read when reader is { Lease: not null, Entries.Count: 0 }:
                    await ReadAsync(reader, 1 + step.Which);
                    break;
                case Kind.Apply or Kind.ApplyWithLostAnswer when reader is { Lease: not null, Entries.Count: > 0 }:
                    await ApplyAsync(reader);
                    if (step.Kind == Kind.ApplyWithLostAnswer)
                    {
                        (reader.Lease, reader.Entries) = (null, []);
                    }

                    break;
                case Kind.Crash:
                    _readers[step.Which % Consumers] = new Reader { Name = $"c{step.Which % Consumers}.{++_starts}", Log = setting.Another() };
                    break;
                case Kind.LeaseEnds:
                    await setting.EndLease();
                    break;
                case Kind.Release when reader.Lease is { } lease:
                    await reader.Log.ReleaseAsync(lease, default);
                    (reader.Lease, reader.Entries) = (null, []);
                    break;
                case Kind.Reset when step.Which == 0:
                    await _log.ResetAsync(0, new StateReset(["n:"], [], "never", 60), default);
                    _model.Clear();
                    break;
            }
        }

        /// <summary>What is wrong in the end, if anything.</summary>
        public async Task<string?> DrainAsync()
        {
            foreach (var producer in _producers.Where(p => !p.IsKnown))
            {
                await _log.AppendAsync(producer.Batch(), rebase: false, default);
            }

            await setting.EndLease();
            var answer = await _log.AcquireAsync(0, "last", default);
            var last = new Reader { Name = "last", Log = _log, Lease = answer.Lease!, Version = answer.Position.Version, From = ReadFrom.Pending };
            for (var i = 0; i < 1_000 && (await _log.CountAsync(0, default) > 0 || last.Entries.Count > 0); i++)
            {
                await ReadAsync(last, 4);
                await ApplyAsync(last);
            }

            var documents = await _log.GetState(0).GetAsync(["n:all", "ever", "wrong"], default);
            var expected = string.Join(' ', _model.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => $"{e.Key}={e.Value}"));
            var found = Text(documents[0]);
            var ever = documents[1]?.Values.Count(v => v == "1") ?? 0;
            var sent = _producers.Sum(p => p.Sent);
            return found != expected ? $"state {found}, model {expected}"
                : ever != sent || (documents[1]?.Count ?? 0) != sent ? $"{sent} events sent: {Text(documents[1])}"
                : documents[2] is not null ? $"out of order: {Text(documents[2])}"
                : null;
        }

        private static string Text(IReadOnlyDictionary<string, string>? document) =>
            string.Join(' ', (document ?? new Dictionary<string, string>()).OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => $"{e.Key}={e.Value}"));

        private static async Task ReadAsync(Reader reader, int count)
        {
            try
            {
                reader.Entries = await reader.Log.ReadAsync(reader.Lease!, reader.From, count, default);

                // Back to what is pending, too: one that lost its lease may have been given entries.
                reader.From = reader.Entries.Count > 0 ? reader.From : reader.From == ReadFrom.New ? ReadFrom.Pending : ReadFrom.New;
            }
            catch (ShardLeaseLostException)
            {
                reader.Lease = null;
            }
        }

        /// <summary>Counts each event in a document that resets clear and in one that they leave, and looks at each producer's order.</summary>
        private async Task ApplyAsync(Reader reader)
        {
            if (reader.Lease is null)
            {
                return;
            }

            string[] events = [.. reader.Entries.Select(e => Encoding.UTF8.GetString(e.Payload))];
            var last = (await _log.GetState(0).GetAsync(["last"], default))[0];
            var seen = last?.ToDictionary(StringComparer.Ordinal) ?? new Dictionary<string, string>(StringComparer.Ordinal);
            var ops = new List<StateOp>();
            var wrong = new List<KeyValuePair<string, string>>();
            foreach (var e in events)
            {
                ops.Add(new IncrementFields("n:all", [KeyValuePair.Create(e, 1L)]));
                ops.Add(new IncrementFields("ever", [KeyValuePair.Create(e, 1L)]));
                var (producer, number) = (e[..1], int.Parse(e.AsSpan(2), CultureInfo.InvariantCulture));
                if (number != int.Parse(seen.GetValueOrDefault(producer, "0"), CultureInfo.InvariantCulture) + 1)
                {
                    wrong.Add(KeyValuePair.Create(e, seen.GetValueOrDefault(producer, "none")));
                }

                seen[producer] = number.ToString(CultureInfo.InvariantCulture);
            }

            if (events.Length > 0)
            {
                ops.Add(new SetFields("last", [.. seen]));
            }

            if (wrong.Count > 0)
            {
                ops.Add(new SetFields("wrong", wrong));
            }

            try
            {
                var result = await reader.Log.ApplyAsync(reader.Lease, new BatchEffect(reader.Version, [.. reader.Entries.Select(e => e.Id)], [], ops), default);
                reader.Version = result.Version;
                reader.Entries = [];
                if (!result.Applied)
                {
                    reader.From = ReadFrom.Pending;
                    return;
                }

                foreach (var e in events)
                {
                    _model[e] = _model.GetValueOrDefault(e) + 1;
                }
            }
            catch (ShardLeaseLostException)
            {
                (reader.Lease, reader.Entries) = (null, []);
            }
        }
    }

    private sealed class Producer(int index)
    {
        private EventBatch? _batch;

        public bool IsKnown { get; set; } = true;

        public int Sent { get; private set; }

        /// <summary>The next batch, or once more the one whose answer was lost.</summary>
        public EventBatch Batch()
        {
            if (IsKnown)
            {
                var size = 1 + Sent % 3;
                _batch = new EventBatch(
                    $"p{index}", 0, (_batch?.Number ?? 0) + 1,
                    [.. Enumerable.Range(Sent + 1, size).Select(n => Encoding.UTF8.GetBytes($"{index}.{n}"))]);
                Sent += size;
            }

            return _batch!;
        }
    }

    private sealed class Reader
    {
        public required string Name { get; init; }

        public required IEventLog Log { get; init; }

        public ShardLease? Lease { get; set; }

        public long Version { get; set; }

        public ReadFrom From { get; set; }

        public IReadOnlyList<LogEntry> Entries { get; set; } = [];
    }
}
