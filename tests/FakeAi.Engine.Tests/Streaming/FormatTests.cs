using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using FakeAi.Contracts.Catalogue;
using FakeAi.Contracts.Wire;
using FakeAi.Engine.Dialects.OpenAiChat;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Streaming.Compression;
using FakeAi.Engine.Streaming.Formatters;
using FakeAi.Engine.Tests.Hosting;

namespace FakeAi.Engine.Tests.Streaming;

public sealed class FormatTests(FastEngine engine) : IClassFixture<FastEngine>
{
    private const string Chat = """{"model":"gpt-4o-mini","messages":[{"role":"user","content":"Explain rainbows, café ☕"}],"max_tokens":40,"stream":true}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Chat_InEachFormat_IsTheSameAnswer()
    {
        using var whole = await PostAsync("/v1/chat/completions", Chat.Replace(",\"stream\":true", "", StringComparison.Ordinal), ("accept", "image/png"));
        var text = JsonNode.Parse(await whole.Content.ReadAsStringAsync(Token))!["choices"]![0]!["message"]!["content"]!.ToString();
        foreach (var (path, accept) in ((string, string)[])[("", "application/x-ndjson"), ("?format=jsonl", "text/event-stream"), ("", "text/html, application/jsonl;q=0.5, text/plain;q=0.1")])
        {
            using var lines = await PostAsync("/v1/chat/completions" + path, Chat, ("accept", accept));
            Assert.Equal("application/jsonl; charset=utf-8", lines.Content.Headers.ContentType!.ToString());
            var rows = (await lines.Content.ReadAsStringAsync(Token)).Split('\n');
            Assert.Equal(("{\"done\":true}", ""), (rows[^2], rows[^1]));
            Assert.Equal(text, string.Concat(rows[..^2].Select(r => JsonNode.Parse(r)!["choices"]![0]!["delta"]!["content"]?.ToString())));
            Assert.Equal("40", lines.TrailingHeaders.GetValues(InternalHeaders.OutputTokens).Single());
        }

        using var plain = await PostAsync("/v1/chat/completions?format=text", Chat);
        Assert.Equal("text/plain; charset=utf-8", plain.Content.Headers.ContentType!.ToString());
        Assert.Equal(text, await plain.Content.ReadAsStringAsync(Token));
        foreach (var accept in (string[])["application/json", "*/*", "text/event-stream", "not a media type"])
        {
            using var events = await PostAsync("/v1/chat/completions", Chat, ("accept", accept));
            Assert.EndsWith("\n\ndata: [DONE]\n\n", await events.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("/v1/chat/completions?format=xml", "*/*", 400)]
    [InlineData("/v1/chat/completions?format=binary", "*/*", 400)]
    [InlineData("/v1/chat/completions", "image/png", 406)]
    [InlineData("/v1/fakeai/streams/text?format=xml", "*/*", 400)]
    public async Task Format_ThatThereIsNot_IsRefusedInOpenAisShape(string path, string accept, int status)
    {
        using var response = await PostAsync(path, Chat.Replace("\"messages\"", path.Contains("chat", StringComparison.Ordinal) ? "\"messages\"" : "\"input\":\"x\",\"messages\"", StringComparison.Ordinal), ("accept", accept));
        Assert.Equal(status, (int)response.StatusCode);
        var error = JsonNode.Parse(await response.Content.ReadAsStringAsync(Token))!["error"]!;
        Assert.Equal(("invalid_request_error", "unsupported_format"), (error["type"]!.ToString(), error["code"]!.ToString()));
        Assert.Contains("sse, jsonl, text", error["message"]!.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gzip", "gzip")]
    [InlineData("br", "br")]
    [InlineData("gzip, deflate, br", "br")]
    [InlineData("br;q=0.5, gzip;q=0.8", "gzip")]
    [InlineData("*", "br")]
    [InlineData("", null)]
    [InlineData("identity", null)]
    [InlineData("gzip;q=0", null)]
    [InlineData("identity;q=1, gzip;q=0.5", null)]
    [InlineData("deflate, zstd", null)]
    public async Task Compression_AsTheClientAsks_GivesTheSameBytesBack(string accept, string? coding)
    {
        foreach (var body in (string[])[Chat + " ", Chat.Replace(",\"stream\":true", "", StringComparison.Ordinal).Replace("40", "400", StringComparison.Ordinal)])
        {
            using var plain = await PostAsync("/v1/chat/completions", body, (PublicHeaders.Deterministic, "1"));
            using var asked = await PostAsync("/v1/chat/completions", body, (PublicHeaders.Deterministic, "1"), ("accept-encoding", accept));
            Assert.Equal(coding, asked.Content.Headers.ContentEncoding.SingleOrDefault());
            Assert.Equal(await plain.Content.ReadAsStringAsync(Token), await DecodeAsync(asked, coding));
            Assert.NotEmpty(asked.TrailingHeaders.GetValues(InternalHeaders.OutputTokens));
        }

        Assert.Equal(0, engine.Host.Service<ContentCodings>().Active);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    public async Task Compression_OfAStream_LetsEachChunkBeDecodedWhenItComes(string coding)
    {
        await using var host = await EngineHost.StartAsync();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        using var response = await EngineHost.SendAsync(
            host.H2c, Chat, HttpCompletionOption.ResponseHeadersRead, cancel.Token,
            (PublicHeaders.TtftMs, "1"), (PublicHeaders.ItlMs, "60000"), ("accept-encoding", coding));
        var body = await response.Content.ReadAsStreamAsync(Token);
        await using Stream decoded = coding == "br" ? new BrotliStream(body, CompressionMode.Decompress) : new GZipStream(body, CompressionMode.Decompress);
        var text = "";
        var buffer = new byte[4096];
        while (text.Split("\n\n").Length < 3)
        {
            text += Encoding.UTF8.GetString(buffer, 0, await decoded.ReadAsync(buffer, Token).AsTask().WaitAsync(TimeSpan.FromSeconds(10), Token));
        }

        Assert.Contains("\"content\":\"", text.Split("\n\n")[1], StringComparison.Ordinal);
        await cancel.CancelAsync();
    }

    [Fact]
    public async Task Compression_BeyondItsBound_SendsAnswersAsTheyAre()
    {
        await using var host = await EngineHost.StartAsync(("FakeAi:Engine:MaxCompressed", "0"), ("FakeAi:Engine:TimeScale", "0"));
        using var response = await host.PostAsync(Chat, ("accept-encoding", "br"));
        Assert.Empty(response.Content.Headers.ContentEncoding);
        Assert.EndsWith("[DONE]\n\n", await response.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, null)]
    [InlineData(false, null)]
    [InlineData(false, 0)]
    public void ChunkWriter_SeveralSteps_AreJoinedWithinAPartUnlessTheirProbabilitiesAreTold(bool lines, int? logprobs)
    {
        var call = new CalledTool("call_1", "look", IsCustom: false);
        var answer = new Answer([new AnswerChoice(
            [
                new AnswerPart(PartKind.Reasoning, "hm, so", [new(3, 1), new(6, 1)]),
                new AnswerPart(PartKind.Content, "a \"b\" c", [new(2, 1), new(5, 1), new(7, 1)]),
                new AnswerPart(PartKind.ToolCall, "{\"x\":1}", [new(0, 2), new(5, 1), new(7, 1)], call),
            ],
            FinishReason.ToolCalls)]);
        var frame = lines ? StreamFrame.JsonLines : StreamFrame.ServerSentEvents;
        ModelCatalogue.Default.TryGet("gpt-4o", out var model);
        var request = new ChatRequest(
            new GenerationRequest { Model = model!, RequestedModel = "gpt-4o", Messages = [], MaxTokens = 9 }, "default", new StreamOptions(false, true))
        {
            TopLogprobs = logprobs,
        };
        var pipe = new System.IO.Pipelines.Pipe();
        var told = new ToldChat(request, new AnswerHead("id", 1, "m", "default", "fp"), answer, 0, 1, new Tokenizers().For(model!));
        var writer = new ChunkWriter(told, request.Stream!, frame);
        writer.WriteSteps(pipe.Writer, 0, 1);
        writer.WriteSteps(pipe.Writer, 1, 8);
        pipe.Writer.Complete();
        var deltas = StreamWorld.Take(pipe.Reader).Split(lines ? "\n" : "\n\n", StringSplitOptions.RemoveEmptyEntries)
            .Select(c => JsonNode.Parse(lines ? c : c["data: ".Length..])!["choices"]![0]!).ToArray();
        string[] content = logprobs is null ? ["a \"b\" c"] : ["a ", "\"b\"", " c"];
        Assert.Equal(["hm,", " so"], deltas[..2].Select(d => d["delta"]!["reasoning_content"]!.ToString()));
        Assert.Equal(content, deltas[2..^3].Select(d => d["delta"]!["content"]!.ToString()));
        Assert.All(deltas[2..^3], d => Assert.Equal(logprobs is not null, d["logprobs"] is not null));
        Assert.Equal(["", "{\"x\":1}"], deltas[^3..^1].Select(d => d["delta"]!["tool_calls"]![0]!["function"]!["arguments"]!.ToString()));
        Assert.Equal("tool_calls", deltas[^1]["finish_reason"]!.ToString());
    }

    [Fact]
    public async Task PlainText_OfPartsAndOfCompletions_IsTheContentAlone()
    {
        const string Reasons = """{"model":"deepseek-ai/DeepSeek-R1","messages":[{"role":"user","content":"Why?"}],"max_tokens":900}""";
        using var whole = await PostAsync("/v1/chat/completions", Reasons);
        var message = JsonNode.Parse(await whole.Content.ReadAsStringAsync(Token))!["choices"]![0]!["message"]!;
        Assert.NotEqual("", message["reasoning_content"]!.ToString());
        using var plain = await PostAsync("/v1/chat/completions?format=text", Reasons[..^1] + ",\"stream\":true}");
        Assert.Equal(message["content"]!.ToString(), await plain.Content.ReadAsStringAsync(Token));

        const string Completion = """{"model":"gpt-3.5-turbo-instruct","prompt":"Once upon","echo":true,"max_tokens":12,"stream":true}""";
        using var events = await PostAsync("/v1/completions", Completion);
        var rows = (await events.Content.ReadAsStringAsync(Token)).Split("\n\n", StringSplitOptions.RemoveEmptyEntries)[..^1];
        using var text = await PostAsync("/v1/completions?format=text", Completion);
        Assert.Equal(string.Concat(rows.Select(r => JsonNode.Parse(r["data: ".Length..])!["choices"]![0]!["text"]!.ToString())), await text.Content.ReadAsStringAsync(Token));
        using var two = await PostAsync("/v1/completions?format=text", Completion[..^1] + ",\"n\":2}");
        Assert.Equal(400, (int)two.StatusCode);
    }

    private Task<HttpResponseMessage> PostAsync(string path, string body, params (string Name, string Value)[] headers) =>
        StreamsTests.PostAsync(engine.Host.H2c, path, body, headers);

    private static async Task<string> DecodeAsync(HttpResponseMessage response, string? coding)
    {
        await using var body = await response.Content.ReadAsStreamAsync(Token);
        await using Stream decoded = coding switch
        {
            "br" => new BrotliStream(body, CompressionMode.Decompress),
            "gzip" => new GZipStream(body, CompressionMode.Decompress),
            _ => body,
        };
        using var reader = new StreamReader(decoded);
        return await reader.ReadToEndAsync(Token);
    }
}
