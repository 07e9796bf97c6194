using System.Net;
using System.Text.Json;
using FakeAi.Contracts.Events;
using FakeAi.Gateway.Tests.Hosting;
using Microsoft.AspNetCore.Http;

namespace FakeAi.Gateway.Tests.Upstreams;

public sealed class BrokenTests
{
    // Nobody listens on the discard port of a machine that runs tests.
    private const string Nowhere = "http://127.0.0.1:9";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Client_ThatLeaves_StopsTheEngineAndIsCountedAsCancelled(bool afterFirstByte)
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var gateway = await GatewayHost.StartAsync(engine);
        var reached = new TaskCompletionSource();
        var stopped = new TaskCompletionSource();
        engine.Handler = async context =>
        {
            using var gone = context.RequestAborted.Register(stopped.SetResult);
            if (afterFirstByte)
            {
                await context.Response.WriteAsync("data: 1\n\n");
                await context.Response.Body.FlushAsync();
            }

            reached.SetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);
        };
        using var leave = new CancellationTokenSource();

        var call = gateway.OpenAsync(cancellationToken: leave.Token);
        await reached.Task.WaitAsync(s_patience);
        if (afterFirstByte)
        {
            using var response = await call;
            await (await response.Content.ReadAsStreamAsync()).ReadExactlyAsync(new byte[9]).AsTask().WaitAsync(s_patience);
        }
        else
        {
            await leave.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        }

        await stopped.Task.WaitAsync(s_patience);
        var cancelled = Assert.Single(await gateway.EventsAsync<RequestCancelled>());
        Assert.Equal(("client_disconnected", afterFirstByte ? 9L : 0L), (cancelled.Reason, cancelled.BytesOut));
        Assert.Empty(gateway.Events.Of<ErrorOccurred>());
        await gateway.AssertEndsOnceAsync();
    }

    [Fact]
    public async Task Stream_ThatBreaksMidWay_NeverEndsCleanly()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var gateway = await GatewayHost.StartAsync(engine);
        var seen = new TaskCompletionSource();
        engine.Handler = async context =>
        {
            await context.Response.WriteAsync("data: 1\n\n");
            await context.Response.Body.FlushAsync();
            await seen.Task.WaitAsync(s_patience);
            context.Abort();
        };

        using var response = await gateway.OpenAsync("""{"model":"gpt-4o","stream":true}""");
        var body = await response.Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(new byte[9]);
        seen.SetResult();

        // A clean end would give 0 here.
        await Assert.ThrowsAnyAsync<IOException>(() => body.ReadAsync(new byte[1]).AsTask().WaitAsync(s_patience));
        var failed = Assert.Single(await gateway.EventsAsync<RequestFailed>());
        Assert.Equal((200, "server_error", "upstream_stream_broken"), (failed.Status, failed.ErrorType, failed.ErrorCode));
        Assert.Equal("error", Assert.Single(gateway.Events.Of<ErrorOccurred>()).Severity);
        await gateway.AssertEndsOnceAsync();
        engine.Handler = FakeEngine.AnswerAsync;
        Assert.Equal(HttpStatusCode.OK, (await gateway.ChatAsync()).StatusCode);
    }

    [Fact]
    public async Task Engine_ThatIsNotThere_Gives503AndRetryAfter()
    {
        await using var gateway = await GatewayHost.StartAsync([Nowhere]);

        using var response = await gateway.ChatAsync();
        using var health = await gateway.Client.GetAsync("/health");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter?.Delta);
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal("server_error", json.RootElement.GetProperty("error").GetProperty("type").GetString());
        Assert.Equal("critical", (await gateway.EventsAsync<ErrorOccurred>())[0].Severity);
        Assert.Empty(gateway.Events.Of<RouteFallback>());
        await gateway.AssertEndsOnceAsync();
    }

    [Fact]
    public async Task Engine_ThatResetsBeforeAnswering_Gives502()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var gateway = await GatewayHost.StartAsync(engine);
        engine.Handler = static context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };

        using var response = await gateway.ChatAsync();

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Equal("bad_gateway", (await gateway.EventsAsync<RequestFailed>())[0].ErrorCode);
        await gateway.AssertEndsOnceAsync();
    }

    [Fact]
    public async Task Engine_ThatCannotBeReached_IsReplacedByTheNext()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var gateway = await GatewayHost.StartAsync([Nowhere, engine.Address], ("FakeAi:Gateway:EngineCoolOff", "00:01:00"));

        for (var i = 0; i < 6; i++)
        {
            using var response = await gateway.ChatAsync();
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal("engine-1", Assert.Single(response.Headers.GetValues("x-fakeai-upstream")));
        }

        await gateway.EventsAsync<RequestCompleted>(6);
        Assert.Equal(6, engine.Calls);

        // Once found dead it is left alone while it cools off.
        Assert.Equal(new RouteFallback("engine-0", "engine-1", "connection_failed"), Assert.Single(gateway.Events.Of<RouteFallback>()));
        Assert.Empty(gateway.Events.Of<RequestFailed>());
        await gateway.AssertEndsOnceAsync();
    }

    [Fact]
    public async Task Engine_ThatAcceptsNoConnection_IsReplacedByTheNext()
    {
        using var full = new FullListener();
        await using var engine = await FakeEngine.StartAsync();
        await using var gateway = await GatewayHost.StartAsync([full.Address, engine.Address], ("FakeAi:Gateway:EngineCoolOff", "00:01:00"));

        for (var i = 0; i < 2; i++)
        {
            using var response = await gateway.ChatAsync();
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        await gateway.EventsAsync<RequestCompleted>(2);
        Assert.Equal(new RouteFallback("engine-0", "engine-1", "connection_failed"), Assert.Single(gateway.Events.Of<RouteFallback>()));
        await gateway.AssertEndsOnceAsync();
    }

    [Fact]
    public async Task Engine_ThatRefusesTheGateway_IsNotBlamedOnTheClient()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var gateway = await GatewayHost.StartAsync(engine);
        engine.Handler = static context =>
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return context.Response.WriteAsync("secret detail");
        };

        using var response = await gateway.ChatAsync();

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Contains("InternalToken", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("engine_refused", Assert.Single(await gateway.EventsAsync<RequestFailed>()).ErrorCode);
        await gateway.AssertEndsOnceAsync();
    }

    [Fact]
    public async Task Engines_AllUnreachable_AreEachTriedOnce()
    {
        await using var gateway = await GatewayHost.StartAsync([Nowhere, "http://127.0.0.1:19", "http://127.0.0.1:13"]);

        using var response = await gateway.ChatAsync();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        await gateway.EventsAsync<RequestFailed>();
        Assert.Equal(2, gateway.Events.Of<RouteFallback>().Count);
        await gateway.AssertEndsOnceAsync();
    }

    [Theory]
    [InlineData(false, "timeout")]
    [InlineData(true, "timeout")]
    public async Task Answer_ThatTakesTooLong_IsGivenUp(bool afterFirstByte, string code)
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var gateway = await GatewayHost.StartAsync(engine, ("FakeAi:Gateway:EngineTimeout", "00:00:01"));
        engine.Handler = async context =>
        {
            if (afterFirstByte)
            {
                await context.Response.WriteAsync("data: 1\n\n");
                await context.Response.Body.FlushAsync();
            }

            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);
        };

        using var response = await gateway.OpenAsync();

        Assert.Equal(afterFirstByte ? 200 : 504, (int)response.StatusCode);
        if (afterFirstByte)
        {
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => response.Content.ReadAsStringAsync());
        }

        Assert.Equal(code, (await gateway.EventsAsync<RequestFailed>())[0].ErrorCode);
        await gateway.AssertEndsOnceAsync();
    }
}
