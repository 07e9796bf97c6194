using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FakeAi.Contracts.Catalogue;
using FakeAi.Contracts.Wire;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Tests.Hosting;

namespace FakeAi.Engine.Tests.Dialects;

public sealed class ChatProtocolTests(FastEngine engine) : IClassFixture<FastEngine>
{
    private static readonly ITokenizer s_tokenizer = new Tokenizers().For(ModelCatalogue.Default.Models.First(m => m.Id == "gpt-4o"));

    private static readonly (string, string) s_deterministic = (PublicHeaders.Deterministic, "1");

    [Fact]
    public async Task Streamed_WithUsage_IsByteForByteOpenAisProtocol()
    {
        using var response = await engine.Host.PostAsync(
            """{"model":"gpt-4o-mini","messages":[{"role":"user","content":"hi"}],"max_tokens":2,"stream":true,"stream_options":{"include_usage":true,"include_obfuscation":false}}""",
            s_deterministic);

        Assert.Equal("text/event-stream; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        const string Head = """data: {"id":"chatcmpl-9KEB4xCG8rsIVGckFRLhIhA6xgPCI","object":"chat.completion.chunk","created":1752014934,"model":"gpt-4o-mini-2024-07-18","service_tier":"default","system_fingerprint":"fp_0b8457c150","choices":[""";
        const string Expected =
            Head + """{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}],"usage":null}""" + "\n\n"
            + Head + """{"index":0,"delta":{"content":"Good"},"logprobs":null,"finish_reason":null}],"usage":null}""" + "\n\n"
            + Head + """{"index":0,"delta":{"content":" to"},"logprobs":null,"finish_reason":null}],"usage":null}""" + "\n\n"
            + Head + """{"index":0,"delta":{},"logprobs":null,"finish_reason":"length"}],"usage":null}""" + "\n\n"
            + Head + """],"usage":{"prompt_tokens":8,"completion_tokens":2,"total_tokens":10,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}}""" + "\n\n"
            + "data: [DONE]\n\n";
        Assert.Equal(Expected, await BodyAsync(response));
    }

    [Fact]
    public async Task Streamed_Plainly_HasNoUsageAndPaddedChunks()
    {
        using var response = await engine.Host.PostAsync("""{"model":"gpt-4o","messages":[{"role":"user","content":"Tell me about rivers"}],"stream":true}""");
        var body = await BodyAsync(response);
        Assert.DoesNotContain("usage", body, StringComparison.Ordinal);
        var chunks = Chunks(body);
        Assert.Single(chunks.Select(c => (c["id"]!.ToString(), c["created"]!.ToString(), c["model"]!.ToString(), c["system_fingerprint"]!.ToString())).Distinct());
        Assert.Matches("^chatcmpl-[0-9A-Za-z]{29}$", chunks[0]["id"]!.ToString());
        Assert.All(chunks, c => Assert.Equal(0, ((Content(c) ?? "").Length + c["obfuscation"]!.ToString().Length) % 8));
        Assert.EndsWith("}\n\ndata: [DONE]\n\n", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whole_IsOpenAisCompletion()
    {
        using var response = await engine.Host.PostAsync(
            """{"model":"gpt-4o-mini","messages":[{"role":"user","content":"hi"}],"max_tokens":2}""", s_deterministic);
        Assert.Equal("application/json", response.Content.Headers.ContentType!.ToString());
        var compact = JsonNode.Parse(await BodyAsync(response))!.ToJsonString();
        Assert.Equal(
            """{"id":"chatcmpl-9KEB4xCG8rsIVGckFRLhIhA6xgPCI","object":"chat.completion","created":1752014934,"model":"gpt-4o-mini-2024-07-18","choices":[{"index":0,"message":{"role":"assistant","content":"Good to","refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"length"}],"usage":{"prompt_tokens":8,"completion_tokens":2,"total_tokens":10,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}},"service_tier":"default","system_fingerprint":"fp_0b8457c150"}""",
            compact);
    }

    [Theory]
    [InlineData("Explain rainbows")]
    [InlineData("Write Python code to sort a list")]
    [InlineData("List ten ideas about cafés \\\"quoted\\\" \\\\ backslash")]
    [InlineData("你好，请解释量子计算")]
    [InlineData("👩‍👩‍👧‍👦 and 🚀 explained")]
    public async Task StreamedAndWhole_SameSeed_SameTextAndUsage(string prompt)
    {
        for (var seed = 0; seed < 12; seed++)
        {
            var body = $$"""{"model":"gpt-4o","messages":[{"role":"system","content":"Be kind."},{"role":"user","content":"{{prompt}}"}],"seed":{{seed}},"n":2""";
            using var whole = await engine.Host.PostAsync(body + "}");
            using var streamed = await engine.Host.PostAsync(body + ""","stream":true,"stream_options":{"include_usage":true},"user":"x","metadata":{"a":"b"},"store":false}""");
            var expected = JsonNode.Parse(await BodyAsync(whole))!;
            var chunks = Chunks(await BodyAsync(streamed));
            for (var index = 0; index < 2; index++)
            {
                Assert.Equal(expected["choices"]![index]!["message"]!["content"]!.ToString(), string.Concat(ContentsOf(chunks, index)));
            }

            Assert.Equal(expected["usage"]!.ToJsonString(), chunks[^1]["usage"]!.ToJsonString());

            // A chunk is a token, or the tokens of one character: so many as the tokenizer says.
            var pieces = new List<TextPiece>();
            for (var index = 0; index < 2; index++)
            {
                s_tokenizer.Tokenize(expected["choices"]![index]!["message"]!["content"]!.ToString(), pieces);
            }

            Assert.Equal(pieces.Count, chunks.Count(c => Content(c) is { Length: > 0 }));
            Assert.Equal(pieces.Sum(p => p.Tokens), expected["usage"]!["completion_tokens"]!.GetValue<int>());
        }
    }

    [Fact]
    public async Task Streamed_SeveralChoices_AreInterleavedAndEachFinishesOnce()
    {
        using var response = await engine.Host.PostAsync("""{"model":"gpt-4o","messages":[{"role":"user","content":"Tell me about rivers"}],"stream":true,"n":3,"max_completion_tokens":10}""");
        var chunks = Chunks(await BodyAsync(response));
        Assert.Equal([0, 1, 2, 0, 1, 2, 0, 1, 2], chunks.Take(9).Select(Index));
        Assert.Equal([0, 1, 2], chunks.Where(c => c["choices"]![0]!["finish_reason"] is not null).Select(Index));
        Assert.Equal(3, Enumerable.Range(0, 3).Select(i => string.Concat(ContentsOf(chunks, i))).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task StopAtTheVeryBeginning_GivesAnEmptyAnswer()
    {
        const string Prompt = """{"model":"gpt-4o","messages":[{"role":"user","content":"Tell me about rivers"}]""";
        using var whole = await engine.Host.PostAsync(Prompt + "}");
        var text = JsonNode.Parse(await BodyAsync(whole))!["choices"]![0]!["message"]!["content"]!.ToString();
        using var response = await engine.Host.PostAsync($$"""{{Prompt}},"stream":true,"stop":{{JsonSerializer.Serialize(text[..2])}}}""");
        var chunks = Chunks(await BodyAsync(response));
        Assert.Equal(2, chunks.Count);
        Assert.Equal("stop", chunks[1]["choices"]![0]!["finish_reason"]!.ToString());
        Assert.Equal("0", Trailer(response, InternalHeaders.OutputTokens));
    }

    [Fact]
    public async Task Deterministic_TwoEngines_GiveTheSameBytes()
    {
        await using var other = await EngineHost.StartAsync(("FakeAi:Engine:TimeScale", "0"));
        await using var seeded = await EngineHost.StartAsync(("FakeAi:Engine:TimeScale", "0"), ("FakeAi:Seed", "43"));
        foreach (var tail in (string[])["}", ""","stream":true}"""])
        {
            var body = """{"model":"claude-sonnet-4-5","messages":[{"role":"user","content":"Compare tea and coffee"}],"seed":7""" + tail;
            using var one = await engine.Host.PostAsync(body, s_deterministic);
            using var two = await other.PostAsync(body, s_deterministic);
            using var three = await seeded.PostAsync(body, s_deterministic);
            var first = await BodyAsync(one);
            Assert.Equal(first, await BodyAsync(two));
            Assert.NotEqual(first, await BodyAsync(three));
            using var free = await engine.Host.PostAsync(body);
            Assert.NotEqual(first, await BodyAsync(free));
        }
    }

    [Theory]
    [InlineData(""" "logit_bias":{"5":1,"40":-2} """, """ "logit_bias" : { "40" : -2.0, "5" : 1 } """)]
    [InlineData(""" "logit_bias":{} """, """ "logit_bias":null """)]
    [InlineData(
        """ "tools":[{"type":"function","function":{"name":"a","parameters":{"type":"object","title":"\u00e9"}}}] """,
        """ "tools": [ { "type": "function",  "function": { "name": "a", "parameters": { "type": "object", "title": "é" } } } ] """)]
    public async Task Deterministic_SameFieldsSpelledDifferently_GiveTheSameBytes(string fields, string otherwise)
    {
        var bodies = new List<string>();
        foreach (var spelling in (string[])[fields, otherwise])
        {
            using var response = await engine.Host.PostAsync(
                $$"""{"model":"gpt-4o","messages":[{"role":"user","content":"Compare tea and coffee"}],{{spelling}}}""", s_deterministic);
            bodies.Add(await BodyAsync(response));
        }

        Assert.Equal(bodies[0], bodies[1]);
        Assert.Contains("chat.completion", bodies[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gpt-4o-mini", "gpt-4o-mini-2024-07-18")]
    [InlineData("gpt-4o-2024-11-20", "gpt-4o-2024-11-20")]
    [InlineData("claude-3-5-sonnet-20241022", "claude-3-5-sonnet-20241022")]
    [InlineData("meta-llama/llama-3.1-8b-instruct:free", "meta-llama/llama-3.1-8b-instruct:free")]
    [InlineData("ft:gpt-4o-mini:acme::abc", "ft:gpt-4o-mini:acme::abc")]
    public async Task Model_OfTheAnswer_IsTheSnapshotOfAFamilyId(string asked, string told)
    {
        using var response = await engine.Host.PostAsync($$"""{"model":"{{asked}}","messages":[{"role":"user","content":"hi"}]}""");
        Assert.Equal(told, JsonNode.Parse(await BodyAsync(response))!["model"]!.ToString());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Trailers_TellTokensFinishAndTimes(bool stream)
    {
        var streamText = stream ? "true" : "false";
        using var response = await engine.Host.PostAsync(
            $$"""{"model":"gpt-4o-mini","messages":[{"role":"user","content":"Tell me about rivers"}],"max_tokens":5,"stream":{{streamText}}}""",
            (PublicHeaders.TtftMs, "20"), (PublicHeaders.ItlMs, "0"));
        await BodyAsync(response);
        Assert.Equal("11", Trailer(response, InternalHeaders.InputTokens));
        Assert.Equal("5", Trailer(response, InternalHeaders.OutputTokens));
        Assert.Equal("length", Trailer(response, InternalHeaders.FinishReason));
        Assert.Equal(stream, Trailer(response, InternalHeaders.TtftUs) is not null);
        Assert.True(long.Parse(Trailer(response, InternalHeaders.E2eUs)!, CultureInfo.InvariantCulture) >= 0);
        Assert.NotNull(Trailer(response, InternalHeaders.LagUs));
        Assert.Equal("gpt-4o-mini", response.Headers.GetValues(InternalHeaders.Model).Single());
    }

    private static async Task<string> BodyAsync(HttpResponseMessage response)
    {
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync());
    }

    private static List<JsonNode> Chunks(string body) =>
        [.. body.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Where(l => l != "data: [DONE]").Select(l => JsonNode.Parse(l["data: ".Length..])!)];

    private static string? Content(JsonNode chunk) => chunk["choices"]!.AsArray() is { Count: > 0 } choices ? choices[0]!["delta"]!["content"]?.ToString() : null;

    private static int Index(JsonNode chunk) => chunk["choices"]![0]!["index"]!.GetValue<int>();

    private static IEnumerable<string?> ContentsOf(IEnumerable<JsonNode> chunks, int index) =>
        chunks.Where(c => c["choices"]!.AsArray().Count > 0 && Index(c) == index).Select(Content);

    private static string? Trailer(HttpResponseMessage response, string name) =>
        response.TrailingHeaders.TryGetValues(name, out var values) ? values.Single() : null;
}
