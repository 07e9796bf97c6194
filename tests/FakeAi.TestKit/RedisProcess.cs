using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using FakeAi.TestKit.Processes;

namespace FakeAi.TestKit;

/// <summary>A real redis-server on a free loopback port with its own temporary folder. Ended, and its folder deleted, on dispose.</summary>
public sealed class RedisProcess : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fakeai-redis-").FullName;
    private readonly string? _password;
    private Process? _process;

    private RedisProcess(int port, string? password)
    {
        Port = port;
        _password = password;
    }

    public int Port { get; }

    /// <summary>Where the server keeps its files.</summary>
    public string Folder => _folder;

    public string ConnectionString =>
        string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}") + (_password is null ? "" : $",password={_password}");

    /// <summary>Takes a port without starting the server.</summary>
    public static RedisProcess Reserve(string? password = null) => new(LoopbackPorts.Take(), password);

    public static async Task<RedisProcess> RunAsync(string? password = null)
    {
        var redis = Reserve(password);
        await redis.StartAsync();
        return redis;
    }

    /// <summary>Starts the server, again after a stop; what the append-only file holds is there again.</summary>
    public async Task StartAsync()
    {
        var start = new ProcessStartInfo("redis-server")
        {
            WorkingDirectory = _folder, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        string[] args =
        [
            "--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", _folder, "--save", "",
            "--appendonly", "yes", .. _password is null ? Array.Empty<string>() : ["--requirepass", _password],
        ];
        foreach (var arg in args)
        {
            start.ArgumentList.Add(arg);
        }

        _process = Process.Start(start) ?? throw new InvalidOperationException("redis-server did not start.");
        _process.OutputDataReceived += static (_, _) => { };
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        for (var attempt = 0; !await AnswersAsync(); attempt++)
        {
            if (attempt == 200 || _process.HasExited)
            {
                throw new InvalidOperationException($"redis-server on port {Port} does not answer.");
            }

            await Task.Delay(50);
        }
    }

    /// <summary>Ends the server as a crash would.</summary>
    public async Task KillAsync()
    {
        if (_process is { } process)
        {
            _process = null;
            if (!process.HasExited)
            {
                process.Kill();
            }

            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(10));
            process.Dispose();
        }
    }

    /// <summary>Freezes the server: connections stay open, nothing answers.</summary>
    public void Pause() => Signals.Pause(Running().Id);

    /// <summary>Lets a frozen server go on.</summary>
    public void Resume() => Signals.Resume(Running().Id);

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private Process Running() => _process ?? throw new InvalidOperationException("redis-server does not run.");

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, Port).WaitAsync(TimeSpan.FromSeconds(1));
            var stream = client.GetStream();
            var auth = _password is null ? "" : $"AUTH {_password}\r\n";
            await stream.WriteAsync(Encoding.ASCII.GetBytes(auth + "PING\r\n"));
            var buffer = new byte[256];
            var text = "";
            while (!text.Contains("+PONG", StringComparison.Ordinal))
            {
                var read = await stream.ReadAsync(buffer).AsTask().WaitAsync(TimeSpan.FromSeconds(1));
                text += Encoding.ASCII.GetString(buffer, 0, read);
                if (read == 0 || text.StartsWith('-'))
                {
                    return false;
                }
            }

            return true;
        }
        catch (Exception e) when (e is SocketException or IOException or TimeoutException)
        {
            return false;
        }
    }
}
