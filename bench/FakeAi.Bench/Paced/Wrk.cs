using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace FakeAi.Bench.Paced;

/// <summary>What <c>wrk</c> found.</summary>
/// <param name="Requests">Whole answers.</param>
/// <param name="Errors">Those that failed.</param>
/// <param name="P50Ms">Median duration, milliseconds.</param>
/// <param name="P99Ms">99th percentile.</param>
internal sealed record WrkResult(long Requests, long Errors, double P50Ms, double P99Ms);

/// <summary>Runs <c>wrk</c> for a bounded time.</summary>
internal static class Wrk
{
    public static async Task<WrkResult> RunAsync(string script, int connections, int seconds, Uri target, CancellationToken stop)
    {
        var start = new ProcessStartInfo("wrk") { UseShellExecute = false, RedirectStandardOutput = true, WorkingDirectory = Folder() };
        foreach (var argument in (string[])
            [
                $"-t{Math.Min(2, connections)}", $"-c{connections}", $"-d{seconds}s", "--timeout", "30s", "-s", script, target.GetLeftPart(UriPartial.Authority),
            ])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Start(start);
        using var ended = stop.Register(() => process.Kill());
        var text = await process.StandardOutput.ReadToEndAsync(stop);
        await process.WaitForExitAsync(stop).WaitAsync(TimeSpan.FromSeconds(seconds + 60), stop);
        var line = text.Split('\n').FirstOrDefault(l => l.StartsWith("RESULT ", StringComparison.Ordinal))
            ?? throw new InvalidOperationException($"wrk gave no result: {text}");
        var values = line.Split(' ').Skip(1).Select(p => p.Split('=')).ToDictionary(p => p[0], p => double.Parse(p[1], CultureInfo.InvariantCulture));
        return new WrkResult((long)values["requests"], (long)values["errors"], values["p50_us"] / 1000, values["p99_us"] / 1000);
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException("wrk is missing: install the package 'wrk'.", e);
        }
    }

    /// <summary>The project's folder, to which the scripts' paths are relative.</summary>
    private static string Folder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "bench", "result.lua")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The benchmark must run from within the project's folder.");
        }

        return folder.FullName;
    }
}
