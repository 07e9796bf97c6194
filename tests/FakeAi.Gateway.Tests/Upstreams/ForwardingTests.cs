using System.Net;
using System.Text;
using FakeAi.Contracts.Events;
using FakeAi.Contracts.Wire;
using FakeAi.Gateway.Tests.Hosting;
using Microsoft.AspNetCore.Http;

namespace FakeAi.Gateway.Tests.Upstreams;

public sealed class ForwardingTests
{
    private const string Streamed = """{"stream":true,"model":"gpt-4o","messages":[]}""";

    [Fact]
    public async Task Request_WithOddBytes_ReachesTheEngineUnchanged()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var gateway = await GatewayHost.StartAsync(engine, ("FakeAi:InternalToken", "secret"));
        byte[] received = [];
        var headers = new HeaderDictionary();
        engine.Handler = async context =>
        {
            using var copy = new MemoryStream();
            await context.Request.Body.CopyToAsync(copy);
            received = copy.ToArray();
            headers = new HeaderDictionary(context.Request.Headers.ToDictionary());
            Assert.Equal("HTTP/2", context.Request.Protocol);
            await FakeEngine.AnswerAsync(context);
        };
        var body = new byte[300_000];
        new Random(7).NextBytes(body);
        "{ \"model\" : \"m\",\"x\":\"\\u00e9\" "u8.CopyTo(body);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = new ByteArrayContent(body) };
        request.Content.Headers.TryAddWithoutValidation("content-type", "application/json; charset=utf-8");
        request.Headers.Add("x-fakeai-ttft-ms", "0");
        request.Headers.Add("x-fakeai-int-received", "1");
        request.Headers.Add("x-fakeai-int-fast", "1");
        request.Headers.Add("x-fakeai-int-token", "guess");
        request.Headers.Add("x-request-id", "mine");
        request.Headers.Add("x-client-request-id", "client-7");
        request.Headers.Add("authorization", "Bearer sk-abcdefghijklmnop");
        request.Headers.Add("cookie", "a=b");

        using var response = await gateway.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(body, received);
        var id = Assert.Single(response.Headers.GetValues("x-request-id"));
        Assert.Equal(id, headers["x-request-id"]);
        Assert.Equal("client-7", Assert.Single(response.Headers.GetValues("x-client-request-id")));
        Assert.Equal("0", headers["x-fakeai-ttft-ms"]);
        Assert.Equal("secret", headers[InternalHeaders.Token]);
        Assert.InRange(long.Parse(headers[InternalHeaders.Received].ToString(), null), 1_700_000_000_000_000, long.MaxValue);
        Assert.False(headers.ContainsKey(InternalHeaders.Fast));
        Assert.False(headers.ContainsKey("authorization"));
        Assert.False(headers.ContainsKey("cookie"));
        var started = Assert.Single(await gateway.EventsAsync<RequestStarted>());
        Assert.Equal(("m", 300_000L, "sk-…mnop"), (started.Model, started.BodyBytes, started.Key));
    }

    [Fact]
    public async Task Answer_OfManyKinds_ComesBackByteExactWithoutInternalHeaders()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var gateway = await GatewayHost.StartAsync(engine, ("FakeAi:Gateway:Organization", "acme"));
        var body = new byte[200_000];
        new Random(8).NextBytes(body);
        engine.Handler = async context =>
        {
            context.Response.ContentType = "application/json";
            context.Response.Headers["x-fakeai-scheduled-ttft-ms"] = "12.5";
            context.Response.Headers[InternalHeaders.Model] = "gpt-4o-mini";
            context.Response.Headers["x-fakeai-int-other"] = "hidden";
            FakeEngine.Trail(context.Response, 7, 3, "stop");
            await context.Response.Body.WriteAsync(body);
        };

        using var response = await gateway.ChatAsync();

        Assert.Equal(body, await response.Content.ReadAsByteArrayAsync());
        var headers = response.Headers.Concat(response.Content.Headers).Concat(response.TrailingHeaders).ToDictionary(
            static h => h.Key, static h => string.Join(",", h.Value), StringComparer.OrdinalIgnoreCase);
        Assert.DoesNotContain(headers.Keys, static name => name.StartsWith(InternalHeaders.Prefix, StringComparison.OrdinalIgnoreCase));
        Assert.Equal("12.5", headers["x-fakeai-scheduled-ttft-ms"]);
        Assert.Equal("engine-0", headers["x-fakeai-upstream"]);
        Assert.Equal("2020-10-01", headers["openai-version"]);
        Assert.Equal("acme", headers["openai-organization"]);
        Assert.Matches("^[0-9]+$", headers["openai-processing-ms"]);
        Assert.False(headers.ContainsKey("server"));
        var completed = Assert.Single(await gateway.EventsAsync<RequestCompleted>());
        Assert.Equal(("gpt-4o-mini", 200, 7, 3, "stop", 200_000L), (completed.Model, completed.Status, completed.InputTokens, completed.OutputTokens, completed.FinishReason, completed.BytesOut));
        Assert.Null(completed.TtftUs);
        Assert.Equal(completed.DurationUs, completed.E2eUs);
        Assert.InRange(completed.FirstByteUs, 1, completed.DurationUs);
        Assert.Equal(new RouteSelected("engine-0", "only"), Assert.Single(gateway.Events.Of<RouteSelected>()));
        Assert.Equal(
            ["request.started", "route.selected", "request.completed"],
            gateway.Events.Events.Select(static e => e.Data.Type));
        await gateway.AssertEndsOnceAsync();
    }

    [Fact]
    public async Task Stream_WhoseEngineWaits_ArrivesChunkByChunk()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var gateway = await GatewayHost.StartAsync(engine);
        using var next = new SemaphoreSlim(0);
        engine.Handler = async context =>
        {
            context.Response.ContentType = "text/event-stream";
            FakeEngine.Trail(context.Response, 5, 2, "length");
            foreach (var chunk in new[] { "data: 1\n\n", "data: 2\n\n", "data: [DONE]\n\n" })
            {
                await context.Response.WriteAsync(chunk);
                await context.Response.Body.FlushAsync();
                await next.WaitAsync(context.RequestAborted);
            }
        };

        using var response = await gateway.OpenAsync(Streamed);
        await using var body = await response.Content.ReadAsStreamAsync();
        foreach (var chunk in new[] { "data: 1\n\n", "data: 2\n\n", "data: [DONE]\n\n" })
        {
            // The engine writes the next one only after this one was seen.
            Assert.Equal(chunk, await ReadAsync(body, chunk.Length));
            Assert.Empty(gateway.Events.Of<RequestCompleted>());
            next.Release();
        }

        Assert.Equal(0, await body.ReadAsync(new byte[1]));
        Assert.Equal("text/event-stream; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("no-cache", response.Headers.CacheControl?.ToString());
        var completed = Assert.Single(await gateway.EventsAsync<RequestCompleted>());
        Assert.Equal((true, 1500L, 2500L, 5, 2, "length", 32L), (completed.Stream, completed.TtftUs!.Value, completed.E2eUs, completed.InputTokens, completed.OutputTokens, completed.FinishReason, completed.BytesOut));
        await gateway.AssertEndsOnceAsync();
    }

    [Theory]
    [InlineData(400, """{"error":{"message":"'messages' is missing","type":"invalid_request_error","param":"messages","code":"missing_required_parameter"}}""", "missing_required_parameter", "messages", "warning")]
    [InlineData(500, """{"error":{"message":"oops","type":"server_error","param":null,"code":null}}""", null, null, "error")]
    [InlineData(503, "not json", null, null, "critical")]
    public async Task Error_OfTheEngine_IsPassedOnAndTold(int status, string body, string? code, string? param, string severity)
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var gateway = await GatewayHost.StartAsync(engine);
        engine.Handler = async context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(body);
        };

        using var response = await gateway.ChatAsync("{bad");

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(body, await response.Content.ReadAsStringAsync());
        var failed = Assert.Single(await gateway.EventsAsync<RequestFailed>());
        Assert.Equal((status, code), (failed.Status, failed.ErrorCode));
        var error = Assert.Single(gateway.Events.Of<ErrorOccurred>());
        Assert.Equal((param, severity), (error.Param, error.Severity));
        await gateway.AssertEndsOnceAsync();
    }

    [Fact]
    public async Task Error_WithALongMessage_IsCutInEventsOnly()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var gateway = await GatewayHost.StartAsync(engine);
        var body = $$$"""{"error":{"message":"{{{new string('m', 100_000)}}}","type":"invalid_request_error"}}""";
        var small = $$$"""{"error":{"message":"{{{new string('m', 1_000)}}}","type":"invalid_request_error"}}""";
        engine.Handler = async context =>
        {
            context.Response.StatusCode = 400;
            await context.Response.WriteAsync(context.Request.ContentLength == 2 ? small : body);
        };

        using var cut = await gateway.ChatAsync("{}");
        using var huge = await gateway.ChatAsync("{  }");

        Assert.Equal(small, await cut.Content.ReadAsStringAsync());
        Assert.Equal(body, await huge.Content.ReadAsStringAsync());
        await gateway.EventsAsync<RequestFailed>(2);
        Assert.Equal([512, "HTTP 400 from the engine".Length], gateway.Events.Of<ErrorOccurred>().Select(static e => e.Message.Length));
        await gateway.AssertEndsOnceAsync();
    }

    private static async Task<string> ReadAsync(Stream stream, int length)
    {
        var buffer = new byte[length];
        await stream.ReadExactlyAsync(buffer).AsTask().WaitAsync(TimeSpan.FromSeconds(5));
        return Encoding.UTF8.GetString(buffer);
    }
}
