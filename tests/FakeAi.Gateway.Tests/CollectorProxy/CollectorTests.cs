using System.Net;
using System.Net.WebSockets;
using System.Text;
using FakeAi.Contracts.Wire;
using FakeAi.Gateway.Tests.Hosting;
using Microsoft.AspNetCore.Http;

namespace FakeAi.Gateway.Tests.CollectorProxy;

public sealed class CollectorTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Query_Forwarded_StreamsTheCollectorsAnswer()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var collector = await FakeCollector.StartAsync();
        await using var gateway = await StartAsync(engine, collector);
        using var next = new SemaphoreSlim(0);
        string? seen = null;
        collector.Handler = async context =>
        {
            seen = $"{context.Request.Path.Value}{context.Request.QueryString} {context.Request.Headers[InternalHeaders.Token]}";
            context.Response.ContentType = "text/plain; version=0.0.4";
            context.Response.Headers["x-fakeai-int-model"] = "hidden";
            await context.Response.WriteAsync("one");
            await context.Response.Body.FlushAsync();
            await next.WaitAsync(context.RequestAborted);
            await context.Response.WriteAsync("two");
        };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics/by-model/a%20b?x=1&y=%C3%A9");
        request.Headers.Add(InternalHeaders.Token, "guess");

        using var response = await gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var body = await response.Content.ReadAsStreamAsync();
        var first = new byte[3];
        await body.ReadExactlyAsync(first).AsTask().WaitAsync(s_patience);
        next.Release();

        Assert.Equal("onetwo", Encoding.UTF8.GetString(first) + await new StreamReader(body).ReadToEndAsync());
        Assert.Equal("/metrics/by-model/a b?x=1&y=%C3%A9 inner", seen);
        Assert.Equal("text/plain; version=0.0.4", response.Content.Headers.ContentType?.ToString());
        Assert.False(response.Headers.Contains("x-fakeai-int-model"));
        Assert.Empty(gateway.Events.Events);
    }

    [Fact]
    public async Task Query_WhoseCollectorIsSilentOrRefuses_GetsTheEnvelope()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var collector = await FakeCollector.StartAsync();
        await using var gateway = await StartAsync(engine, collector, ("FakeAi:Gateway:CollectorTimeout", "00:00:01"));
        collector.Handler = static context => Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);

        using var silent = await gateway.Client.GetAsync("/waterfall/data");
        collector.Handler = static context =>
        {
            context.Response.StatusCode = 401;
            return Task.CompletedTask;
        };
        using var refused = await gateway.Client.GetAsync("/errors");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, silent.StatusCode);
        Assert.Contains("collector_unavailable", await silent.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadGateway, refused.StatusCode);
        Assert.Contains("collector_refused", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Socket_Relayed_CarriesMessagesBothWaysAndTheCloseCode()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var collector = await FakeCollector.StartAsync();
        await using var gateway = await StartAsync(engine, collector);
        collector.Handler = static async context =>
        {
            Assert.Equal("inner", context.Request.Headers[InternalHeaders.Token]);
            Assert.Equal("?a=1", context.Request.QueryString.Value);
            using var socket = await context.WebSockets.AcceptWebSocketAsync("json");
            var buffer = new byte[64 * 1024];
            while (true)
            {
                var received = await socket.ReceiveAsync(buffer, context.RequestAborted);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    await socket.CloseOutputAsync((WebSocketCloseStatus)4001, $"saw {(int?)socket.CloseStatus}", default);
                    return;
                }

                await socket.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, default);
            }
        };
        using var client = new ClientWebSocket();
        client.Options.AddSubProtocol("json");
        client.Options.SetRequestHeader("Origin", "http://127.0.0.1:8080");

        await client.ConnectAsync(Socket(gateway, "?a=1&access_token=secret"), default).WaitAsync(s_patience);
        Assert.Equal("json", client.SubProtocol);
        var large = new byte[100_000];
        new Random(9).NextBytes(large);
        await client.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, true, default);
        Assert.Equal((WebSocketMessageType.Text, "hello"), await ReceiveTextAsync(client));
        await client.SendAsync(large, WebSocketMessageType.Binary, true, default);
        Assert.Equal(large, (await ReceiveAsync(client)).Bytes);
        await client.CloseAsync((WebSocketCloseStatus)4000, "done", default).WaitAsync(s_patience);

        Assert.Equal((4001, "saw 4000"), ((int)client.CloseStatus!.Value, client.CloseStatusDescription));
    }

    [Fact]
    public async Task Socket_WhoseCollectorVanishes_IsClosed()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var collector = await FakeCollector.StartAsync();
        await using var gateway = await StartAsync(engine, collector);
        collector.Handler = static async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await socket.ReceiveAsync(new byte[10], context.RequestAborted);
            context.Abort();
        };
        using var client = new ClientWebSocket();
        await client.ConnectAsync(Socket(gateway), default).WaitAsync(s_patience);

        await client.SendAsync("go"u8.ToArray(), WebSocketMessageType.Text, true, default);
        var received = await client.ReceiveAsync(new byte[10], default).WaitAsync(s_patience);

        Assert.Equal(WebSocketMessageType.Close, received.MessageType);
        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, client.CloseStatus);
    }

    [Theory]
    [InlineData("https://evil.example", 403)]
    [InlineData("null", 403)]
    [InlineData("http://pages.example", 101)]
    [InlineData("http://127.0.0.1:3000", 101)]
    public async Task Socket_OpenedByAPage_DependsOnItsOrigin(string origin, int status)
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var collector = await FakeCollector.StartAsync();
        await using var gateway = await StartAsync(engine, collector, ("FakeAi:Gateway:AllowedOrigins:0", "pages.example"));
        collector.Handler = static async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, default);
        };
        using var client = new ClientWebSocket();
        client.Options.CollectHttpResponseDetails = true;
        client.Options.SetRequestHeader("Origin", origin);

        var failure = await Record.ExceptionAsync(() => client.ConnectAsync(Socket(gateway), default).WaitAsync(s_patience));

        Assert.Equal(status == 403, failure is WebSocketException);
        Assert.Equal(status, (int)client.HttpStatusCode);
    }

    [Fact]
    public async Task Socket_InKeyedMode_TakesTheKeyFromTheQuery()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var collector = await FakeCollector.StartAsync();
        var hash = Convert.ToHexString(System.Security.Cryptography.SHA256.HashData("key-0123456789"u8));
        await using var gateway = await StartAsync(
            engine, collector, ("FakeAi:Gateway:Keys:0:Sha256", hash), ("FakeAi:Gateway:Keys:0:Name", "page"));
        collector.Handler = static async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, default);
        };
        using var stranger = new ClientWebSocket();
        using var client = new ClientWebSocket();

        await Assert.ThrowsAsync<WebSocketException>(() => stranger.ConnectAsync(Socket(gateway, "?access_token=other"), default));
        await client.ConnectAsync(Socket(gateway, "?access_token=key-0123456789"), default).WaitAsync(s_patience);

        Assert.Equal(WebSocketState.Open, client.State);
    }

    private static Task<GatewayHost> StartAsync(FakeEngine engine, FakeCollector collector, params (string, string?)[] settings) =>
        GatewayHost.StartAsync(engine, [("services:collector:http:0", collector.Address), ("FakeAi:InternalToken", "inner"), .. settings]);

    private static Uri Socket(GatewayHost gateway, string query = "") =>
        new UriBuilder(gateway.Address) { Scheme = "ws", Path = "/hubs/live", Query = query }.Uri;

    private static async Task<(WebSocketMessageType, string)> ReceiveTextAsync(ClientWebSocket client)
    {
        var (type, bytes) = await ReceiveAsync(client);
        return (type, Encoding.UTF8.GetString(bytes));
    }

    private static async Task<(WebSocketMessageType Type, byte[] Bytes)> ReceiveAsync(ClientWebSocket client)
    {
        using var all = new MemoryStream();
        var buffer = new byte[4096];
        while (true)
        {
            var received = await client.ReceiveAsync(buffer, default).WaitAsync(s_patience);
            all.Write(buffer, 0, received.Count);
            if (received.EndOfMessage)
            {
                return (received.MessageType, all.ToArray());
            }
        }
    }
}
