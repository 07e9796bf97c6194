using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using FakeAi.Contracts.Events;
using FakeAi.Contracts.Wire;
using FakeAi.Gateway.Tests.Hosting;

namespace FakeAi.Gateway.Tests.Realtime;

public sealed class RealtimeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Session_ClosedByTheClient_CountsAsOneRequestWithItsTokens()
    {
        await using var engine = await FakeSocketEngine.StartAsync();
        await using var gateway = await StartAsync(engine);
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("realtime");
        socket.Options.SetRequestHeader("x-fakeai-ttft-ms", "7");
        socket.Options.SetRequestHeader("x-fakeai-int-fast", "1");
        await ConnectAsync(socket, gateway);
        Assert.Equal("realtime", socket.SubProtocol);
        Assert.Equal("hello", await AskAsync(socket, "hello"));
        Assert.Equal("7", engine.Last.Headers["x-fakeai-ttft-ms"]);
        Assert.False(engine.Last.Headers.ContainsKey("x-fakeai-int-fast"));
        Assert.Equal("?model=gpt-realtime", engine.Last.Query.Value);

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", Token);
        Assert.Equal("completed", socket.CloseStatusDescription);
        var completed = Assert.Single(await gateway.EventsAsync<RequestCompleted>());
        Assert.Equal(("/v1/realtime", "gpt-realtime", 11, 22, 5L), (completed.Endpoint, completed.Model, completed.InputTokens, completed.OutputTokens, completed.BytesOut));
        Assert.Single(gateway.Events.Of<RouteSelected>());
        await gateway.AssertEndsOnceAsync();
    }

    [Fact]
    public async Task Session_ClientLost_IsCancelledAndTheEngineHearsOfIt()
    {
        await using var engine = await FakeSocketEngine.StartAsync();
        await using var gateway = await StartAsync(engine);
        using (var socket = new ClientWebSocket())
        {
            await ConnectAsync(socket, gateway);
            await AskAsync(socket, "hello");
            socket.Abort();
        }

        Assert.Equal("client_disconnected", Assert.Single(await gateway.EventsAsync<RequestCancelled>()).Reason);
        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, engine.ClosedWith);
        await gateway.AssertEndsOnceAsync();
    }

    [Theory]
    [InlineData("timed_out", "timeout")]
    [InlineData("failed", "generation_failed")]
    public async Task Session_EndedByTheEngine_FailsForItsReason(string end, string code)
    {
        await using var engine = await FakeSocketEngine.StartAsync();
        (engine.ClosesOn, engine.Close) = ("end", new RealtimeClose(1, 2, end));
        await using var gateway = await StartAsync(engine);
        using var socket = new ClientWebSocket();
        await ConnectAsync(socket, gateway);
        Assert.Null(await AskAsync(socket, "end"));
        Assert.Equal(end, socket.CloseStatusDescription);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Token);
        Assert.Equal(code, Assert.Single(await gateway.EventsAsync<RequestFailed>()).ErrorCode);
        await gateway.AssertEndsOnceAsync();
    }

    [Fact]
    public async Task Session_EngineLost_IsToldAndFails()
    {
        await using var engine = await FakeSocketEngine.StartAsync();
        engine.BreaksOn = "break";
        await using var gateway = await StartAsync(engine);
        using var socket = new ClientWebSocket();
        await ConnectAsync(socket, gateway);
        Assert.Null(await AskAsync(socket, "break"));
        Assert.Equal(WebSocketCloseStatus.InternalServerError, socket.CloseStatus);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Token);
        Assert.Equal("upstream_stream_broken", Assert.Single(await gateway.EventsAsync<RequestFailed>()).ErrorCode);
    }

    [Fact]
    public async Task Session_NoEngineAnswers_Is503()
    {
        await using var gateway = await GatewayHost.StartAsync(["http://127.0.0.1:9"], ("Engines:0:Http", "http://127.0.0.1:9"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await RefusedAsync(gateway, "model=gpt-realtime"));
        Assert.Equal("engine_unavailable", Assert.Single(await gateway.EventsAsync<RequestFailed>()).ErrorCode);
    }

    [Theory]
    [InlineData("model=gpt-4o", null, HttpStatusCode.NotFound)]
    [InlineData("", null, HttpStatusCode.BadRequest)]
    [InlineData("model=gpt-realtime", "http://evil.example", HttpStatusCode.Forbidden)]
    public async Task Session_NotAllowed_IsRefusedAtTheEdge(string query, string? origin, HttpStatusCode status)
    {
        await using var engine = await FakeSocketEngine.StartAsync();
        await using var gateway = await StartAsync(engine);
        Assert.Equal(status, await RefusedAsync(gateway, query, origin));
    }

    [Fact]
    public async Task Key_InTheSubprotocol_IsAcceptedAndGoesNoFurther()
    {
        const string Key = "sk-test-0123456789";
        await using var engine = await FakeSocketEngine.StartAsync();
        await using var gateway = await StartAsync(
            engine, ("FakeAi:Gateway:Keys:0:Sha256", Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(Key)))), ("FakeAi:Gateway:Keys:0:Name", "tester"));
        Assert.Equal(HttpStatusCode.Unauthorized, await RefusedAsync(gateway, "model=gpt-realtime"));
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("realtime");
        socket.Options.AddSubProtocol("openai-insecure-api-key." + Key);
        await ConnectAsync(socket, gateway);
        Assert.Equal("hello", await AskAsync(socket, "hello"));
        Assert.DoesNotContain(Key, string.Join(' ', engine.Last.Headers.Select(h => h.Value.ToString())), StringComparison.Ordinal);
    }

    private static Task<GatewayHost> StartAsync(FakeSocketEngine engine, params (string Key, string? Value)[] settings) =>
        GatewayHost.StartAsync(["http://127.0.0.1:9"], [("Engines:0:Http", engine.Address), .. settings]);

    private static Task ConnectAsync(ClientWebSocket socket, GatewayHost gateway, string query = "model=gpt-realtime") =>
        socket.ConnectAsync(new UriBuilder(gateway.Address) { Scheme = "ws", Path = "/v1/realtime", Query = query }.Uri, Token);

    private static async Task<HttpStatusCode> RefusedAsync(GatewayHost gateway, string query, string? origin = null)
    {
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        if (origin is not null)
        {
            socket.Options.SetRequestHeader("Origin", origin);
        }

        await Assert.ThrowsAsync<WebSocketException>(() => ConnectAsync(socket, gateway, query));
        return socket.HttpStatusCode;
    }

    /// <summary>Sends a message and gives the answer; null when the socket is closed instead.</summary>
    private static async Task<string?> AskAsync(ClientWebSocket socket, string text)
    {
        await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, Token);
        var buffer = new byte[4096];
        var received = await socket.ReceiveAsync(buffer.AsMemory(), Token);
        return received.MessageType == WebSocketMessageType.Close ? null : Encoding.UTF8.GetString(buffer, 0, received.Count);
    }
}
