using System.Globalization;

namespace FakeAi.AppHost.Tests;

/// <summary>What the kernel tells of processes. One that has ended but that nobody has asked about yet counts as ended.</summary>
internal static class ProcessTable
{
    public static IReadOnlyList<int> ChildrenOf(int parent) => [.. Directory.EnumerateDirectories("/proc")
        .Select(d => int.TryParse(Path.GetFileName(d), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0)
        .Where(pid => pid > 0 && Status(pid) is { } status && status.Parent == parent)];

    public static bool IsRunning(int pid) => Status(pid) is { State: not ("Z" or "X") };

    public static IReadOnlyDictionary<string, string> Environment(int pid) => File.ReadAllText($"/proc/{pid}/environ")
        .Split('\0', StringSplitOptions.RemoveEmptyEntries)
        .Select(e => e.Split('=', 2))
        .ToDictionary(e => e[0], e => e[1], StringComparer.Ordinal);

    public static string CommandLine(int pid) => File.ReadAllText($"/proc/{pid}/cmdline").Replace('\0', ' ');

    public static async Task WaitUntilGoneAsync(IEnumerable<int> pids, TimeSpan limit)
    {
        using var timeout = new CancellationTokenSource(limit);
        foreach (var pid in pids)
        {
            while (IsRunning(pid))
            {
                Assert.False(timeout.IsCancellationRequested, $"process {pid} still runs after {limit.TotalSeconds} s");
                await Task.Delay(50);
            }
        }
    }

    private static (string State, int Parent)? Status(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (fields[0], int.Parse(fields[1], CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return null;
        }
    }
}
