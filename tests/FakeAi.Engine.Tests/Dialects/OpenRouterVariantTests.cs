using System.Text.Json.Nodes;
using FakeAi.Contracts.Catalogue;
using FakeAi.Contracts.Wire;
using FakeAi.Engine.Tests.Hosting;

namespace FakeAi.Engine.Tests.Dialects;

/// <summary>OpenRouter's names, fallbacks, costs, reasoning and errors.</summary>
public sealed class OpenRouterVariantTests(FastEngine engine) : IClassFixture<FastEngine>
{
    private const string Path = "/v1/chat/completions";

    private static readonly (string, string) s_variant = (InternalHeaders.Variant, WireVariants.OpenRouter);

    [Theory]
    [InlineData("openai/gpt-4o", "{}", "openai/gpt-4o", "OpenAI", 2.5, 10)]
    [InlineData("openai/gpt-4.1-nano", "{}", "openai/gpt-4.1-nano", "OpenAI", 0.1, 0.4)]
    [InlineData("anthropic/claude-sonnet-4.5:nitro", "{}", "anthropic/claude-sonnet-4.5:nitro", "Anthropic", 3, 15)]
    [InlineData("deepseek/deepseek-r1:free", "{}", "deepseek/deepseek-r1:free", "DeepSeek", 0, 0)]
    [InlineData("nobody/nothing", """{"models":["nobody/else","meta-llama/llama-3.3-70b-instruct"]}""", "meta-llama/llama-3.3-70b-instruct", "DeepInfra", 0.88, 0.88)]
    [InlineData("openai/o3", """{"temperature":0.5,"max_tokens":400,"top_k":3,"provider":{"order":["Azure"]},"usage":{"include":true}}""", "openai/o3", "OpenAI", 2, 8)]
    public async Task Answer_WholeAndStreamed_TellsWhoServedAndWhatItCost(string model, string fields, string told, string vendor, double input, double output)
    {
        var answer = await Told.AskAsync(engine.Host, Told.Request(model, "What about the weather in Oslo?", fields), headers: s_variant);

        Assert.StartsWith("gen-", answer.Whole["id"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal((told, vendor), (answer.Whole["model"]!.ToString(), answer.Whole["provider"]!.ToString()));
        Assert.All(answer.Chunks, c => Assert.Equal((told, vendor), (c["model"]!.ToString(), c["provider"]!.ToString())));
        Assert.Equal(answer.Choice["finish_reason"]!.ToString(), answer.Choice["native_finish_reason"]!.ToString());
        Assert.All(answer.Of(0), c => Assert.Equal(c["finish_reason"]?.ToString(), c["native_finish_reason"]?.ToString()));
        var usage = answer.Usage;
        var (prompt, completion) = (usage["prompt_tokens"]!.GetValue<decimal>() * (decimal)input, usage["completion_tokens"]!.GetValue<decimal>() * (decimal)output);
        Assert.Equal((prompt + completion) / 1_000_000, usage["cost"]!.GetValue<decimal>());
        Assert.Equal(completion / 1_000_000, usage["cost_details"]!["upstream_inference_completions_cost"]!.GetValue<decimal>());
        Assert.Equal(answer.Message["content"]!.ToString(), answer.Joined(0, "content"));
    }

    [Fact]
    public async Task Stream_ThatDoesNotAskForUsage_TellsItInItsLastChunkAlone()
    {
        using var response = await engine.Host.PostToAsync(
            Path, """{"model":"openai/gpt-4o-mini","stream":true,"messages":[{"role":"user","content":"Hi"}]}""", s_variant);
        var chunks = (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))
            .Split("\n\n", StringSplitOptions.RemoveEmptyEntries).SkipLast(1).Select(static e => JsonNode.Parse(e["data: ".Length..])!.AsObject()).ToArray();

        Assert.All(chunks[..^1], static c => Assert.False(c.ContainsKey("usage") || c.ContainsKey("obfuscation")));
        Assert.Empty(chunks[^1]["choices"]!.AsArray());
        Assert.True(chunks[^1]["usage"]!["cost"]!.GetValue<decimal>() > 0);
    }

    [Theory]
    [InlineData("anthropic/claude-sonnet-4.5", """{"reasoning":{"effort":"high"}}""", true)]
    [InlineData("anthropic/claude-sonnet-4.5", """{"reasoning":{"effort":"high","exclude":true}}""", false)]
    [InlineData("anthropic/claude-sonnet-4.5", """{"reasoning":{"enabled":false}}""", false)]
    [InlineData("deepseek/deepseek-r1", "{}", true)]
    [InlineData("deepseek/deepseek-r1", """{"include_reasoning":false}""", false)]
    public async Task Reasoning_ThatIsAskedFor_IsToldUnderItsName(string model, string fields, bool shown)
    {
        var answer = await Told.AskAsync(engine.Host, Told.Request(model, "Explain how rainbows form, in depth.", fields), headers: s_variant);

        Assert.Equal(shown, answer.Message["reasoning"]?.ToString() is { Length: > 0 });
        Assert.Equal(answer.Message["reasoning"]?.ToString(), answer.Joined(0, "reasoning"));
        Assert.Null(answer.Message["reasoning_content"]);

        // What was told can be sent back.
        var body = Told.Request(model, "", "{}");
        body["messages"] = new JsonArray(
            new JsonObject { ["role"] = "user", ["content"] = "Hi" }, answer.Message.DeepClone(), new JsonObject { ["role"] = "user", ["content"] = "And now?" });
        using var next = await engine.Host.PostToAsync(Path, body.ToJsonString(), s_variant);
        Assert.True(next.IsSuccessStatusCode, await next.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("""{"model":"nobody/nothing","messages":[]}""", 400, "nobody/nothing is not a valid model ID")]
    [InlineData("""{"messages":[]}""", 400, "No models provided")]
    [InlineData("""{"model":"gpt-4o","messages":[]}""", 400, "gpt-4o is not a valid model ID")]
    [InlineData("""{"model":"a/b","models":["a/b","a/b","a/b","a/b"],"messages":[]}""", 400, "Invalid 'models': array too long.")]
    [InlineData("""{"model":"openai/gpt-4o","plugins":[{"id":"web"}],"messages":[]}""", 400, "Plugins are not supported by this server.")]
    [InlineData("""{"model":"openai/gpt-4o","reasoning":{"effort":"huge"},"messages":[{"role":"user","content":"x"}]}""", 400, "Invalid value: 'huge'.")]
    [InlineData("{", 400, "We could not parse the JSON body of your request.")]
    public async Task Request_ThatIsWrong_IsToldWithTheStatusAsCode(string body, int status, string message)
    {
        using var response = await engine.Host.PostToAsync(Path, body, s_variant);

        var error = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["error"]!.AsObject();
        Assert.Equal((status, status), ((int)response.StatusCode, error["code"]!.GetValue<int>()));
        Assert.StartsWith(message, error["message"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal(["message", "code"], error.Select(static p => p.Key));
    }

    [Fact]
    public void Names_OfAllChatModels_AreOneEachAndFindTheirModel()
    {
        var names = ModelCatalogue.Default.OpenRouter;

        Assert.Equal(ModelCatalogue.Default.Models.Count(static m => m.Kind == "chat"), names.All.Count);
        Assert.All(names.All, n =>
        {
            Assert.Matches("^[a-z0-9-]+/[a-z0-9.-]+$", n.Name);
            Assert.True(names.TryGet(n.Name, out var model) && model == n.Model);
        });
    }
}
