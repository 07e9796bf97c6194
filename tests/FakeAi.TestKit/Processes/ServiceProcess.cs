using System.Diagnostics;
using System.Globalization;

namespace FakeAi.TestKit.Processes;

/// <summary>
/// One of the services as a process of its own, which a test may kill, freeze and start again on the same address with
/// the same settings. Its newest lines of output are kept, over all its lives.
/// </summary>
public sealed class ServiceProcess : IAsyncDisposable
{
    private const int KeptLines = 400;
    private static readonly TimeSpan s_start = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_end = TimeSpan.FromSeconds(10);

    private readonly string _assembly;
    private readonly IReadOnlyDictionary<string, string> _settings;
    private readonly HttpClient _http;
    private readonly Queue<string> _log = new();
    private Process? _process;
    private bool _paused;

    /// <summary>Takes a port without starting anything.</summary>
    /// <param name="name">The resource's name, such as <c>engine-0</c>.</param>
    /// <param name="assembly">Path of the service's dll.</param>
    /// <param name="settings">Environment besides what every service is given here.</param>
    public ServiceProcess(string name, string assembly, IReadOnlyDictionary<string, string> settings)
    {
        Name = name;
        _assembly = assembly;
        _settings = settings;
        Address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{LoopbackPorts.Take()}"));
        _http = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(5) };
    }

    /// <summary>The resource's name.</summary>
    public string Name { get; }

    /// <summary>Where it listens, in all its lives.</summary>
    public Uri Address { get; }

    /// <summary>Whether a process is there, frozen or not.</summary>
    public bool IsRunning => _process is { HasExited: false };

    /// <summary>Resident memory, bytes.</summary>
    public long WorkingSet
    {
        get
        {
            Running().Refresh();
            return Running().WorkingSet64;
        }
    }

    /// <summary>CPU used by this life so far.</summary>
    public TimeSpan CpuTime
    {
        get
        {
            Running().Refresh();
            return Running().TotalProcessorTime;
        }
    }

    /// <summary>The newest lines of output.</summary>
    public string Log
    {
        get
        {
            lock (_log)
            {
                return string.Join('\n', _log);
            }
        }
    }

    /// <summary>Starts it; does not wait until it answers.</summary>
    public async Task StartAsync()
    {
        if (IsRunning)
        {
            throw new InvalidOperationException($"{Name} runs already.");
        }

        if (!File.Exists(_assembly))
        {
            throw new InvalidOperationException($"{_assembly} is missing: build the whole project.");
        }

        _process?.Dispose();
        var info = new ProcessStartInfo("dotnet") { ArgumentList = { "exec", _assembly }, WorkingDirectory = Path.GetDirectoryName(_assembly)! };
        info.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        info.Environment["ASPNETCORE_URLS"] = Address.GetLeftPart(UriPartial.Authority);
        info.Environment["OTEL_SERVICE_NAME"] = Name;
        info.Environment["LOGGING__CONSOLE__FORMATTERNAME"] = "simple";
        info.Environment["Logging__Console__FormatterOptions__SingleLine"] = "true";
        info.Environment["Logging__Console__FormatterOptions__TimestampFormat"] = "HH:mm:ss.fff ";
        foreach (var (name, value) in _settings)
        {
            info.Environment[name] = value;
        }

        // Nothing that the machine of the test has set may reach the service.
        info.Environment.Remove("OTEL_EXPORTER_OTLP_ENDPOINT");
        Note("starts");
        _paused = false;
        _process = await ProcessStarter.StartAsync(info);
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Waits until <c>/health</c> says that it is ready.</summary>
    public async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        while (!await IsReadyAsync(cancellationToken))
        {
            if (watch.Elapsed > s_start || !IsRunning)
            {
                throw new TimeoutException($"{Name} is {(IsRunning ? "not ready after 60 s" : "gone")}.\n{Log}");
            }

            await Task.Delay(50, cancellationToken);
        }
    }

    /// <summary>The body of <c>/health</c>, whether ready or not.</summary>
    public async Task<string> HealthAsync(CancellationToken cancellationToken)
    {
        using var answer = await _http.GetAsync(new Uri("/health", UriKind.Relative), cancellationToken);
        return await answer.Content.ReadAsStringAsync(cancellationToken);
    }

    /// <summary>Ends it without warning (SIGKILL).</summary>
    public async Task KillAsync()
    {
        Note("is killed");
        Running().Kill();
        await Running().WaitForExitAsync(CancellationToken.None).WaitAsync(s_end);
    }

    /// <summary>Asks it to end (SIGTERM) and waits until it has.</summary>
    /// <returns>How long it took.</returns>
    public async Task<TimeSpan> StopAsync(TimeSpan within)
    {
        Note("is asked to end");
        var watch = Stopwatch.StartNew();
        Signals.Terminate(Running().Id);
        await Running().WaitForExitAsync(CancellationToken.None).WaitAsync(within);
        return watch.Elapsed;
    }

    /// <summary>Freezes it (SIGSTOP).</summary>
    public void Pause()
    {
        Note("is frozen");
        Signals.Pause(Running().Id);
        _paused = true;
    }

    /// <summary>Lets it go on (SIGCONT).</summary>
    public void Resume()
    {
        Note("goes on");
        Signals.Resume(Running().Id);
        _paused = false;
    }

    /// <summary>Ends what still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (IsRunning)
        {
            if (_paused)
            {
                Signals.Resume(_process!.Id);
            }

            await KillAsync();
        }

        _process?.Dispose();
    }

    private Process Running() => _process ?? throw new InvalidOperationException($"{Name} was not started.");

    private async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri("/health", UriKind.Relative), cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private void Note(string what) => Keep($"{DateTime.UtcNow:HH:mm:ss.fff} ---- {Name} {what}");

    private void Keep(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_log)
        {
            _log.Enqueue(line);
            if (_log.Count > KeptLines)
            {
                _log.Dequeue();
            }
        }
    }
}
