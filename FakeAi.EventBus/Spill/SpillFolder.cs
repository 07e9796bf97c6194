using System.Globalization;

namespace FakeAi.EventBus.Spill;

/// <summary>
/// The folder of all spill files of an installation, only for its owner's eyes. A file is its process's as long as that
/// holds the lock on it, which goes with the process however that ends; a file without a lock is anybody's to adopt.
/// </summary>
internal sealed class SpillFolder(string path)
{
    /// <summary>A spill file with a header.</summary>
    public const string Extension = ".spill";

    /// <summary>Put aside: damaged.</summary>
    public const string Corrupt = ".corrupt";

    /// <summary>Put aside: too old to replay.</summary>
    public const string Stale = ".stale";

    private const int MaxSetAside = 10;
    private const string Unfinished = ".new";
    private const string Shards = "shards";
    private const UnixFileMode OwnerReadWrite = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public string FullPath { get; } = Path.GetFullPath(path);

    /// <summary>The folder of these options, or null when they name none.</summary>
    public static SpillFolder? From(EventBusOptions options) =>
        string.IsNullOrWhiteSpace(options.SpillFolder) ? null : new SpillFolder(options.SpillFolder);

    public string PathOf(string producer) => Path.Combine(FullPath, producer + Extension);

    /// <summary>Makes a producer's file, locked and with its header. Others see it only when it is both.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public FileStream Create(string producer)
    {
        Ensure();
        var final = PathOf(producer);

        // Windows locks while it opens, but does not rename what is open; elsewhere it is the other way round.
        var first = OperatingSystem.IsWindows() ? final : Path.Combine(FullPath, producer + Unfinished);
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerReadWrite;
        }

        var file = new FileStream(first, options);
        try
        {
            Span<byte> header = stackalloc byte[SpillFormat.FileHeader];
            SpillFormat.WriteFileHeader(header, producer);
            RandomAccess.Write(file.SafeFileHandle, header, 0);
            if (!OperatingSystem.IsWindows())
            {
                File.Move(first, final, overwrite: false);
            }

            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Spill files of all producers but one; most are locked by processes that run.</summary>
    public IReadOnlyList<string> FilesOfOthers(string producer) => !Directory.Exists(FullPath)
        ? []
        : [.. Directory.EnumerateFiles(FullPath, "*" + Extension)
            .Where(f => !string.Equals(f, PathOf(producer), StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>Takes a file's lock; null when another process holds it or the file is gone.</summary>
    public static FileStream? TryLock(string file)
    {
        FileStream? held = null;
        try
        {
            held = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            if (File.Exists(file))
            {
                return held;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }

        // Another adopter had finished it between our opening it and taking the lock.
        held?.Dispose();
        return null;
    }

    /// <summary>Deletes a locked file, or renames it when people shall see it, and gives the lock back.</summary>
    /// <param name="held">The locked file.</param>
    /// <param name="name">Its path now; it may have been opened under another.</param>
    /// <param name="extension"><see cref="Corrupt"/>, <see cref="Stale"/>, or null to delete it.</param>
    public void Finish(FileStream held, string name, string? extension)
    {
        if (OperatingSystem.IsWindows())
        {
            held.Dispose();
        }

        if (extension is null)
        {
            File.Delete(name);
        }
        else
        {
            File.Move(name, Path.ChangeExtension(name, extension), overwrite: true);
            var aside = Directory.EnumerateFiles(FullPath)
                .Where(f => Path.GetExtension(f) is Corrupt or Stale).OrderByDescending(File.GetLastWriteTimeUtc);
            foreach (var old in aside.Skip(MaxSetAside).ToList())
            {
                File.Delete(old);
            }
        }

        held.Dispose();
    }

    /// <summary>Deletes what a process left that ended while it made its file; nothing is in those.</summary>
    public void DeleteUnfinished(DateTime before)
    {
        foreach (var file in Directory.Exists(FullPath) ? Directory.EnumerateFiles(FullPath, "*" + Unfinished) : [])
        {
            if (File.GetLastWriteTimeUtc(file) < before)
            {
                File.Delete(file);
            }
        }
    }

    /// <summary>Notes the log's shard count for processes that start while the log is away.</summary>
    public void RememberShards(int count)
    {
        if (RecallShards() != count)
        {
            Ensure();
            var file = Path.Combine(FullPath, Shards);
            var draft = $"{file}.{Environment.ProcessId}{Unfinished}";
            File.WriteAllText(draft, count.ToString(CultureInfo.InvariantCulture));
            File.Move(draft, file, overwrite: true);
        }
    }

    /// <summary>The shard count that was noted, or null.</summary>
    public int? RecallShards()
    {
        try
        {
            return int.TryParse(File.ReadAllText(Path.Combine(FullPath, Shards)), CultureInfo.InvariantCulture, out var count) && count is > 0 and <= 1_024
                ? count
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private void Ensure()
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(FullPath);
        }
        else
        {
            Directory.CreateDirectory(FullPath, OwnerReadWrite | UnixFileMode.UserExecute);
        }
    }
}
