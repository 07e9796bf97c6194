using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Text;
using FakeAi.TestKit.Processes;

namespace FakeAi.Bench.Paced;

/// <summary>
/// What a stream costs in memory while it waits for its first token: many requests to an engine and to the bare server,
/// each a fresh process with small garbage collection budgets, so that little of what grows is garbage.
/// </summary>
internal static class IdleStreams
{
    private const int Warm = 500;
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(6);

    private static readonly Dictionary<string, string> s_memory = new(StringComparer.Ordinal)
    {
        ["DOTNET_gcServer"] = "0",
        ["DOTNET_gcConcurrent"] = "0",
        ["DOTNET_GCgen0size"] = "400000",
        ["DOTNET_GCConserveMemory"] = "5",
        ["DOTNET_TieredCompilation"] = "0",
    };

    public static async Task MeasureAsync(TextWriter output, int streams, CancellationToken stop)
    {
        var assembly = typeof(IdleStreams).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == "Engine").Value!;
        await using var engine = new ServiceProcess("engine-idle", assembly, new Dictionary<string, string>(s_memory, StringComparer.Ordinal)
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["Logging__LogLevel__Default"] = "Warning",
            ["FakeAi__Engine__Workers__MaxBatch"] = "4096",
        });
        await engine.StartAsync();
        await engine.WaitUntilReadyAsync(stop);
        var sample = Path.GetTempFileName();
        (await StreamSample.TakeAsync(engine.Address, stop)).Save(sample);
        await using var bare = await BareProcess.StartAsync(sample, stop, s_memory);
        var ours = await GrowthAsync(engine.Address, () => engine.WorkingSet, streams, stop);
        var kestrels = await GrowthAsync(bare.Address, () => bare.WorkingSet, streams, stop);
        File.Delete(sample);
        await output.WriteLineAsync($"\n| {streams:N0} streams waiting for their first token | KB each |\n|---|---|");
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"| bare Kestrel | {kestrels:N1} |\n| engine | {ours:N1} |\n| engine beyond Kestrel | {ours - kestrels:N1} |"));
    }

    private static async Task<double> GrowthAsync(Uri server, Func<long> memory, int streams, CancellationToken stop)
    {
        var sockets = new List<Socket>();
        try
        {
            await OpenAsync(server, sockets, Warm, stop);
            await Task.Delay(s_settle, stop);
            var before = memory();
            await OpenAsync(server, sockets, streams, stop);
            await Task.Delay(s_settle, stop);
            return (memory() - before) / 1024.0 / streams;
        }
        finally
        {
            sockets.ForEach(s => s.Dispose());
        }
    }

    private static async Task OpenAsync(Uri server, List<Socket> sockets, int count, CancellationToken stop)
    {
        var request = Encoding.UTF8.GetBytes(
            $"POST {StreamSample.Path} HTTP/1.1\r\nHost: {server.Authority}\r\nContent-Type: application/json\r\nx-fakeai-ttft-ms: 120000\r\n"
            + $"x-fakeai-itl-ms: {StreamSample.ItlMs}\r\nContent-Length: {StreamSample.Body.Length}\r\n\r\n{StreamSample.Body}");
        for (var i = 0; i < count; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, server.Port), stop);
            await socket.SendAsync(request, stop);
            sockets.Add(socket);
        }
    }
}
