using System.Collections.Concurrent;
using System.Diagnostics;

namespace FakeAi.TestKit.Processes;

/// <summary>
/// Starts processes that the kernel kills when this one dies, however that happens. Its parent-death signal follows the
/// thread that started the process: hence one thread that lives as long as we do.
/// </summary>
internal static class ProcessStarter
{
    private static readonly BlockingCollection<Action> s_starts = Run();

    public static Task<Process> StartAsync(ProcessStartInfo info)
    {
        var tied = new ProcessStartInfo("setpriv")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = info.WorkingDirectory,
        };
        foreach (var argument in (string[])["--pdeathsig", "KILL", "--", info.FileName, .. info.ArgumentList])
        {
            tied.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in info.Environment)
        {
            tied.Environment[name] = value;
        }

        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        s_starts.Add(() =>
        {
            try
            {
                started.SetResult(Process.Start(tied) ?? throw new InvalidOperationException($"{info.FileName} did not start."));
            }
            catch (Exception e)
            {
                started.SetException(e);
            }
        });
        return started.Task;
    }

    private static BlockingCollection<Action> Run()
    {
        var starts = new BlockingCollection<Action>();
        new Thread(() =>
        {
            foreach (var start in starts.GetConsumingEnumerable())
            {
                start();
            }
        })
        { IsBackground = true, Name = "process starter" }.Start();
        return starts;
    }
}
