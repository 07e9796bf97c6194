using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Aspire.Hosting;

/// <summary>
/// A resource's process. It has a session of its own, so that a Ctrl-C reaches only the AppHost, which then stops all in order;
/// and the kernel kills it when the AppHost dies, however that happens.
/// </summary>
internal sealed partial class ResourceProcess
{
    private const int SigTerm = 15;
    private static readonly BlockingCollection<Action> s_starts = StartStarter();
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Process _process;

    private ResourceProcess(Process process) => _process = process;

    public Task<int> Exited => _exited.Task;

    public static Task<ResourceProcess> StartAsync(Resource resource, LaunchCommand command, ResourceLogs logs)
    {
        var start = new ProcessStartInfo("setsid")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = command.WorkingDirectory,
        };
        foreach (var argument in (string[])["setpriv", "--pdeathsig", "KILL", "--", command.File, .. command.Arguments])
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in resource.Environment)
        {
            start.Environment[name] = value();
        }

        var started = new TaskCompletionSource<ResourceProcess>(TaskCreationOptions.RunContinuationsAsynchronously);
        s_starts.Add(() =>
        {
            try
            {
                started.SetResult(Start(start, resource, command, logs));
            }
            catch (Exception e)
            {
                started.SetException(e);
            }
        });
        return started.Task;
    }

    /// <summary>Asks the process to end, and ends it when the grace is over.</summary>
    public async Task StopAsync(TimeSpan grace)
    {
        if (Exited.IsCompleted)
        {
            return;
        }

        _ = Kill(_process.Id, SigTerm);
        try
        {
            await Exited.WaitAsync(grace, TimeProvider.System);
        }
        catch (TimeoutException)
        {
            _process.Kill(entireProcessTree: true);
            await Exited;
        }
    }

    private static ResourceProcess Start(ProcessStartInfo start, Resource resource, LaunchCommand command, ResourceLogs logs)
    {
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        var result = new ResourceProcess(process);
        process.OutputDataReceived += (_, e) => logs.Write(resource, e.Data, isError: false);
        process.ErrorDataReceived += (_, e) => logs.Write(resource, e.Data, isError: true);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.StandardInput.Write(command.StandardInput);
        process.StandardInput.Close();
        _ = result.AwaitExitAsync();
        return result;
    }

    private async Task AwaitExitAsync()
    {
        // Also waits for the last lines of output.
        await _process.WaitForExitAsync();
        _exited.SetResult(_process.ExitCode);
    }

    /// <summary>The kernel's parent-death signal follows the thread that started the process, so that one thread lives as long as we do.</summary>
    private static BlockingCollection<Action> StartStarter()
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

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);
}
