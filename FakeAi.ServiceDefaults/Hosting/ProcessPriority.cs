using System.ComponentModel;
using System.Diagnostics;

namespace FakeAi.ServiceDefaults.Hosting;

/// <summary>How much of a busy machine a service gets.</summary>
public static class ProcessPriority
{
    /// <summary>
    /// For services that only look on: while the machine has not enough for all, answers keep their times and what is told of them
    /// comes later.
    /// </summary>
    public static void Lower()
    {
        try
        {
            using var process = Process.GetCurrentProcess();
            process.PriorityClass = ProcessPriorityClass.BelowNormal;
        }
        catch (Exception exception) when (exception is Win32Exception or NotSupportedException or InvalidOperationException)
        {
            // Not allowed here: then all have the same.
        }
    }
}
