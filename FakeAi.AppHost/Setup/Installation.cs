using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;

namespace FakeAi.AppHost.Setup;

/// <summary>
/// One installation's data folder, held by one AppHost at a time, and its secrets: the admin key, which stays in the folder
/// (<c>admin.key</c>, readable by its owner only), and the token that the services show each other, new at every start.
/// </summary>
internal sealed class Installation : IDisposable
{
    private const int WouldBlock = 11;
    private const int SharingViolation = unchecked((int)0x80070020);
    private readonly FileStream _lock;

    private Installation(FileStream @lock, string folder, string adminKey)
    {
        _lock = @lock;
        Folder = folder;
        AdminKey = adminKey;
    }

    /// <summary>The data folder, a full path.</summary>
    public string Folder { get; }

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
        var pidFile = Path.Combine(folder, "pid");
        FileStream? held = null;
        try
        {
            DataFolder.Ensure(folder);
            held = TryLock(Path.Combine(folder, "lock"));
            if (held is null)
            {
                var holder = File.Exists(pidFile) ? $" (process {File.ReadAllText(pidFile)})" : "";
                problem = $"FakeAi already runs with the data folder {folder}{holder}. Stop it, or set FAKEAI_HOME to another folder.";
                return false;
            }

            File.WriteAllText(pidFile, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            installation = new Installation(held, folder, ReadOrCreateKey(Path.Combine(folder, "admin.key")));
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

    /// <summary>An exclusive lock goes with its process, however that ends; null if another process has it.</summary>
    private static FileStream? TryLock(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e.HResult is WouldBlock or SharingViolation)
        {
            return null;
        }
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
