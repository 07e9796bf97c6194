using System.Runtime.InteropServices;

namespace FakeAi.TestKit.Processes;

/// <summary>Signals to other processes, by their id.</summary>
public static partial class Signals
{
    private const int SigTerm = 15;
    private const int SigCont = 18;
    private const int SigStop = 19;

    /// <summary>Asks to end.</summary>
    public static void Terminate(int processId) => Send(processId, SigTerm);

    /// <summary>Freezes it: it runs no more, its connections stay open.</summary>
    public static void Pause(int processId) => Send(processId, SigStop);

    /// <summary>Lets a frozen one go on.</summary>
    public static void Resume(int processId) => Send(processId, SigCont);

    private static void Send(int processId, int signal)
    {
        if (Kill(processId, signal) != 0)
        {
            throw new InvalidOperationException($"Signal {signal} could not be sent to process {processId}.");
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int processId, int signal);
}
