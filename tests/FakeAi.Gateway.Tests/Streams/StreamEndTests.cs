using System.IO.Compression;
using System.Net;
using FakeAi.Contracts.Events;
using FakeAi.Contracts.Wire;
using FakeAi.Gateway.Tests.Hosting;
using Microsoft.AspNetCore.Http;

namespace FakeAi.Gateway.Tests.Streams;

public sealed class StreamEndTests
{
    private const string Streamed = """{"stream":true,"model":"gpt-4o","messages":[]}""";

    [Theory]
    [InlineData("cancelled", false)]
    [InlineData("cancelled", true)]
    [InlineData("failed", false)]
    [InlineData("timed_out", true)]
    public async Task Stream_EndedByTheEngine_CountsAsItsTrailerSays(string outcome, bool broken)
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var gateway = await GatewayHost.StartAsync(engine);
        var seen = new TaskCompletionSource();
        engine.Handler = async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("data: {\"error\":{}}\n\n");
            await context.Response.Body.FlushAsync();
            await seen.Task;
            context.Response.AppendTrailer(InternalHeaders.Outcome, outcome);
            if (broken)
            {
                context.Response.AppendTrailer(InternalHeaders.Broken, "1");
            }
        };

        using var response = await gateway.OpenAsync(Streamed);
        seen.SetResult();
        var body = response.Content.ReadAsStringAsync();
        if (broken)
        {
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => body);
        }
        else
        {
            Assert.Equal("data: {\"error\":{}}\n\n", await body);
        }

        if (outcome == "cancelled")
        {
            Assert.Equal("cancelled", Assert.Single(await gateway.EventsAsync<RequestCancelled>()).Reason);
        }
        else
        {
            Assert.Equal(outcome == "failed" ? "generation_failed" : "timeout", Assert.Single(await gateway.EventsAsync<RequestFailed>()).ErrorCode);
        }

        await gateway.AssertEndsOnceAsync();
    }

    [Fact]
    public async Task Request_CancelledBeforeItsFirstByte_CountsAsCancelledThoughAnsweredWithAnError()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var gateway = await GatewayHost.StartAsync(engine);
        engine.Handler = context =>
        {
            context.Response.StatusCode = 499;
            context.Response.Headers[InternalHeaders.Outcome] = "cancelled";
            return context.Response.WriteAsync("""{"error":{"message":"The stream was cancelled.","code":"stream_cancelled"}}""");
        };

        using var response = await gateway.ChatAsync();

        Assert.Equal(499, (int)response.StatusCode);
        Assert.False(response.Headers.Contains(InternalHeaders.Outcome));
        Assert.Equal("cancelled", Assert.Single(await gateway.EventsAsync<RequestCancelled>()).Reason);
        Assert.Empty(gateway.Events.Of<ErrorOccurred>());
        await gateway.AssertEndsOnceAsync();
    }

    [Fact]
    public async Task CompressedAnswer_PassesUnchangedWithItsTrailersCounted()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var gateway = await GatewayHost.StartAsync(engine);
        var asked = "";
        engine.Handler = async context =>
        {
            asked = $"{context.Request.Headers.AcceptEncoding} {context.Request.QueryString} {context.Request.Headers[InternalHeaders.Client]}";
            context.Response.Headers.ContentEncoding = "gzip";
            FakeEngine.Trail(context.Response, 7, 3, "stop");
            await using var gzip = new GZipStream(context.Response.Body, CompressionLevel.Fastest);
            await gzip.WriteAsync("hello"u8.ToArray());
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions?format=jsonl&other=1") { Content = GatewayHost.Json(Streamed) };
        request.Headers.TryAddWithoutValidation("accept-encoding", "gzip;q=0.5, br;q=0");
        request.Headers.TryAddWithoutValidation("authorization", "Bearer sk-abcdefghijklmnop");

        using var response = await gateway.Client.SendAsync(request);

        Assert.Equal("gzip;q=0.5, br;q=0 ?format=jsonl sk-...mnop", asked);
        Assert.Equal("gzip", response.Content.Headers.ContentEncoding.Single());
        await using var plain = new GZipStream(await response.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
        using var reader = new StreamReader(plain);
        Assert.Equal("hello", await reader.ReadToEndAsync());
        Assert.Equal(3, Assert.Single(await gateway.EventsAsync<RequestCompleted>()).OutputTokens);
    }

    [Fact]
    public async Task GeneratorStream_ReachesTheEngineByItsName()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var gateway = await GatewayHost.StartAsync(engine);
        var seen = new List<string>();
        engine.Handler = context =>
        {
            seen.Add(context.Request.Path + context.Request.QueryString.ToString());
            return FakeEngine.AnswerAsync(context);
        };

        foreach (var path in (string[])["text", "my-own_2?format=a%26b%3D1", "Bad.Name", "x%2Fy"])
        {
            using var response = await gateway.Client.PostAsync("/v1/fakeai/streams/" + path, GatewayHost.Json("""{"model":"gpt-4o"}"""));
            Assert.Equal(path[0] is 't' or 'm' ? HttpStatusCode.OK : HttpStatusCode.BadRequest, response.StatusCode);
        }

        Assert.Equal(["/v1/fakeai/streams/text", "/v1/fakeai/streams/my-own_2?format=a%26b%3D1"], seen);
        var completed = await gateway.EventsAsync<RequestCompleted>(2);
        Assert.All(completed, c => Assert.Equal(("/v1/fakeai/streams/{generator}", true), (c.Endpoint, c.Stream)));
        await gateway.AssertEndsOnceAsync();
    }
}
