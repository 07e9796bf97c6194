using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FakeAi.Contracts.Events;
using FakeAi.Contracts.Wire;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Streaming.Generators;
using FakeAi.Engine.Tests.Hosting;
using Sample;

namespace FakeAi.Engine.Tests.Streaming;

/// <summary>Generators' streams and the admin routes, on a real engine.</summary>
public sealed class StreamsTests
{
    private const string Streams = "/v1/fakeai/streams/";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Text_InEventsAndLines_HasDenseNumbersAndTheWholeText()
    {
        await using var host = await EngineHost.StartAsync(("FakeAi:Engine:TimeScale", "0"));
        const string Body = """{"input":"Explain rivers","chunk_tokens_min":2,"chunk_tokens_max":7,"max_tokens":60}""";
        using var events = await PostAsync(host.H2c, Streams + "text", Body);
        using var lines = await PostAsync(host.H2c, Streams + "text?format=jsonl", Body);
        using var plain = await PostAsync(host.H2c, Streams + "text", Body, ("accept", "text/plain"));
        var text = await events.Content.ReadAsStringAsync(Token);
        Assert.EndsWith("data: [DONE]\n\n", text, StringComparison.Ordinal);
        var chunks = text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries)[..^1].Select(e => JsonNode.Parse(e["data: ".Length..])!).ToArray();
        Assert.Equal(Enumerable.Range(0, chunks.Length), chunks.Select(c => c["sequence"]!.GetValue<int>()));
        Assert.Equal((true, true), (chunks[0]["first"]!.GetValue<bool>(), chunks[^1]["last"]!.GetValue<bool>()));
        Assert.Equal(1, chunks.Count(c => c["last"]!.GetValue<bool>()));
        Assert.All(chunks[..^1], c => Assert.InRange(c["tokens"]!.GetValue<int>(), 2, 7));
        Assert.Equal(60, chunks.Sum(c => c["tokens"]!.GetValue<int>()));
        Assert.Equal(await plain.Content.ReadAsStringAsync(Token), string.Concat(chunks.Select(c => c["delta"]!["content"]!.ToString())));
        var rows = (await lines.Content.ReadAsStringAsync(Token)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(
            chunks.Select(c => c["delta"]!.ToJsonString()), rows[..^1].Select(r => JsonNode.Parse(r)!["delta"]!.ToJsonString()));
        Assert.Equal("60", events.TrailingHeaders.GetValues(InternalHeaders.OutputTokens).Single());
        await EngineHost.EventuallyAsync(() => host.Active == 0 && host.Events.Of<StreamCompleted>().Count == 3);
        Assert.All(host.Events.Of<StreamCompleted>(), c => Assert.Equal(("completed", 60), (c.Outcome, c.OutputTokens)));
    }

    [Fact]
    public async Task Binary_SameSeed_SameBytesOfTheLengthAskedFor()
    {
        await using var host = await EngineHost.StartAsync(("FakeAi:Engine:TimeScale", "0"));
        var bytes = new List<byte[]>();
        foreach (var seed in (int[])[1, 1, 2])
        {
            using var response = await PostAsync(
                host.H2c, Streams + "binary", $$"""{"bytes":10001,"chunk_bytes":1000,"seed":{{seed}}}""", ("accept", "application/octet-stream"));
            Assert.Equal("application/octet-stream", response.Content.Headers.ContentType!.ToString());
            bytes.Add(await response.Content.ReadAsByteArrayAsync(Token));
        }

        Assert.Equal(10_001, bytes[0].Length);
        Assert.Equal(bytes[0], bytes[1]);
        Assert.NotEqual(bytes[0], bytes[2]);
    }

    [Theory]
    [InlineData("nothing", "{}", 404, "generator_not_found")]
    [InlineData("text", "{}", 400, "invalid_input")]
    [InlineData("text", """{"input":"x","model":"nope"}""", 404, "model_not_found")]
    [InlineData("text", """{"input":"x","chunk_tokens_min":0}""", 400, "invalid_input")]
    [InlineData("binary", """{"bytes":0}""", 400, "invalid_input")]
    [InlineData("text", "[]", 400, null)]
    [InlineData("fails", "{}", 500, "generation_failed")]
    public async Task Request_ThatCannotBeServed_GetsAnErrorAndFreesItsSlot(string generator, string body, int status, string? code)
    {
        await using var host = await EngineHost.StartAsync(s => s.AddStreamGenerator<FailingGenerator>(), ("FakeAi:Engine:TimeScale", "0"));
        using var response = await PostAsync(host.H2c, Streams + generator, body, ("accept-encoding", "gzip"));
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(code, JsonNode.Parse(await response.Content.ReadAsStringAsync(Token))!["error"]!["code"]?.ToString());
        await EngineHost.EventuallyAsync(() => host.Active == 0 && host.Service<StreamManager>().Running == 0);
    }

    [Fact]
    public async Task Generator_ThatFailsOrHangsLater_EndsTheStreamWithAnErrorInIt()
    {
        await using var host = await EngineHost.StartAsync(
            s => s.AddStreamGenerator<FailingGenerator>(), ("FakeAi:Engine:TimeScale", "0"), ("FakeAi:Engine:IdleTimeoutSeconds", "1"));
        using var failed = await PostAsync(host.H2c, Streams + "fails", """{"after":2}""");
        var text = await failed.Content.ReadAsStringAsync(Token);
        Assert.Contains("\"code\":\"generation_failed\"", text.Split("\n\n")[2], StringComparison.Ordinal);
        Assert.Equal("failed", failed.TrailingHeaders.GetValues(InternalHeaders.Outcome).Single());
        using var plain = await PostAsync(host.H2c, Streams + "fails?format=text", """{"after":2}""");
        Assert.Equal("1", plain.TrailingHeaders.GetValues(InternalHeaders.Broken).Single());
        using var hung = await PostAsync(host.H2c, Streams + "fails?format=jsonl", """{"after":1,"hang":true}""");
        Assert.Contains("\"code\":\"idle_timeout\"", (await hung.Content.ReadAsStringAsync(Token)).Split('\n')[1], StringComparison.Ordinal);
        Assert.Equal("timed_out", hung.TrailingHeaders.GetValues(InternalHeaders.Outcome).Single());
        await EngineHost.EventuallyAsync(() => host.Active == 0 && host.Service<StreamManager>().Running == 0 && host.Service<ClockWheel>().Count == 0);
    }

    [Fact]
    public async Task ClientLeaves_WhileAGeneratorWaits_FreesTheSlot()
    {
        await using var host = await EngineHost.StartAsync(s => s.AddStreamGenerator<FailingGenerator>());
        using var cancel = new CancellationTokenSource();
        var pending = PostAsync(host.H2c, Streams + "fails", """{"after":1,"hang":true}""", cancel.Token, (PublicHeaders.TtftMs, "1"));
        await EngineHost.EventuallyAsync(() => host.Service<StreamManager>().List("running", null).Streams is [{ Tokens: 1 }]);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pending);
        await EngineHost.EventuallyAsync(() => host.Active == 0 && host.Service<StreamManager>().Running == 0);
        Assert.Equal("cancelled", Assert.Single(host.Events.Of<StreamCompleted>()).Outcome);
    }

    [Fact]
    public async Task Sample_OfTheDocumentation_IsThisCodeAndRuns()
    {
        var document = await File.ReadAllTextAsync(Path.Combine(Root(), "docs", "custom-streams.md"), Token);
        foreach (var file in (string[])["CountdownGenerator.cs", "ShoutFormatter.cs"])
        {
            var code = await File.ReadAllTextAsync(Path.Combine(Root(), "tests", "FakeAi.Engine.Tests", "Streaming", "Samples", file), Token);
            Assert.Contains($"```csharp\n{code}```", document, StringComparison.Ordinal);
        }

        await using var host = await EngineHost.StartAsync(
            s => s.AddStreamGenerator<CountdownGenerator>().AddStreamFormatter<ShoutFormatter>(), ("FakeAi:Engine:TimeScale", "0"));
        using var response = await PostAsync(host.H2c, Streams + "countdown?format=shout", """{"from":3,"model_timing":true}""");
        Assert.Equal("text/x-shout; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Equal("0: 3!\n1: 2!\n2: 1!\nDONE!\n", await response.Content.ReadAsStringAsync(Token));
        var sent = System.Diagnostics.Stopwatch.GetTimestamp();
        using var timed = await PostAsync(host.H2c, Streams + "countdown", """{"from":2}""", ("accept", "text/x-shout"));
        Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(sent) >= TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Admin_PausesResumesAndCancelsARunningStream()
    {
        await using var host = await EngineHost.StartAsync(("FakeAi:InternalToken", "inner"));
        host.H2c.DefaultRequestHeaders.Add(InternalHeaders.Token, "inner");
        const string Body = """{"model":"gpt-4o-mini","messages":[{"role":"user","content":"Write 2000 words about deserts"}],"stream":true}""";
        var pending = PostAsync(host.H2c, "/v1/chat/completions", Body, (PublicHeaders.RequestId, "req_a"), (PublicHeaders.TtftMs, "1"), (PublicHeaders.ItlMs, "20"), (InternalHeaders.Client, "sk-...wxyz"));
        var streams = host.Service<StreamManager>();
        await EngineHost.EventuallyAsync(() => streams.Status("req_a") is { Tokens: > 2 });
        var list = JsonNode.Parse(await host.H2c.GetStringAsync(new Uri("/admin/streams?state=running&model=gpt-4o-mini", UriKind.Relative), Token))!;
        Assert.Equal(("req_a", 1), (list["streams"]![0]!["id"]!.ToString(), list["active"]!.GetValue<int>()));
        Assert.Equal(HttpStatusCode.OK, await CommandAsync(host, "req_a/pause"));
        Assert.Equal(HttpStatusCode.Conflict, await CommandAsync(host, "req_a/pause"));
        await EngineHost.EventuallyAsync(() => streams.Status("req_a") is { State: "paused" });
        Assert.Equal(HttpStatusCode.OK, await CommandAsync(host, "req_a/resume"));
        Assert.Equal(HttpStatusCode.OK, await CommandAsync(host, "req_a/cancel"));
        using var response = await pending;
        var text = await response.Content.ReadAsStringAsync(Token);
        Assert.Equal("cancelled", response.TrailingHeaders.GetValues(InternalHeaders.Outcome).Single());
        Assert.Contains("\"code\":\"stream_cancelled\"", text.Split("\n\n")[^2], StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, await CommandAsync(host, "req_b/cancel"));
        await EngineHost.EventuallyAsync(() => streams.Running == 0);
        Assert.Equal(HttpStatusCode.Conflict, await CommandAsync(host, "req_a/cancel"));
        var status = JsonNode.Parse(await host.H2c.GetStringAsync(new Uri("/admin/streams/req_a", UriKind.Relative), Token))!;
        Assert.Equal(("cancelled", "admin", "chat"), (status["state"]!.ToString(), status["cause"]!.ToString(), status["type"]!.ToString()));
        Assert.Equal("sk-...wxyz", status["client"]!.ToString());
        Assert.True(status["metrics"]!["bytes"]!.GetValue<long>() > 0);
        Assert.InRange(status["progress_percent"]!.GetValue<double>(), 0.01, 90);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Admin_CancelsBeforeTheFirstByte_WithAnErrorThatIsNotRepeated(bool stream)
    {
        await using var host = await EngineHost.StartAsync();
        var body = $$"""{"model":"gpt-4o-mini","messages":[{"role":"user","content":"hi"}],"stream":{{(stream ? "true" : "false")}}}""";
        var pending = PostAsync(host.H2c, "/v1/chat/completions", body, (PublicHeaders.RequestId, "req_a"), (PublicHeaders.TtftMs, "600000"), ("accept-encoding", "br"));
        await EngineHost.EventuallyAsync(() => host.Service<StreamManager>().Status("req_a") is { State: "running" });
        Assert.Equal(CommandResult.Done, host.Service<StreamManager>().Cancel("req_a"));
        using var response = await pending;
        Assert.Equal((499, "cancelled"), ((int)response.StatusCode, response.Headers.GetValues(InternalHeaders.Outcome).Single()));
        Assert.Equal("stream_cancelled", JsonNode.Parse(await response.Content.ReadAsStringAsync(Token))!["error"]!["code"]!.ToString());
    }

    internal static Task<HttpResponseMessage> PostAsync(HttpClient client, string path, string body, params (string Name, string Value)[] headers) =>
        PostAsync(client, path, body, TestContext.Current.CancellationToken, headers);

    private static async Task<HttpResponseMessage> PostAsync(
        HttpClient client, string path, string body, CancellationToken cancellationToken, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
            Version = client.DefaultRequestVersion,
            VersionPolicy = client.DefaultVersionPolicy,
        };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await client.SendAsync(request, cancellationToken);
    }

    private static async Task<HttpStatusCode> CommandAsync(EngineHost host, string command)
    {
        using var response = await host.H2c.PostAsync(new Uri("/admin/streams/" + command, UriKind.Relative), null, Token);
        return response.StatusCode;
    }

    private static string Root([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", ".."));

    private sealed class FailingGenerator : IStreamGenerator
    {
        public string Name => "fails";

        public StreamType Type => StreamType.Custom;

        public async IAsyncEnumerable<StreamChunk> GenerateAsync(
            StreamContext context, JsonElement request, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            for (var i = 0; i < (request.TryGetProperty("after", out var after) ? after.GetInt32() : 0); i++)
            {
                yield return StreamChunk.Text("word ", 1);
            }

            if (request.TryGetProperty("hang", out _))
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }

            throw new InvalidOperationException("no more");
        }
    }
}
