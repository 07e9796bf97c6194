using System.Net;
using System.Net.Sockets;

namespace Aspire.Hosting;

/// <summary>Gives endpoints their ports and keeps the free ones taken until their resource starts.</summary>
internal sealed class PortAllocator(bool random) : IDisposable
{
    // Below the range from which the kernel serves outgoing connections.
    private const int FirstPort = 20000;
    private const int LastPort = 32000;
    private readonly Dictionary<EndpointAnnotation, Socket> _held = [];

    public void Allocate(Resource resource)
    {
        foreach (var endpoint in resource.Endpoints)
        {
            if (!random && endpoint.Port is { } port)
            {
                using var test = TryListen(port) ?? throw new DistributedApplicationException(
                    $"port {port} for '{resource.Name}' is in use. End the program that uses it, or choose another port.");
                endpoint.AllocatedPort = port;
            }
            else
            {
                var socket = HoldFreePort();
                _held[endpoint] = socket;
                endpoint.AllocatedPort = ((IPEndPoint)socket.LocalEndPoint!).Port;
            }
        }
    }

    public void Release(Resource resource)
    {
        lock (_held)
        {
            foreach (var endpoint in resource.Endpoints)
            {
                if (_held.Remove(endpoint, out var socket))
                {
                    socket.Dispose();
                }
            }
        }
    }

    public void Dispose()
    {
        lock (_held)
        {
            foreach (var socket in _held.Values)
            {
                socket.Dispose();
            }

            _held.Clear();
        }
    }

    private static Socket HoldFreePort()
    {
        for (var attempt = 0; attempt < 100; attempt++)
        {
            if (TryListen(Random.Shared.Next(FirstPort, LastPort)) is { } socket)
            {
                return socket;
            }
        }

        throw new DistributedApplicationException($"no free port found between {FirstPort} and {LastPort}.");
    }

    private static Socket? TryListen(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            socket.Listen(1);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }
}
