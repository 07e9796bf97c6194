using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace FakeAi.Engine.Streaming;

/// <summary>
/// The clock wheel's sleep. Waits of the framework count whole milliseconds, so that a tick would come up to one late, each time
/// by another amount; on Linux the kernel is asked for microseconds instead.
/// </summary>
internal abstract partial class WheelSleep : IDisposable
{
    /// <summary>The best that the system has.</summary>
    public static WheelSleep Create() => OperatingSystem.IsLinux() ? new Poll() : new Event();

    /// <summary>Sleeps until woken, for so many microseconds at most. One thread only.</summary>
    public abstract void Wait(long us);

    /// <summary>Ends a sleep, or the next one if none is under way.</summary>
    public abstract void Wake();

    public abstract void Dispose();

    private sealed class Event : WheelSleep
    {
        private readonly AutoResetEvent _wake = new(initialState: false);

        public override void Wait(long us) => _wake.WaitOne((int)((us + 999) / 1000));

        public override void Wake() => _wake.Set();

        public override void Dispose() => _wake.Dispose();
    }

    [SupportedOSPlatform("linux")]
    private sealed unsafe partial class Poll : WheelSleep
    {
        private const short Readable = 1;
        private const int NonBlocking = 0x800;
        private const int CloseOnExec = 0x80000;
        private const long UsPerSecond = 1_000_000;

        private readonly int _event = CreateEvent(0, NonBlocking | CloseOnExec);
        private int _disposed;

        public override void Wait(long us)
        {
            var watched = new Watched { File = _event, Events = Readable };
            var time = new Time { Seconds = us / UsPerSecond, Nanoseconds = us % UsPerSecond * 1000 };
            if (PollFor(&watched, 1, &time, null) > 0)
            {
                ulong count;
                _ = Read(_event, &count, sizeof(ulong));
            }
        }

        public override void Wake()
        {
            ulong one = 1;
            _ = Write(_event, &one, sizeof(ulong));
        }

        public override void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0)
            {
                _ = Close(_event);
            }
        }

        [LibraryImport("libc", EntryPoint = "eventfd")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static partial int CreateEvent(uint value, int flags);

        [LibraryImport("libc", EntryPoint = "ppoll")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static partial int PollFor(Watched* watched, nuint count, Time* time, void* signals);

        [LibraryImport("libc", EntryPoint = "read")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static partial nint Read(int file, void* to, nuint bytes);

        [LibraryImport("libc", EntryPoint = "write")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static partial nint Write(int file, void* from, nuint bytes);

        [LibraryImport("libc", EntryPoint = "close")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static partial int Close(int file);

        [StructLayout(LayoutKind.Sequential)]
        private struct Watched
        {
            public int File;
            public short Events;
            public short Returned;
        }

        [StructLayout(LayoutKind.Sequential)]
        private struct Time
        {
            public long Seconds;
            public long Nanoseconds;
        }
    }
}
