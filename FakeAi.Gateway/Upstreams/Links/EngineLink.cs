using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using FakeAi.Contracts.Wire;

namespace FakeAi.Gateway.Upstreams.Links;

/// <summary>
/// Keeps a chunk link (<see cref="ChunkFrames"/>) to one engine open, on a thread of its own that connects, reads, and connects again
/// when the connection ends. While there is none, bodies come over HTTP/2.
/// </summary>
internal sealed partial class EngineLink(string engine, Uri address, string? token, ILogger logger) : IDisposable
{
    private const int FirstPauseMs = 100;
    private const int LongestPauseMs = 5_000;
    private const int HandshakeMs = 2_000;
    private const int MaxHead = 4 * 1024;

    private readonly ManualResetEventSlim _stop = new();
    private volatile LinkConnection? _connection;
    private Thread? _thread;

    /// <summary>Whether bodies can come this way.</summary>
    public bool IsOpen => _connection is not null;

    /// <summary>Begins to connect.</summary>
    public void Start()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "chunk link" };
        _thread.Start();
    }

    /// <summary>A place on the link for one body; null while there is no link.</summary>
    public LinkedBody? Open() => _connection?.Open();

    public void Dispose()
    {
        _stop.Set();
        _connection?.Close();
        if (_thread?.Join(HandshakeMs) != false)
        {
            _stop.Dispose();
        }
    }

    private void Run()
    {
        var pause = FirstPauseMs;
        while (!_stop.IsSet)
        {
            try
            {
                using var socket = Connect();
                var id = Handshake(socket);
                var connection = new LinkConnection(socket, id);
                _connection = connection;
                if (_stop.IsSet)
                {
                    return;
                }

                pause = FirstPauseMs;
                Log.Opened(logger, engine);
                connection.Read();
            }
            catch (Exception exception)
            {
                // Whatever it is: the bodies under way are lost and told so, and a thread that fails would take the gateway along.
                Log.NotOpen(logger, engine, exception.Message);
            }
            finally
            {
                _connection = null;
            }

            if (!_stop.IsSet && _stop.Wait(pause))
            {
                return;
            }

            pause = Math.Min(LongestPauseMs, 2 * pause);
        }
    }

    private Socket Connect()
    {
        SocketException? last = null;
        foreach (var ip in Dns.GetHostAddresses(address.DnsSafeHost))
        {
            var socket = new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = HandshakeMs, SendTimeout = HandshakeMs };
            try
            {
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, optionValue: true);
                socket.Connect(new IPEndPoint(ip, address.Port));
                return socket;
            }
            catch (SocketException exception)
            {
                socket.Dispose();
                last = exception;
            }
        }

        throw last ?? new SocketException((int)SocketError.HostNotFound);
    }

    /// <summary>Asks for the link as HTTP/1.1 asks for another protocol; gives its id.</summary>
    private string Handshake(Socket socket)
    {
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        var request = new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"GET {ChunkFrames.Route} HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: Upgrade\r\nUpgrade: {ChunkFrames.Protocol}\r\n")
            .Append(CultureInfo.InvariantCulture, $"{InternalHeaders.Link}: {id}\r\n");
        if (token is not null)
        {
            request.Append(CultureInfo.InvariantCulture, $"{InternalHeaders.Token}: {token}\r\n");
        }

        socket.Send(Encoding.ASCII.GetBytes(request.Append("\r\n").ToString()));

        // Byte by byte, so that nothing of the first frames is read.
        var head = new byte[MaxHead];
        for (var length = 0; length < MaxHead; length++)
        {
            if (socket.Receive(head, length, 1, SocketFlags.None) == 0)
            {
                throw new IOException("the engine closed the connection");
            }

            if (head.AsSpan(0, length + 1).EndsWith("\r\n\r\n"u8))
            {
                socket.ReceiveTimeout = 0;
                return head.AsSpan().StartsWith("HTTP/1.1 101 "u8)
                    ? id
                    : throw new InvalidDataException($"the engine answered {Encoding.ASCII.GetString(head, 0, head.AsSpan().IndexOf((byte)'\r'))}");
            }
        }

        throw new InvalidDataException("the engine's answer is too long");
    }

    private static partial class Log
    {
        [LoggerMessage(21, LogLevel.Information, "Chunk link to {Engine} is open.")]
        public static partial void Opened(ILogger logger, string engine);

        [LoggerMessage(22, LogLevel.Debug, "No chunk link to {Engine}, bodies come over HTTP/2: {Reason}")]
        public static partial void NotOpen(ILogger logger, string engine, string reason);
    }
}
