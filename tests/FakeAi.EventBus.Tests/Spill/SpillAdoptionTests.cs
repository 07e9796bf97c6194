using FakeAi.Contracts.Events;
using FakeAi.EventBus.Spill;
using FakeAi.EventBus.Tests.Publishing;
using FakeAi.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace FakeAi.EventBus.Tests.Spill;

public sealed class SpillAdoptionTests : PublisherTestBase
{
    private static readonly string s_dead = new('d', 32);
    private readonly ScriptedLog _log = new();

    [Fact]
    public async Task Stop_LogAway_NextProcessDeliversWhatWasLeft()
    {
        var stopped = await StartAsync(_log, Spilling(memoryBytes: 65_536, batchEvents: 50));
        await PublishAsync(stopped, 500);
        await Eventually.IsTrueAsync(() => stopped.Stats.Sent == 500);

        // The outcome of what is under way at the stop stays unknown: some of it is in the log.
        _log.Fates = static _ => Fate.AnswerLost;
        await PublishAsync(stopped, 4_500, 500);
        await Eventually.IsTrueAsync(() => stopped.Stats.Spilled > 0 && _log.Attempts.Count > 15);
        await stopped.StopAsync(default);
        AssertAddsUp(5_000, stopped.Stats);
        Assert.Equal((0, 0), (stopped.Stats.Queued, stopped.Stats.Lost));
        Assert.True(stopped.Stats.SpillWaiting > 4_000);

        _log.Fates = static _ => Fate.Works;
        var before = _log.Events.Count;
        var heir = await StartAdopterAsync(_log);
        await AdoptUntilAsync(() => !Files("*.spill").Any());
        AssertAllOnceInOrder(5_000, _log.Events);
        Assert.Equal(new EventPublisherStats { Adopted = 5_000 - before }, heir.Stats);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(50)]
    public async Task Stop_LogDiedAndForgotWhatItAcknowledged_NextProcessDeliversThatToo(int waiting)
    {
        var stopped = await StartAsync(_log, Spilling());
        await PublishAsync(stopped, 200);
        await Eventually.IsTrueAsync(() => stopped.Stats.Sent == 200);
        _log.Away = true;
        await PublishAsync(stopped, waiting, 200);
        await stopped.StopAsync(default);
        AssertAddsUp(200 + waiting, stopped.Stats);
        Assert.Equal((200, waiting), (stopped.Stats.Sent, stopped.Stats.SpillWaiting));
        for (var shard = 0; shard < 4; shard++)
        {
            _log.Forget(shard, _log.Batches.Count(b => b.Shard == shard));
        }

        _log.Away = false;
        await StartAdopterAsync(_log);
        await AdoptUntilAsync(() => !Files("*.spill").Any());
        AssertAllOnceInOrder(200 + waiting, _log.Events);
    }

    [Fact]
    public async Task Start_LogAwayAtStartAndStop_LeavesItsEventsForTheNext()
    {
        _log.Away = true;
        var stopped = await StartAsync(_log, Spilling());
        await PublishAsync(stopped, 300);
        await stopped.StopAsync(default);
        Assert.Equal(new EventPublisherStats { Spilled = 300, SpillWaiting = 300 }, stopped.Stats with { Resent = 0 });
        _log.Away = false;
        await StartAdopterAsync(_log);
        await AdoptUntilAsync(() => !Files("*.spill").Any());
        AssertAllOnceInOrder(300, _log.Events);
    }

    [Fact]
    public async Task Adopt_TwoLookAtOnce_OneDoesIt()
    {
        Leave(Enumerable.Range(1, 40).Select(n => (0, (long)n)));
        var first = await StartAdopterAsync(_log);
        var second = await StartAdopterAsync(_log);
        await AdoptUntilAsync(() => !Files("*.spill").Any());
        Assert.Equal(40, _log.Batches.Count);
        Assert.Equal([0, 40], new[] { first.Stats.Adopted, second.Stats.Adopted }.Order());
    }

    [Fact]
    public async Task Adopt_FileOfALivingProcess_IsLeftAlone()
    {
        using var living = new SpillFile(new SpillFolder(Folder), s_dead, 1 << 20, NullLogger.Instance);
        living.TryAppend(0, 1, [Payload(1)]);
        await StartAdopterAsync(_log);
        for (var i = 0; i < 30; i++)
        {
            Clock.Advance(SpillAdopter.Interval);
            await Task.Delay(5);
        }

        Assert.Empty(_log.Attempts);
        living.Dispose();
        await AdoptUntilAsync(() => !Files("*.spill").Any());
        Assert.Single(_log.Batches);
    }

    [Fact]
    public async Task Adopt_BatchesThatDiedInMemory_AreCountedAndTheRestDelivered()
    {
        // Spilled in the order in which a stopping process writes: what was in memory comes last.
        Leave([(1, 9), (1, 10), (2, 1), (1, 4), (1, 5)]);
        await _log.AppendAsync(new Streams.EventBatch(s_dead, 1, 1, [Payload(0)]), rebase: false, default);
        var heir = await StartAdopterAsync(_log);
        await AdoptUntilAsync(() => !Files("*.spill").Any());
        Assert.Equal([1, 4, 5, 9, 10], _log.Batches.Where(b => b.Shard == 1).Select(b => b.Number));
        Assert.Equal((5, 2 + 3), (heir.Stats.Adopted, heir.Stats.MissingBatches));
    }

    [Fact]
    public async Task Adopt_LogForgetsAndFailsMeanwhile_DeliversAllInOrder()
    {
        Leave(Enumerable.Range(1, 30).Select(n => (0, (long)n)));
        var calls = 0;
        _log.Fates = batch =>
        {
            if (++calls == 20)
            {
                _log.Forget(0, 5);
            }

            return (calls % 7) switch { 3 => Fate.Refused, 5 => Fate.AnswerLost, _ => Fate.Works };
        };
        var heir = await StartAdopterAsync(_log);
        await AdoptUntilAsync(() => _log.Batches is [.., { Number: 30 }]);
        _log.Forget(0, 2);
        await AdoptUntilAsync(() => !Files("*.spill").Any());
        Assert.Equal(Enumerable.Range(1, 30).Select(n => (long)n), _log.Batches.Select(b => b.Number));
        Assert.Equal((30, 0), (heir.Stats.Adopted, heir.Stats.MissingBatches));
    }

    [Fact]
    public async Task Adopt_StoppedWhileTheLogIsAway_GivesTheFileBack()
    {
        Leave([(0, 1), (0, 2)]);
        _log.Away = true;
        var gone = await StartAdopterAsync(_log);
        await AdoptUntilAsync(() => SpillFolder.TryLock(Assert.Single(Files("*.spill"))) is not { } held || Closed(held));
        await StopOwnedAsync();
        _log.Away = false;
        var heir = await StartAdopterAsync(_log);
        await AdoptUntilAsync(() => !Files("*.spill").Any());
        Assert.Equal((0, 2), (gone.Stats.Adopted, heir.Stats.Adopted));

        static bool Closed(FileStream held)
        {
            held.Dispose();
            return false;
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(27)]
    [InlineData(60)]
    public async Task Adopt_TornTail_DeliversTheRestAndDeletes(int kept)
    {
        Leave([(0, 1), (0, 2), (0, 3)], out var records);
        Change(bytes => bytes[..((int)records[2].Offset + kept)]);
        var heir = await StartAdopterAsync(_log);
        await AdoptUntilAsync(() => !Files("*.spill").Any());
        Assert.Equal([1, 2], _log.Batches.Select(b => b.Number));
        Assert.Equal((2, 0), (heir.Stats.Adopted, heir.Stats.FilesSetAside));
        Assert.Empty(Files("*.corrupt"));
    }

    [Fact]
    public async Task Adopt_DamagedBody_DeliversTheOthersAndKeepsTheFileForPeople()
    {
        Leave([(0, 1), (0, 2), (0, 3)], out var records);
        Change(bytes =>
        {
            bytes[records[1].Offset + 40] ^= 4;
            return bytes;
        });
        var heir = await StartAdopterAsync(_log);
        await AdoptUntilAsync(() => Files("*.corrupt").Any());
        Assert.Equal([1, 3], _log.Batches.Select(b => b.Number));
        Assert.Equal((2, 1, 1), (heir.Stats.Adopted, heir.Stats.MissingBatches, heir.Stats.FilesSetAside));
        Assert.Empty(Files("*.spill"));
    }

    [Fact]
    public async Task Adopt_OlderThanTheLogRemembersProducers_IsNotReplayed()
    {
        Leave([(0, 1)]);
        File.SetLastWriteTimeUtc(Files("*.spill").Single(), Clock.GetUtcNow().UtcDateTime.AddDays(-6.1));
        var heir = await StartAdopterAsync(_log);
        await AdoptUntilAsync(() => Files("*.stale").Any());
        Assert.Empty(_log.Attempts);
        Assert.Equal((0, 1), (heir.Stats.Adopted, heir.Stats.FilesSetAside));
    }

    [Fact]
    public async Task SetAside_MoreThanTen_OldestGo()
    {
        Leave([(0, 1)]);
        for (var i = 0; i < 12; i++)
        {
            var path = Path.Combine(Folder, $"{i:00}.corrupt");
            await File.WriteAllTextAsync(path, "x");
            File.SetLastWriteTimeUtc(path, Clock.GetUtcNow().UtcDateTime.AddDays(i - 100));
        }

        File.SetLastWriteTimeUtc(Files("*.spill").Single(), Clock.GetUtcNow().UtcDateTime.AddDays(-7));
        await StartAdopterAsync(_log);
        await AdoptUntilAsync(() => Files("*.stale").Any() && Files("*.corrupt").Count() == 9);
        Assert.False(File.Exists(Path.Combine(Folder, "02.corrupt")));
    }

    private static byte[] Payload(int i) =>
        EventJson.ToBytes(new FakeAiEvent($"e{i}", 1, "req_1", "gateway", "gateway-1", i + 1, null, new StreamProgress(i, i)));

    private void Leave(IEnumerable<(int Shard, long Number)> batches) => Leave(batches, out _);

    /// <summary>What a process that was killed has left.</summary>
    private void Leave(IEnumerable<(int Shard, long Number)> batches, out List<SpilledBatch> records)
    {
        using var file = new SpillFile(new SpillFolder(Folder), s_dead, 1 << 20, NullLogger.Instance);
        records = [.. batches.Select(b => file.TryAppend(b.Shard, b.Number, [Payload((int)b.Number)])!.Value)];
    }

    private void Change(Func<byte[], byte[]> change)
    {
        var path = Files("*.spill").Single();
        File.WriteAllBytes(path, change(File.ReadAllBytes(path)));
    }
}
