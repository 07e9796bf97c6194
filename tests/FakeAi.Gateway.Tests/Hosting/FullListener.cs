using System.Net;
using System.Net.Sockets;

namespace FakeAi.Gateway.Tests.Hosting;

/// <summary>A port whose queue of connections is full: the system answers nothing to further ones.</summary>
internal sealed class FullListener : IDisposable
{
    private static readonly TimeSpan s_unanswered = TimeSpan.FromMilliseconds(300);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<TcpClient> _waiting = [];

    public FullListener()
    {
        _listener.Start(backlog: 0);
        var endpoint = (IPEndPoint)_listener.LocalEndpoint;
        Address = $"http://127.0.0.1:{endpoint.Port}";
        for (var i = 0; i < 16; i++)
        {
            var client = new TcpClient();
            _waiting.Add(client);
            if (!client.ConnectAsync(endpoint).Wait(s_unanswered))
            {
                return;
            }
        }

        Assert.Fail("The queue never filled.");
    }

    public string Address { get; }

    public void Dispose()
    {
        _listener.Dispose();
        foreach (var client in _waiting)
        {
            client.Dispose();
        }
    }
}
