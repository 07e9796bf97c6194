using System.Security.Cryptography;

namespace FakeAi.Storage.Blobs;

/// <summary>
/// A folder of one process's own, for files whose objects are in its memory alone. Deleted when the process stops; those of
/// processes that died are deleted by the next one that makes its own.
/// </summary>
internal sealed class PrivateFolder : IDisposable
{
    private const string LockName = "lock";

    private readonly Lazy<(string Path, FileStream Lock)> _made;

    public PrivateFolder(string parent) => _made = new(() => Make(parent));

    /// <summary>Where it is; made when first asked for.</summary>
    public string Path => _made.Value.Path;

    public void Dispose()
    {
        if (_made.IsValueCreated)
        {
            Directory.Delete(_made.Value.Path, recursive: true);
            _made.Value.Lock.Dispose();
        }
    }

    private static (string, FileStream) Make(string parent)
    {
        if (Directory.Exists(parent))
        {
            foreach (var folder in Directory.EnumerateDirectories(parent))
            {
                DeleteIfDead(folder);
            }
        }

        var path = System.IO.Path.Combine(parent, RandomNumberGenerator.GetHexString(16, lowercase: true));
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return (path, new FileStream(System.IO.Path.Combine(path, LockName), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None));
    }

    private static void DeleteIfDead(string folder)
    {
        try
        {
            using (new FileStream(System.IO.Path.Combine(folder, LockName), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        catch (IOException)
        {
            // Somebody's own, or just being made, or just deleted by another.
        }
    }
}
