using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FakeAi.Bench.Paced;

/// <summary>How far the gaps between chunks, and the times to the first one, were from the schedule. Milliseconds.</summary>
internal sealed record GapResult(double P50, double P99, double Max, double TtftP50, double TtftP99, double EndP50, double EndP99);

/// <summary>
/// A client of many streams on one thread, without timers and thread pool: polls all sockets, notes the time once per poll and
/// counts chunks in what it reads. Its own error is what it shows for the bare server.
/// </summary>
internal static class StreamProbe
{
    private const int WaitUs = 100_000;
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(60);
    private static readonly byte[] s_mark = Encoding.UTF8.GetBytes(StreamSample.ChunkMark);

    public static GapResult Run(Uri server, int streams, int apartMs, CancellationToken stop)
    {
        var request = Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"POST {StreamSample.Path} HTTP/1.1\r\nHost: {server.Authority}\r\nContent-Type: application/json\r\nx-fakeai-ttft-ms: {StreamSample.TtftMs}\r\n"
            + $"x-fakeai-itl-ms: {StreamSample.ItlMs}\r\nContent-Length: {StreamSample.Body.Length}\r\nConnection: close\r\n\r\n{StreamSample.Body}"));
        var address = new IPEndPoint(IPAddress.Loopback, server.Port);
        var probes = new Dictionary<Socket, Probe>();
        var done = new List<Probe>();
        var clock = Stopwatch.StartNew();
        var buffer = new byte[64 * 1024];
        var ready = new List<Socket>();
        var started = 0;
        while ((started < streams || probes.Count > 0) && clock.Elapsed < s_longest)
        {
            stop.ThrowIfCancellationRequested();
            while (started < streams && clock.ElapsedMilliseconds >= started * apartMs)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                socket.Connect(address);
                probes[socket] = new Probe(clock.Elapsed.TotalMilliseconds);
                socket.Send(request);
                started++;
            }

            if (probes.Count == 0)
            {
                continue;
            }

            ready.Clear();
            ready.AddRange(probes.Keys);
            Socket.Select(ready, null, null, started < streams ? 1000 : WaitUs);
            var now = clock.Elapsed.TotalMilliseconds;
            foreach (var socket in ready)
            {
                var read = socket.Receive(buffer);
                probes[socket].Took(buffer.AsSpan(0, read), now);
                if (read == 0)
                {
                    done.Add(probes[socket]);
                    probes.Remove(socket);
                    socket.Dispose();
                }
            }
        }

        if (done.Count != streams || done.Exists(p => p.Times.Count != StreamSample.Tokens))
        {
            throw new InvalidDataException(
                $"{done.Count} of {streams} streams ended; chunks: {string.Join(',', done.Select(p => p.Times.Count).Distinct())}");
        }

        double[] gaps = [.. done.SelectMany(p => p.Times.Zip(p.Times.Skip(1), (a, b) => Math.Abs(b - a - StreamSample.ItlMs))).Order()];
        double[] first = [.. done.Select(p => p.Times[0] - p.Began - StreamSample.TtftMs).Order()];
        double[] end = [.. done.Select(p => p.Times[^1] - p.Began - StreamSample.ExactMs).Order()];
        return new GapResult(
            gaps[gaps.Length / 2], gaps[gaps.Length * 99 / 100], gaps[^1], first[first.Length / 2], first[first.Length * 99 / 100], end[end.Length / 2], end[end.Length * 99 / 100]);
    }

    private sealed class Probe(double began)
    {
        private byte[] _rest = [];

        public double Began => began;

        public List<double> Times { get; } = new(StreamSample.Tokens);

        public void Took(ReadOnlySpan<byte> bytes, double now)
        {
            byte[] all = [.. _rest, .. bytes];
            var at = 0;
            for (int found; (found = all.AsSpan(at).IndexOf(s_mark)) >= 0; at += found + s_mark.Length)
            {
                Times.Add(now);
            }

            // A mark may be cut in two by the read.
            _rest = all[Math.Max(at, all.Length - s_mark.Length + 1)..];
        }
    }
}
