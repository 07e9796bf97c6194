using System.Text.Json.Nodes;
using FakeAi.Contracts.Wire;
using FakeAi.Engine.Tests.Hosting;

namespace FakeAi.Engine.Tests.Dialects;

/// <summary>Perplexity's search results, usage, streams and errors.</summary>
public sealed class PerplexityVariantTests(FastEngine engine) : IClassFixture<FastEngine>
{
    private const string Path = "/v1/chat/completions";
    private const string Question = "How do rainbows form above waterfalls?";

    private static readonly (string, string) s_variant = (InternalHeaders.Variant, WireVariants.Perplexity);

    [Theory]
    [InlineData("sonar", "{}", "low", 5, 5, 1, 1)]
    [InlineData("sonar-pro", """{"web_search_options":{"search_context_size":"medium"},"return_images":true,"top_k":0}""", "medium", 8, 10, 3, 15)]
    [InlineData("sonar-reasoning-pro", """{"web_search_options":{"search_context_size":"high"}}""", "high", 12, 14, 2, 8)]
    [InlineData("sonar", """{"disable_search":true}""", "low", 0, 0, 1, 1)]
    public async Task Answer_WholeAndStreamed_TellsWhatWasFoundAndWhatItCost(
        string model, string fields, string size, int results, int perThousand, int input, int output)
    {
        var answer = await Told.AskAsync(engine.Host, Told.Request(model, Question, fields), headers: s_variant);

        var found = answer.Whole["search_results"]!.AsArray();
        Assert.Equal(results, found.Count);
        Assert.Equal(found.Select(static r => r!["url"]!.ToString()), answer.Whole["citations"]!.AsArray().Select(static c => c!.ToString()));
        Assert.All(found, static r =>
        {
            Assert.Matches(@"^https://[a-z]+\.example\.(com|org|net)/rainbows-waterfalls-\d+$", r!["url"]!.ToString());
            Assert.Contains("rainbows waterfalls", r["title"]!.ToString(), StringComparison.Ordinal);
            Assert.True(string.CompareOrdinal(r["date"]!.ToString(), r["last_updated"]!.ToString()) <= 0);
        });
        var cost = answer.Usage["cost"]!;
        Assert.Equal(size, answer.Usage["search_context_size"]!.ToString());
        Assert.Equal(perThousand / 1000m, cost["request_cost"]!.GetValue<decimal>());
        Assert.Equal(
            (perThousand / 1000m) + (((answer.Usage["prompt_tokens"]!.GetValue<decimal>() * input) + (answer.Usage["completion_tokens"]!.GetValue<decimal>() * output)) / 1_000_000),
            cost["total_cost"]!.GetValue<decimal>());

        var last = answer.Chunks[^1];
        Assert.Equal(answer.Choice["finish_reason"]!.ToString(), last["choices"]![0]!["finish_reason"]!.ToString());
        foreach (var name in (string[])["citations", "search_results", "usage"])
        {
            Assert.Equal(answer.Whole[name]!.ToJsonString(), last[name]!.ToJsonString());
            Assert.All(answer.Chunks.SkipLast(1), c => Assert.False(c.AsObject().ContainsKey(name)));
        }

        Assert.Equal(answer.Message["content"]!.ToString(), answer.Joined(0, "content"));
    }

    [Fact]
    public async Task Answer_OnOpenAisOwnPath_TellsTheSameAndItsUsageAsOpenAiDoes()
    {
        var answer = await Told.AskAsync(engine.Host, Told.Request("sonar", Question, """{"search_domain_filter":["noaa.gov","-reddit.com"]}"""));

        answer.AssertSame();
        Assert.All(answer.Whole["citations"]!.AsArray(), static c => Assert.StartsWith("https://noaa.gov/", c!.ToString(), StringComparison.Ordinal));
        Assert.Equal(answer.Whole["citations"]!.ToJsonString(), answer.Chunks[^2]["citations"]!.ToJsonString());
        Assert.Equal("low", answer.Chunks[^1]["usage"]!["search_context_size"]!.ToString());
    }

    [Theory]
    [InlineData("""{"model":"gpt-4o","messages":[]}""", "invalid_model", "Invalid model 'gpt-4o'. Permitted models can be found in")]
    [InlineData("""{"messages":[]}""", "missing_required_parameter", "Missing required parameter: 'model'.")]
    [InlineData("""{"model":"sonar","messages":[{"role":"user","content":"x"}],"web_search_options":{"search_context_size":"huge"}}""", "invalid_value", "Invalid value: 'huge'.")]
    public async Task Request_ThatIsWrong_IsToldInItsShape(string body, string type, string message)
    {
        using var response = await engine.Host.PostToAsync(Path, body, s_variant);

        var error = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["error"]!.AsObject();
        Assert.Equal((400, 400, type), ((int)response.StatusCode, error["code"]!.GetValue<int>(), error["type"]!.ToString()));
        Assert.StartsWith(message, error["message"]!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WebSearch_OfAModelThatHasNone_IsStillRefused()
    {
        using var response = await engine.Host.PostToAsync(
            Path, """{"model":"gpt-4o","messages":[{"role":"user","content":"x"}],"web_search_options":{}}""");
        await MediaExchange.AssertRefusedAsync(response, System.Net.HttpStatusCode.BadRequest, "web_search_options");
    }
}
