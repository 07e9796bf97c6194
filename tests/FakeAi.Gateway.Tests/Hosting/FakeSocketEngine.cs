using System.Net;
using System.Net.WebSockets;
using FakeAi.Contracts.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace FakeAi.Gateway.Tests.Hosting;

/// <summary>An engine's HTTP/1.1 endpoint: sends each message of a socket back, and closes as a real one does.</summary>
internal sealed class FakeSocketEngine : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeSocketEngine(WebApplication app) => _app = app;

    public string Address => _app.Urls.Single();

    /// <summary>What it says when the client closes.</summary>
    public RealtimeClose Close { get; set; } = new(11, 22, "completed");

    /// <summary>On this message the connection is broken off.</summary>
    public string? BreaksOn { get; set; }

    /// <summary>On this message it closes by itself.</summary>
    public string? ClosesOn { get; set; }

    /// <summary>Headers and query of the last socket.</summary>
    public (IHeaderDictionary Headers, QueryString Query) Last { get; private set; }

    /// <summary>The status with which the other side closed the last socket.</summary>
    public WebSocketCloseStatus? ClosedWith { get; private set; }

    public static async Task<FakeSocketEngine> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var engine = new FakeSocketEngine(app);
        app.UseWebSockets();
        app.Run(engine.ServeAsync);
        await app.StartAsync();
        return engine;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task ServeAsync(HttpContext context)
    {
        Last = (context.Request.Headers, context.Request.QueryString);
        using var socket = await context.WebSockets.AcceptWebSocketAsync(context.WebSockets.WebSocketRequestedProtocols.FirstOrDefault());
        var buffer = new byte[4096];
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted);
            var text = System.Text.Encoding.UTF8.GetString(buffer, 0, received.Count);
            if (received.MessageType == WebSocketMessageType.Close || text == ClosesOn)
            {
                ClosedWith = socket.CloseStatus;
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, Close.ToDescription(), context.RequestAborted);
                return;
            }

            if (text == BreaksOn)
            {
                context.Abort();
                return;
            }

            await socket.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, context.RequestAborted);
        }
    }
}
