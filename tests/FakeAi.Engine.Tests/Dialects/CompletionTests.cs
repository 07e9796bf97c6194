using System.Net;
using System.Text.Json.Nodes;
using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Tests.Hosting;

namespace FakeAi.Engine.Tests.Dialects;

public sealed class CompletionTests(FastEngine engine) : IClassFixture<FastEngine>
{
    private const string Route = "/v1/completions";

    [Theory]
    [InlineData("""{"prompt":"Write about rivers."}""", 1)]
    [InlineData("""{"prompt":["Write about rivers.","The colour of the sky is","x"],"n":3,"max_tokens":20}""", 9)]
    [InlineData("""{"prompt":["Grüße, 世界","b"],"echo":true,"logprobs":3,"max_tokens":12}""", 2)]
    [InlineData("""{"prompt":"Echo only","echo":true,"max_tokens":0}""", 1)]
    [InlineData("""{"prompt":"Nothing","max_tokens":0}""", 1)]
    [InlineData("""{"prompt":null,"stop":["e","a"],"max_tokens":200}""", 1)]
    public async Task StreamedAndWhole_SayTheSame(string fields, int choices)
    {
        var told = await AskAsync(fields);
        Assert.Equal(choices, told.Whole["choices"]!.AsArray().Count);
        Assert.Equal(told.Usage.ToJsonString(), told.Chunks[^1]["usage"]!.ToJsonString());
        for (var i = 0; i < choices; i++)
        {
            var choice = told.Whole["choices"]![i]!;
            Assert.Equal(i, choice["index"]!.GetValue<int>());
            var chunks = told.Of(i).ToArray();
            Assert.Equal(choice["text"]!.ToString(), string.Concat(chunks.Select(c => c["text"]!.ToString())));
            Assert.Equal(choice["finish_reason"]!.ToString(), chunks[^1]["finish_reason"]!.ToString());
            Assert.All(chunks.SkipLast(1), c => Assert.Null(c["finish_reason"]));
            foreach (var list in (string[])["tokens", "token_logprobs", "top_logprobs", "text_offset"])
            {
                Assert.Equal(
                    (choice["logprobs"]?[list]?.AsArray() ?? []).Select(v => v?.ToJsonString()),
                    chunks.SelectMany(c => c["logprobs"]?[list]?.AsArray() ?? []).Select(v => v?.ToJsonString()));
            }
        }
    }

    [Fact]
    public async Task Defaults_AreSixteenTokensAndNoEcho()
    {
        var told = await AskAsync("""{"prompt":"Write 200 words about rivers."}""");
        Assert.Equal(16, told.Usage["completion_tokens"]!.GetValue<int>());
        Assert.Equal("length", told.Choice["finish_reason"]!.ToString());
        Assert.StartsWith("\n\n", told.Choice["text"]!.ToString(), StringComparison.Ordinal);
        Assert.Matches("^cmpl-[0-9A-Za-z]{29}$", told.Whole["id"]!.ToString());
    }

    [Fact]
    public async Task Logprobs_WithEcho_CoverThePromptAndCountOffsetsFromIt()
    {
        var told = await AskAsync("""{"prompt":"The 世界 is","echo":true,"logprobs":2,"max_tokens":5}""");
        var logprobs = told.Choice["logprobs"]!;
        var tokens = logprobs["tokens"]!.AsArray();
        Assert.Null(logprobs["token_logprobs"]![0]);
        Assert.All(logprobs["token_logprobs"]!.AsArray().Skip(1), l => Assert.True(l!.GetValue<double>() <= 0));
        Assert.All(logprobs["top_logprobs"]!.AsArray().Skip(1), l => Assert.Equal(2, l!.AsObject().Count));
        var text = told.Choice["text"]!.ToString();
        for (var i = 0; i < tokens.Count; i++)
        {
            if (!tokens[i]!.ToString().StartsWith("bytes:", StringComparison.Ordinal))
            {
                Assert.Equal(tokens[i]!.ToString(), text.Substring(logprobs["text_offset"]![i]!.GetValue<int>(), tokens[i]!.ToString().Length));
            }
        }
    }

    [Fact]
    public async Task BestOf_ReturnsTheLikeliestAndChargesAll()
    {
        var all = await WholeAsync("""{"prompt":"Write about rivers.","n":6,"logprobs":1}""");
        var best = await WholeAsync("""{"prompt":"Write about rivers.","n":2,"best_of":6,"logprobs":1}""");
        var ranked = all["choices"]!.AsArray()
            .OrderByDescending(c => c!["logprobs"]!["token_logprobs"]!.AsArray().Average(l => l!.GetValue<double>()))
            .Select(c => c!["text"]!.ToString()).Take(2);
        Assert.Equal(ranked, best["choices"]!.AsArray().Select(c => c!["text"]!.ToString()));
        Assert.Equal(all["usage"]!["completion_tokens"]!.ToString(), best["usage"]!["completion_tokens"]!.ToString());
    }

    [Fact]
    public async Task PromptOfTokens_IsTheirText()
    {
        var tokenizer = new Tokenizers().For(ModelCatalogue.Default.Models.First(m => m.Id == "davinci-002"));
        var ids = new List<int>();
        tokenizer.Encode("Write about 世界 👋🏽.", ids);
        var spelled = await WholeAsync("""{"prompt":["Write about 世界 👋🏽."],"echo":true,"logprobs":1}""");
        foreach (var prompt in (string[])[$"[{string.Join(',', ids)}]", $"[[{string.Join(',', ids)}]]"])
        {
            var told = await WholeAsync($$"""{"prompt":{{prompt}},"echo":true,"logprobs":1}""");
            Assert.Equal(spelled["choices"]!.ToJsonString(), told["choices"]!.ToJsonString());
            Assert.Equal(ids.Count, told["usage"]!["prompt_tokens"]!.GetValue<int>());
        }
    }

    [Theory]
    [InlineData("""{"model":"davinci-002","prompt":[99999999]}""", 400, "prompt[0]", "Invalid token in 'prompt[0]'")]
    [InlineData("""{"model":"davinci-002","prompt":[[5],"x"]}""", 400, "prompt[1]", "expected an array of integers")]
    [InlineData("""{"model":"gpt-4o","prompt":"x"}""", 404, "model", "This is a chat model and not supported in the v1/completions endpoint. Did you mean to use v1/chat/completions?")]
    [InlineData("""{"model":"text-embedding-3-small","prompt":"x"}""", 404, "model", "not supported in the v1/completions endpoint")]
    [InlineData("""{"model":"davinci-002","prompt":5}""", 400, "prompt", "expected one of a string, array of strings")]
    [InlineData("""{"model":"davinci-002","prompt":[]}""", 400, "prompt", "empty array")]
    [InlineData("""{"model":"davinci-002","prompt":["a",1]}""", 400, "prompt[1]", "expected a string")]
    [InlineData("""{"model":"davinci-002","prompt":"x","n":3,"best_of":2}""", 400, "best_of", "'n' (currently 3) to be at most 'best_of' (currently 2)")]
    [InlineData("""{"model":"davinci-002","prompt":"x","best_of":2,"stream":true}""", 400, "best_of", "cannot be streamed")]
    [InlineData("""{"model":"davinci-002","prompt":"x","logprobs":6}""", 400, "logprobs", "Expected a value <= 5")]
    [InlineData("""{"model":"davinci-002","prompt":"x","suffix":"y"}""", 400, "suffix", "not supported with this model")]
    [InlineData("""{"model":"gpt-3.5-turbo-instruct","prompt":"x","max_tokens":4096}""", 400, null, "This model's maximum context length is 4096 tokens, however you requested 4097 tokens (1 in your prompt; 4096 for the completion).")]
    [InlineData("""{"model":"davinci-002","prompt":"x","messages":[]}""", 400, null, "Unrecognized request argument supplied: messages")]
    [InlineData("""{"model":"davinci-002","prompt":"x","echo":"yes"}""", 400, "echo", "expected a boolean")]
    public async Task BadRequest_IsRefusedInOpenAisWords(string body, int status, string? param, string message)
    {
        using var response = await engine.Host.PostToAsync(Route, body);
        Assert.Equal((HttpStatusCode)status, response.StatusCode);
        var error = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"]!;
        Assert.Equal(param, error["param"]?.ToString());
        Assert.Contains(message, error["message"]!.ToString(), StringComparison.Ordinal);
    }

    private Task<Told> AskAsync(string fields)
    {
        var body = JsonNode.Parse(fields)!.AsObject();
        body["model"] = "gpt-3.5-turbo-instruct";
        return Told.AskAsync(engine.Host, body, Route);
    }

    private async Task<JsonNode> WholeAsync(string fields)
    {
        var body = JsonNode.Parse(fields)!.AsObject();
        body["model"] = "davinci-002";
        using var response = await engine.Host.PostToAsync(Route, body.ToJsonString());
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
    }
}
