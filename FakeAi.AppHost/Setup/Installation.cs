using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;

namespace FakeAi.AppHost.Setup;

/// <summary>
/// One installation's data folder, held by one AppHost at a time, and its secrets: the admin key, which stays in the folder
/// (<c>admin.key</c>, readable by its owner only), and the token that the services show each other, new at every start.
/// </summary>
internal sealed class Installation : IDisposable
{
    private readonly FileStream _lock;

    private Installation(FileStream @lock, string adminKey)
    {
        _lock = @lock;
        AdminKey = adminKey;
    }

    /// <summary>The key for admin routes.</summary>
    public string AdminKey { get; }

    /// <summary>The token of this start.</summary>
    public string InternalToken { get; } = NewSecret();

    /// <summary>Takes the data folder; makes the admin key if there is none and prints it, this once.</summary>
    /// <param name="configuration">Tells where the folder is.</param>
    /// <param name="run">False when publishing: nothing is taken or made, and <paramref name="installation"/> is null.</param>
    /// <param name="installation">The folder, held until disposed.</param>
    /// <param name="problem">Why it could not be taken, in one line.</param>
    public static bool TryOpen(IConfiguration configuration, bool run, out Installation? installation, out string problem)
    {
        installation = null;
        problem = "";
        if (!run)
        {
            return true;
        }

        var folder = DataFolder.Locate(configuration);
        var lockFile = Path.Combine(folder, "lock");
        FileStream? held = null;
        try
        {
            DataFolder.Ensure(folder);
            held = TryLock(lockFile);
            if (held is null)
            {
                problem = $"FakeAi already runs with the data folder {folder}{Holder(lockFile)}. Stop it, or set FAKEAI_HOME to another folder.";
                return false;
            }

            installation = new Installation(held, ReadOrCreateKey(Path.Combine(folder, "admin.key")));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            held?.Dispose();
            problem = $"The data folder {folder} cannot be used: {e.Message}";
            return false;
        }
    }

    public void Dispose() => _lock.Dispose();

    /// <summary>An exclusive lock goes with its process, however that ends; only a lock held by another one counts as taken.</summary>
    private static FileStream? TryLock(string path)
    {
        // Opened shared first, so that a missing folder or a full disk is told as what it is.
        using (new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
        }

        FileStream stream;
        try
        {
            stream = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }

        stream.SetLength(0);
        stream.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
        stream.Flush();
        return stream;
    }

    private static string Holder(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Trim() is { Length: > 0 } pid ? $" (process {pid})" : "";
    }

    private static string ReadOrCreateKey(string path)
    {
        if (File.Exists(path) && File.ReadAllText(path).Trim() is { Length: > 0 } existing)
        {
            return existing;
        }

        var key = "fakeai-admin-" + NewSecret();
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var writer = new StreamWriter(path, options))
        {
            writer.WriteLine(key);
        }

        Console.WriteLine($"Admin key, shown this once and kept in {path}: {key}");
        return key;
    }

    private static string NewSecret() => RandomNumberGenerator.GetHexString(32, lowercase: true);
}
