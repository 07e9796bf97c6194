using System.Net;
using System.Net.Sockets;

namespace FakeAi.TestKit.Processes;

/// <summary>
/// Loopback ports for servers that are started again on the same one. Taken from below the range of outgoing connections:
/// while such a server is away, no client's own port can be its port, and nobody who tries to reach it can connect to itself.
/// </summary>
public static class LoopbackPorts
{
    private const int First = 15_000;
    private const int Count = 15_000;
    private static readonly Lock s_lock = new();
    private static int s_next = Environment.ProcessId * 97 % Count;

    /// <summary>A port on which nothing listens; given once in this process.</summary>
    public static int Take()
    {
        lock (s_lock)
        {
            for (var tries = 0; tries < Count; tries++)
            {
                s_next = (s_next + 1) % Count;
                if (IsFree(First + s_next))
                {
                    return First + s_next;
                }
            }
        }

        throw new InvalidOperationException("No loopback port is free.");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
