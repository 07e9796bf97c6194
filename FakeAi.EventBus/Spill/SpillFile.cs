using System.Buffers;
using FakeAi.EventBus.Streams;
using Microsoft.Extensions.Logging;

namespace FakeAi.EventBus.Spill;

/// <summary>
/// One producer's spill file, made when first needed. Records are appended; when none is needed any more the file is cut back to
/// its header. Nothing here throws for want of a disk: what cannot be written is refused.
/// </summary>
internal sealed partial class SpillFile(SpillFolder? folder, string producer, long maxBytes, ILogger logger) : IDisposable
{
    private readonly Lock _lock = new();
    private FileStream? _file;
    private long _end;
    private int _records;
    private bool _tailInDoubt;
    private bool _closed;
    private bool _refusalTold;

    /// <summary>Whether there is a folder to spill to.</summary>
    public bool HasFolder => folder is not null;

    /// <summary>Appends a batch; null when the file is full or cannot be written.</summary>
    public SpilledBatch? TryAppend(int shard, long number, IReadOnlyList<byte[]> events)
    {
        lock (_lock)
        {
            if (folder is null || _closed)
            {
                return null;
            }

            var length = SpillFormat.RecordHeader + SpillFormat.BodyLength(events);
            if (Math.Max(_end, SpillFormat.FileHeader) + length > maxBytes || length > SpillFormat.MaxBody)
            {
                Refused("it is as large as it may be");
                return null;
            }

            var buffer = ArrayPool<byte>.Shared.Rent((int)length);
            try
            {
                var file = Open(folder);
                if (_tailInDoubt)
                {
                    file.SetLength(_end);
                    _tailInDoubt = false;
                }

                var record = SpillFormat.WriteRecord(buffer, shard, number, events, _end);
                _tailInDoubt = true;
                RandomAccess.Write(file.SafeFileHandle, buffer.AsSpan(0, (int)length), _end);
                _tailInDoubt = false;
                _end = record.End;
                _records++;
                _refusalTold = false;
                return record;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
            {
                Refused(e.Message);
                return null;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    /// <summary>Reads a batch back; null when the disk gave something else than was written.</summary>
    /// <exception cref="EventLogUnavailableException">The file cannot be read now.</exception>
    public EventBatch? Read(in SpilledBatch record)
    {
        lock (_lock)
        {
            var buffer = ArrayPool<byte>.Shared.Rent(record.BodyLength);
            try
            {
                return SpillReader.TryReadBody(_file!.SafeFileHandle, record, producer, buffer);
            }
            catch (IOException e)
            {
                throw new EventLogUnavailableException($"the spill file cannot be read: {e.Message}", e);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    /// <summary>Says that a record will not be read again.</summary>
    public void Release()
    {
        lock (_lock)
        {
            if (--_records == 0 && _file is { } file)
            {
                try
                {
                    file.SetLength(SpillFormat.FileHeader);
                    _end = SpillFormat.FileHeader;
                    Log.Emptied(logger);
                }
                catch (IOException)
                {
                    // It stays as long as it is; what is in it was sent, and is recognised as such if it is sent again.
                }
            }
        }
    }

    /// <summary>Gives the lock back, so that another process can adopt the file; deletes it when nothing is in it.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _closed = true;
            if (_file is not { } file)
            {
                return;
            }

            _file = null;
            try
            {
                if (_records == 0)
                {
                    folder!.Finish(file, folder.PathOf(producer), null);
                    return;
                }

                if (_tailInDoubt)
                {
                    file.SetLength(_end);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Refused(e.Message);
            }

            file.Dispose();
        }
    }

    private FileStream Open(SpillFolder into)
    {
        if (_file is null)
        {
            _file = into.Create(producer);
            _end = SpillFormat.FileHeader;
            Log.Begun(logger, into.PathOf(producer));
        }

        return _file;
    }

    private void Refused(string reason)
    {
        if (!_refusalTold)
        {
            _refusalTold = true;
            Log.Refused(logger, reason);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(60, LogLevel.Warning, "Events that cannot wait in memory go to {File}.")]
        public static partial void Begun(ILogger logger, string file);

        [LoggerMessage(61, LogLevel.Information, "All spilled events are in the log.")]
        public static partial void Emptied(ILogger logger);

        [LoggerMessage(62, LogLevel.Error, "The spill file takes no more events ({Reason}).")]
        public static partial void Refused(ILogger logger, string reason);
    }
}
