using System.Buffers;
using System.Security.Cryptography;

namespace FakeAi.Storage.Blobs;

/// <summary>
/// Blobs as files of one folder, readable by their user alone: <c>data/yz/…yz</c> for whole ones, <c>incoming/…</c> for those being
/// written, <c>drafts/…</c> for those written over several lives of a process. Whoever writes a file holds the lock on it, so that
/// what a dead process left is told from what a living one writes.
/// </summary>
internal sealed class FileBlobStore(Func<string> folder, long leastFree) : IBlobStore
{
    private const int LongestName = 80;
    private const int RandomLength = 32;
    private const int Buffer = 64 * 1024;
    private const string Data = "data";
    private const string Incoming = "incoming";
    private const string Drafts = "drafts";
    private const UnixFileMode FileMode600 = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode FolderMode700 = FileMode600 | UnixFileMode.UserExecute;

    private static readonly SearchValues<char> s_name = SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz-");

    private readonly Lazy<string> _root = new(folder);

    public BlobWriter Create()
    {
        var path = Path.Combine(Folder(Incoming, create: true), RandomNumberGenerator.GetHexString(RandomLength, lowercase: true));
        return new BlobWriter(this, Open(path, FileMode.CreateNew), path);
    }

    public BlobDraft? OpenDraft(string name)
    {
        var path = Path.Combine(Folder(Drafts, create: true), Checked(name));
        try
        {
            return new BlobDraft(this, Open(path, FileMode.OpenOrCreate), name, path);
        }
        catch (IOException e) when (IsLocked(e))
        {
            return null;
        }
    }

    public FileStream? OpenRead(string name)
    {
        try
        {
            return new FileStream(PathOf(name), new FileStreamOptions
            {
                Mode = FileMode.Open,
                Access = FileAccess.Read,
                Share = FileShare.ReadWrite | FileShare.Delete,
                Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
                BufferSize = Buffer,
            });
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public bool Delete(string name)
    {
        var path = PathOf(name);
        var found = File.Exists(path);
        if (found)
        {
            File.Delete(path);
        }

        return DeleteUnlocked(Path.Combine(Folder(Drafts, create: false), name)) || found;
    }

    public IEnumerable<string> UntouchedSince(DateTimeOffset moment)
    {
        string[] folders = [Folder(Data, create: false), Folder(Drafts, create: false)];
        return folders.Where(Directory.Exists)
            .SelectMany(static f => Directory.EnumerateFiles(f, "*", SearchOption.AllDirectories))
            .Where(f => IsName(Path.GetFileName(f)) && File.GetLastWriteTimeUtc(f) < moment.UtcDateTime)
            .Select(static f => Path.GetFileName(f));
    }

    public int SweepIncoming()
    {
        var incoming = Folder(Incoming, create: false);
        return Directory.Exists(incoming) ? Directory.EnumerateFiles(incoming).Count(DeleteUnlocked) : 0;
    }

    /// <summary>Where a blob of a name goes; its folder is made.</summary>
    /// <exception cref="ArgumentException">It is no name.</exception>
    internal string PlaceFor(string name) => Path.Combine(Folder(FolderOf(name), create: true), name);

    private string PathOf(string name) => Path.Combine(_root.Value, FolderOf(name), name);

    private static string FolderOf(string name) => Path.Combine(Data, Checked(name)[^Math.Min(2, name.Length)..]);

    private static bool DeleteUnlocked(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            File.Delete(path);
            return true;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException || (e is IOException io && IsLocked(io)))
        {
            return false;
        }
    }

    private static string Checked(string name) => IsName(name) ? name : throw new ArgumentException("Expected an object's id.", nameof(name));

    private static bool IsName(string name) => name.Length is > 0 and <= LongestName && !name.AsSpan().ContainsAnyExcept(s_name);

    /// <summary>What the runtime tells when another handle holds the lock: a sharing violation on Windows, EWOULDBLOCK elsewhere.</summary>
    private static bool IsLocked(IOException e) => (e.HResult & 0xFFFF) is 32 or 11;

    private FileStream Open(string path, FileMode mode)
    {
        if (leastFree > 0 && new DriveInfo(_root.Value).AvailableFreeSpace < leastFree)
        {
            throw new IOException("The disk of the files is nearly full.");
        }

        var options = new FileStreamOptions
        {
            Mode = mode,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            Options = FileOptions.Asynchronous,
            BufferSize = Buffer,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = FileMode600;
        }

        return new FileStream(path, options);
    }

    private string Folder(string name, bool create)
    {
        var path = Path.Combine(_root.Value, name);
        if (create && !Directory.Exists(path))
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(path);
            }
            else
            {
                Directory.CreateDirectory(path, FolderMode700);
            }
        }

        return path;
    }
}
