using System.Diagnostics;
using System.Globalization;
using FakeAi.TestKit.Processes;

namespace FakeAi.Bench.Paced;

/// <summary>One of the benchmark's own servers as a process.</summary>
internal sealed class BareProcess : IAsyncDisposable
{
    private readonly Process _process;

    private BareProcess(Process process, Uri address)
    {
        _process = process;
        Address = address;
    }

    public Uri Address { get; }

    public TimeSpan CpuTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public static async Task<BareProcess> StartAsync(string server, string sample, CancellationToken stop)
    {
        var port = LoopbackPorts.Take().ToString(CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo("dotnet") { ArgumentList = { "exec", typeof(BareProcess).Assembly.Location, server, port, sample } };
        var bare = new BareProcess(Process.Start(start)!, new Uri($"http://127.0.0.1:{port}"));
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        for (var tries = 0; tries < 100; tries++)
        {
            try
            {
                await http.GetStringAsync(new Uri(bare.Address, "/health"), stop);
                return bare;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(100, stop);
            }
        }

        await bare.DisposeAsync();
        throw new TimeoutException($"The benchmark's {server} server does not answer.");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10));
        }

        _process.Dispose();
    }
}
