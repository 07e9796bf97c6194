using FakeAi.EventBus.Publishing;
using FakeAi.EventBus.Streams;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FakeAi.EventBus.Spill;

/// <summary>Looks for spill files whose processes are gone, at the start and every 10 seconds, and delivers what is in them.</summary>
internal sealed partial class SpillAdopter(
    IEventLog log, EventPublisher publisher, IOptions<EventBusOptions> options, TimeProvider time, ILogger<SpillAdopter> logger)
    : BackgroundService
{
    /// <summary>How often it looks.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    // The log knows a producer's last number for 7 days; without it, a batch that it has would be taken again.
    private static readonly TimeSpan s_oldest = TimeSpan.FromDays(6);
    private static readonly TimeSpan s_unfinished = TimeSpan.FromHours(1);

    private readonly SpillFolder? _folder = SpillFolder.From(options.Value);
    private readonly HashSet<string> _left = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_folder is null)
        {
            return;
        }

        await Task.Yield();
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            await LookAsync(_folder, stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task LookAsync(SpillFolder folder, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> files = [];
        try
        {
            folder.DeleteUnfinished(time.GetUtcNow().UtcDateTime - s_unfinished);
            files = folder.FilesOfOthers(publisher.Producer);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.Failed(logger, folder.FullPath, e.Message);
        }

        foreach (var path in files)
        {
            if (SpillFolder.TryLock(path) is not { } held)
            {
                continue;
            }

            // Given back at the latest here, so also when this process stops in the middle of it.
            await using (held)
            {
                try
                {
                    await AdoptAsync(folder, held, cancellationToken);
                }
                catch (Exception e) when (!cancellationToken.IsCancellationRequested)
                {
                    Log.Failed(logger, path, e.Message);
                }
            }
        }
    }

    private async Task AdoptAsync(SpillFolder folder, FileStream held, CancellationToken cancellationToken)
    {
        var name = Path.GetFileName(held.Name);
        if (time.GetUtcNow().UtcDateTime - File.GetLastWriteTimeUtc(held.SafeFileHandle) > s_oldest)
        {
            Log.Stale(logger, name, held.Length);
            publisher.Counters.SetAside();
            folder.Finish(held, held.Name, SpillFolder.Stale);
            return;
        }

        var index = SpillReader.ReadIndex(held.SafeFileHandle);
        if (index.Version != SpillFormat.Version && index.Producer is not null)
        {
            if (_left.Add(name))
            {
                Log.OtherVersion(logger, name, index.Version);
            }

            return;
        }

        if (index.TornBytes > 0)
        {
            Log.Torn(logger, name, index.TornBytes);
        }

        var (adopted, damaged) = (0L, 0L);
        if (index.Records.Count > 0)
        {
            var replay = new SpillReplay(log, index.Producer!, held.SafeFileHandle, publisher.Counters, time, logger);
            await replay.RunAsync(index.Records, cancellationToken);
            (adopted, damaged) = (replay.Adopted, replay.Damaged);
        }

        if (damaged > 0 || index.UnreadableBytes > 0)
        {
            Log.Corrupt(logger, name, damaged, index.UnreadableBytes);
            publisher.Counters.SetAside();
            folder.Finish(held, held.Name, SpillFolder.Corrupt);
        }
        else
        {
            folder.Finish(held, held.Name, null);
        }

        Log.Adopted(logger, name, adopted);
    }

    private static partial class Log
    {
        [LoggerMessage(80, LogLevel.Information, "{Events} events of a process that is gone were delivered from {File}.")]
        public static partial void Adopted(ILogger logger, string file, long events);

        [LoggerMessage(81, LogLevel.Error, "{File} is damaged: {Events} events and {Bytes} further bytes cannot be read. It is kept as .corrupt.")]
        public static partial void Corrupt(ILogger logger, string file, long events, long bytes);

        [LoggerMessage(82, LogLevel.Warning, "{File}: the last {Bytes} bytes were not written to their end and are left out.")]
        public static partial void Torn(ILogger logger, string file, long bytes);

        [LoggerMessage(83, LogLevel.Error, "{File} ({Bytes} bytes) is too old to tell what of it the log has. It is kept as .stale.")]
        public static partial void Stale(ILogger logger, string file, long bytes);

        [LoggerMessage(84, LogLevel.Warning, "{File} is of format {Version}, which this program does not know. It is left for one that does.")]
        public static partial void OtherVersion(ILogger logger, string file, uint version);

        [LoggerMessage(85, LogLevel.Error, "{File} cannot be adopted now: {Reason}")]
        public static partial void Failed(ILogger logger, string file, string reason);
    }
}
