using System.Net;
using System.Text;
using FakeAi.Contracts.Wire;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Tests.Hosting;
using FakeAi.TestKit;

namespace FakeAi.Engine.Tests.Streaming;

public sealed class ChunkLinkTests
{
    private const string Chat = "/v1/chat/completions";

    [Fact]
    public async Task Stream_OverTheLink_HasTheBytesHeadersAndTrailersOfOneOverHttp()
    {
        await using var engine = await EngineHost.StartAsync();
        await using var link = await LinkClient.OpenAsync(engine.Http.BaseAddress!, "00000000000000a1");
        using var plain = await engine.H2c.SendAsync(Request(null, 40), TestContext.Current.CancellationToken);
        var expected = await plain.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        using var response = await engine.H2c.SendAsync(Request($"{link.Id}.7", 40), TestContext.Current.CancellationToken);
        var (head, body, trailers) = await link.ReadStreamAsync(7);

        Assert.Equal(expected, body);
        Assert.Equal("", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal("1", Assert.Single(response.Headers.GetValues(InternalHeaders.Link)));
        Assert.Equal(plain.Content.Headers.ContentType!.ToString(), head["content-type"]);
        Assert.Equal("gpt-4o-mini", head[InternalHeaders.Model]);
        Assert.Equal("40", trailers[InternalHeaders.OutputTokens]);
        Assert.Equal("length", trailers[InternalHeaders.FinishReason]);
        await Eventually.IsTrueAsync(() => engine.Active == 0);
    }

    [Fact]
    public async Task Stream_WhoseReaderTakesNothing_StopsAtTheWindowAndGoesOnWithCredit()
    {
        await using var engine = await EngineHost.StartAsync();
        await using var link = await LinkClient.OpenAsync(engine.Http.BaseAddress!, "00000000000000a2");
        var response = engine.H2c.SendAsync(Request($"{link.Id}.1", 4_000), TestContext.Current.CancellationToken);
        var taken = 0;
        var body = new StringBuilder();
        while (taken < ChunkFrames.WindowBytes)
        {
            var (_, kind, payload) = await link.ReadAsync();
            Assert.NotEqual(ChunkKind.Last, kind);
            taken += kind == ChunkKind.Data ? payload.Length : 0;
            body.Append(kind == ChunkKind.Data ? Encoding.UTF8.GetString(payload) : "");
        }

        // At most one write more than the window, however long it waits.
        Assert.InRange(taken, ChunkFrames.WindowBytes, ChunkFrames.WindowBytes + PacedStream.MostMergedBytes + 4_096);
        await Eventually.IsTrueAsync(() => engine.Service<StreamManager>().List("paused", null).Streams.Count == 1);
        await link.CreditAsync(1, taken);
        while (true)
        {
            var (_, kind, payload) = await link.ReadAsync();
            if (kind == ChunkKind.Last)
            {
                var (trailers, skip) = ChunkFrames.ReadFields(payload);
                body.Append(Encoding.UTF8.GetString(payload.AsSpan(skip)));
                Assert.Equal("4000", trailers[InternalHeaders.OutputTokens]);
                break;
            }

            body.Append(Encoding.UTF8.GetString(payload));
            await link.CreditAsync(1, payload.Length);
        }

        Assert.EndsWith("data: [DONE]\n\n", body.ToString(), StringComparison.Ordinal);
        Assert.Equal(4_000, body.ToString().Split("\"delta\":{\"content\":").Length - 1);
        (await response).Dispose();
    }

    [Fact]
    public async Task Streams_WhoseLinkEnds_AreCancelledAndFreed()
    {
        await using var engine = await EngineHost.StartAsync();
        var link = await LinkClient.OpenAsync(engine.Http.BaseAddress!, "00000000000000a3");
        var answers = Enumerable.Range(1, 5)
            .Select(i => engine.H2c.SendAsync(Request($"{link.Id}.{i}", 500, itlMs: 20), TestContext.Current.CancellationToken)).ToList();
        await Eventually.IsTrueAsync(() => engine.Active == 5);
        await link.ReadAsync();

        await link.DisposeAsync();

        await Eventually.IsTrueAsync(() => engine.Active == 0);
        Assert.Equal(5, engine.Service<StreamManager>().List("cancelled", null).Streams.Count);
        foreach (var answer in answers)
        {
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => answer);
        }
    }

    [Fact]
    public async Task Request_OfALinkThatIsNotThere_IsAnsweredOverHttp()
    {
        await using var engine = await EngineHost.StartAsync();
        using var response = await engine.H2c.SendAsync(Request("00000000000000ff.1", 5), TestContext.Current.CancellationToken);

        Assert.False(response.Headers.Contains(InternalHeaders.Link));
        Assert.EndsWith("data: [DONE]\n\n", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        using var plain = await engine.Http.GetAsync(new Uri(ChunkFrames.Route, UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.UpgradeRequired, plain.StatusCode);
    }

    private static HttpRequestMessage Request(string? place, int tokens, int itlMs = 0)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, Chat)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new StringContent(
                $$"""{"model":"gpt-4o-mini","stream":true,"max_tokens":{{tokens}},"messages":[{"role":"user","content":"Write 4000 words about the sea."}]}""",
                Encoding.UTF8, "application/json"),
        };
        request.Headers.Add(PublicHeaders.TtftMs, "0");
        request.Headers.Add(PublicHeaders.ItlMs, $"{itlMs}");
        request.Headers.Add(PublicHeaders.Deterministic, "1");
        if (place is not null)
        {
            request.Headers.Add(InternalHeaders.Link, place);
        }

        return request;
    }
}
