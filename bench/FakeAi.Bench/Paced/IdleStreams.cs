using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FakeAi.Bench.Paced;

/// <summary>
/// What a stream holds in memory while it waits for its first token: many requests to an engine and to the bare server, each a
/// fresh process, and the managed heap before and after them, without garbage.
/// </summary>
internal static class IdleStreams
{
    private const int Warm = 500;
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(6);

    public static async Task MeasureAsync(TextWriter output, StreamSample sample, int streams, CancellationToken stop)
    {
        var file = Path.GetTempFileName();
        sample.Save(file);
        var kestrels = await GrowthAsync(BareServer.Name, file, streams, stop);
        var ours = await GrowthAsync(EngineServer.Name, file, streams, stop);
        File.Delete(file);
        await output.WriteLineAsync($"\n| {streams:N0} streams waiting for their first token | KB each |\n|---|---|");
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"| bare Kestrel | {kestrels:N1} |\n| engine | {ours:N1} |\n| engine beyond Kestrel | {ours - kestrels:N1} |"));
    }

    private static async Task<double> GrowthAsync(string server, string sample, int streams, CancellationToken stop)
    {
        await using var process = await BareProcess.StartAsync(server, sample, stop);
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
        var memory = new Uri(process.Address, MemoryEndpoint.Route);
        var sockets = new List<Socket>();
        try
        {
            await OpenAsync(process.Address, sockets, Warm, stop);
            await Task.Delay(s_settle, stop);
            var before = long.Parse(await http.GetStringAsync(memory, stop), CultureInfo.InvariantCulture);
            await OpenAsync(process.Address, sockets, streams, stop);
            await Task.Delay(s_settle, stop);
            var after = long.Parse(await http.GetStringAsync(memory, stop), CultureInfo.InvariantCulture);
            return (after - before) / 1024.0 / streams;
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
