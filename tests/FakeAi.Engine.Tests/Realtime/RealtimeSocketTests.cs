using System.Net;
using System.Net.WebSockets;
using FakeAi.Contracts.Events;
using FakeAi.Contracts.Wire;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Tests.Hosting;

namespace FakeAi.Engine.Tests.Realtime;

public sealed class RealtimeSocketTests(FastEngine engine) : IClassFixture<FastEngine>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Session_OverASocket_HearsAnswersAndTellsItsTokensAtTheEnd()
    {
        using var socket = await RealtimeSocket.OpenAsync(engine.Host.Http.BaseAddress!);
        Assert.Equal("realtime", socket.Socket.SubProtocol);
        await socket.UntilAsync("session.created");
        foreach (var (ms, level) in ((int, short)[])[(400, 0), (900, 6000), (700, 0)])
        {
            await socket.SendAsync($$"""{"type":"input_audio_buffer.append","audio":"{{Microphone.Sound(ms, level)}}"}""");
        }

        // Without waits a long answer comes at once: more events than may wait to be sent.
        var events = await socket.UntilAsync("response.done");
        Assert.Equal("input_audio_buffer.speech_started", SessionHarness.Type(events[0]));
        var usage = events[^1].GetProperty("response").GetProperty("usage");
        await socket.SendAsync("""{"type":"conversation.item.create","item":{"type":"message","role":"user","content":[{"type":"input_text","text":"Write 900 words about ships."}]}}""");
        await socket.SendAsync("""{"type":"response.create"}""");
        var longer = await socket.UntilAsync("response.done");
        Assert.True(longer.Count > 1_100, $"{longer.Count} events");
        var more = longer[^1].GetProperty("response").GetProperty("usage");

        await socket.Socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Token);
        Assert.Null(await socket.ReceiveAsync());
        Assert.True(RealtimeClose.TryParse(socket.Socket.CloseStatusDescription, out var close));
        Assert.Equal(
            new RealtimeClose(
                usage.GetProperty("input_tokens").GetInt32() + more.GetProperty("input_tokens").GetInt32(),
                usage.GetProperty("output_tokens").GetInt32() + more.GetProperty("output_tokens").GetInt32(), "completed"),
            close);
        await EngineHost.EventuallyAsync(() => engine.Host.Events.Of<StreamCompleted>().Any(e => e.OutputTokens == close.OutputTokens && e.Outcome == "completed"));
    }

    [Fact]
    public async Task Session_ClientGone_IsCancelledAndFreesItsSlot()
    {
        await using var host = await EngineHost.StartAsync();
        using (var socket = await RealtimeSocket.OpenAsync(host.Http.BaseAddress!))
        {
            await socket.UntilAsync("session.created");
            await socket.SendAsync("""{"type":"response.create"}""");
            await socket.UntilAsync("response.output_audio.delta");
            Assert.Equal(1, host.Active);
            socket.Socket.Abort();
        }

        await EngineHost.EventuallyAsync(() => host.Active == 0);
        Assert.Equal("cancelled", Assert.Single(host.Events.Of<StreamCompleted>()).Outcome);
    }

    [Fact]
    public async Task Session_PausedAndCancelledByAnAdministrator_StandsStillAndEnds()
    {
        await using var host = await EngineHost.StartAsync();
        using var socket = await RealtimeSocket.OpenAsync(host.Http.BaseAddress!);
        await socket.UntilAsync("session.created");
        await socket.SendAsync("""{"type":"response.create"}""");
        await socket.UntilAsync("response.output_audio.delta");
        var manager = host.Service<StreamManager>();
        var id = Assert.Single(manager.List(null, null).Streams).Id;
        Assert.Equal(CommandResult.Done, manager.Pause(id));
        Assert.Equal(CommandResult.Done, manager.Resume(id));
        await socket.UntilAsync("response.output_audio.delta");
        Assert.Equal(CommandResult.Done, manager.Cancel(id));
        while (await socket.ReceiveAsync() is not null)
        {
        }

        Assert.True(RealtimeClose.TryParse(socket.Socket.CloseStatusDescription, out var close));
        Assert.Equal("cancelled", close.End);
        await socket.Socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Token);
        await EngineHost.EventuallyAsync(() => host.Active == 0);
    }

    [Fact]
    public async Task Session_Idle_IsToldSoAndClosed()
    {
        await using var host = await EngineHost.StartAsync(("FakeAi:Engine:RealtimeIdleSeconds", "1"));
        using var socket = await RealtimeSocket.OpenAsync(host.Http.BaseAddress!);
        Assert.Equal("session_expired", (await socket.UntilAsync("error"))[^1].GetProperty("error").GetProperty("code").GetString());
        Assert.Null(await socket.ReceiveAsync());
        Assert.True(RealtimeClose.TryParse(socket.Socket.CloseStatusDescription, out var close));
        Assert.Equal("timed_out", close.End);
    }

    [Fact]
    public async Task Session_EngineStops_IsClosed()
    {
        var host = await EngineHost.StartAsync();
        using var socket = await RealtimeSocket.OpenAsync(host.Http.BaseAddress!);
        await socket.UntilAsync("session.created");
        var stopping = host.DisposeAsync();
        Assert.Null(await socket.ReceiveAsync());
        Assert.True(RealtimeClose.TryParse(socket.Socket.CloseStatusDescription, out var close));
        Assert.Equal("cancelled", close.End);
        await socket.Socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Token);
        await stopping;
    }

    [Theory]
    [InlineData("model=gpt-4o", HttpStatusCode.NotFound)]
    [InlineData("model=", HttpStatusCode.BadRequest)]
    public async Task Session_OfNoRealtimeModel_IsRefused(string query, HttpStatusCode status)
    {
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(
            new UriBuilder(engine.Host.Http.BaseAddress!) { Scheme = "ws", Path = "/v1/realtime", Query = query }.Uri, Token));
        Assert.Equal(status, socket.HttpStatusCode);
    }

    [Fact]
    public async Task Session_WithoutASocket_IsRefused()
    {
        using var response = await engine.Host.Http.GetAsync(new Uri("/v1/realtime?model=gpt-realtime", UriKind.Relative), Token);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }
}
