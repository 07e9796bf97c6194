using Microsoft.Extensions.Configuration;

namespace FakeAi.AppHost.Setup;

/// <summary>Where an installation keeps its data.</summary>
internal static class DataFolder
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary><c>FAKEAI_HOME</c>, else <c>fakeai</c> in the user's data folder (<c>$XDG_DATA_HOME</c> or <c>~/.local/share</c>).</summary>
    public static string Locate(IConfiguration configuration) => configuration["FAKEAI_HOME"] is { Length: > 0 } home
        ? Path.GetFullPath(home)
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "fakeai");

    /// <summary>Makes sure that a folder is there and, where the system can, that only its owner may look into it.</summary>
    public static string Ensure(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return Directory.CreateDirectory(path).FullName;
        }

        Directory.CreateDirectory(path, OwnerOnly);
        File.SetUnixFileMode(path, OwnerOnly);
        return path;
    }
}
