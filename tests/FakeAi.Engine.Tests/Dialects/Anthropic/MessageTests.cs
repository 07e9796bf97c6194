using System.Net;
using System.Text.Json.Nodes;
using FakeAi.Engine.Tests.Hosting;

namespace FakeAi.Engine.Tests.Dialects.Anthropic;

public sealed class MessageTests(FastEngine engine) : IClassFixture<FastEngine>
{
    private const string Weather =
        """[{"name":"get_weather","description":"Weather of a city","input_schema":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}]""";

    /// <summary>A system prompt of well over the 1,024 tokens that the cache begins with.</summary>
    private static readonly string s_long = string.Join(' ', Enumerable.Range(0, 1500).Select(i => $"rule{i}"));

    [Fact]
    public async Task Tools_LoopToItsEnd_UsesTheResult()
    {
        var first = await ToldMessages.AskAsync(engine.Host, ToldMessages.Request("claude-sonnet-4-5", "What is the weather in Lisbon?", $"{{\"tools\":{Weather}}}"));
        first.AssertSame();
        var call = Assert.Single(first.Content)!;

        var body = ToldMessages.Request("claude-sonnet-4-5", "", $"{{\"tools\":{Weather}}}");
        body["messages"] = new JsonArray(
            new JsonObject { ["role"] = "user", ["content"] = "What is the weather in Lisbon?" },
            new JsonObject { ["role"] = "assistant", ["content"] = first.Content.DeepClone() },
            new JsonObject
            {
                ["role"] = "user",
                ["content"] = new JsonArray(new JsonObject
                {
                    ["type"] = "tool_result",
                    ["tool_use_id"] = call["id"]!.ToString(),
                    ["content"] = new JsonArray(new JsonObject { ["type"] = "text", ["text"] = """{"temperature":21}""" }),
                }),
            });
        var last = await ToldMessages.AskAsync(engine.Host, body);

        Assert.Equal("tool_use", first.StopReason);
        Assert.Equal("end_turn", last.StopReason);
        Assert.Contains("temperature is 21", last.Content[0]!["text"]!.ToString(), StringComparison.Ordinal);
        Assert.Contains("get_weather", last.Content[0]!["text"]!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Thinking_ShownOrOmitted_TakesTheSameTokensAndHasASignature()
    {
        const string On = """{"max_tokens":4000,"thinking":{"type":"enabled","budget_tokens":2048}}""";
        const string Omitted = """{"max_tokens":4000,"thinking":{"type":"enabled","budget_tokens":2048,"display":"omitted"}}""";

        var shown = await ToldMessages.AskAsync(engine.Host, ToldMessages.Request("claude-sonnet-4-5", "Why is the sky blue?", On));
        var omitted = await ToldMessages.AskAsync(engine.Host, ToldMessages.Request("claude-sonnet-4-5", "Why is the sky blue?", Omitted));
        var none = await ToldMessages.AskAsync(engine.Host, ToldMessages.Request("claude-sonnet-4-5", "Why is the sky blue?"));

        shown.AssertSame();
        omitted.AssertSame();
        Assert.Equal(["thinking", "text"], shown.Content.Select(b => b!["type"]!.ToString()));
        Assert.Equal(["thinking", "text"], omitted.Content.Select(b => b!["type"]!.ToString()));
        Assert.Equal(["text"], none.Content.Select(b => b!["type"]!.ToString()));
        Assert.NotEmpty(shown.Content[0]!["thinking"]!.ToString());
        Assert.Empty(omitted.Content[0]!["thinking"]!.ToString());
        Assert.Matches("^[A-Za-z0-9+/]{200,}$", omitted.Content[0]!["signature"]!.ToString());
        Assert.InRange(shown.Usage["output_tokens_details"]!["thinking_tokens"]!.GetValue<int>(), 64, 2048);
        Assert.InRange(omitted.Usage["output_tokens_details"]!["thinking_tokens"]!.GetValue<int>(), 64, 2048);
    }

    [Fact]
    public async Task CacheControl_AskedTwice_IsWrittenThenRead()
    {
        await using var host = await EngineHost.StartAsync(("FakeAi:Engine:TimeScale", "0"), ("FakeAi:Engine:Workers:Count", "1"));
        var body = ToldMessages.Request("claude-sonnet-4-5", "Which rule is the first?");
        body["system"] = new JsonArray(new JsonObject { ["type"] = "text", ["text"] = s_long, ["cache_control"] = new JsonObject { ["type"] = "ephemeral", ["ttl"] = "1h" } });
        var plain = (JsonObject)body.DeepClone();
        plain["system"]![0]!.AsObject().Remove("cache_control");

        var first = await UsageAsync(host, body);
        var second = await UsageAsync(host, body);
        var without = await UsageAsync(host, plain);

        var marked = first["cache_creation_input_tokens"]!.GetValue<int>();
        Assert.InRange(marked, 1500, without["input_tokens"]!.GetValue<int>() - 5);
        Assert.Equal(marked, first["cache_creation"]!["ephemeral_1h_input_tokens"]!.GetValue<int>());
        Assert.Equal(0, first["cache_read_input_tokens"]!.GetValue<int>());
        Assert.Equal(marked, second["cache_read_input_tokens"]!.GetValue<int>());
        Assert.Equal(0, second["cache_creation_input_tokens"]!.GetValue<int>());
        Assert.Equal(first["input_tokens"]!.GetValue<int>(), second["input_tokens"]!.GetValue<int>());
        Assert.Equal(without["input_tokens"]!.GetValue<int>(), marked + first["input_tokens"]!.GetValue<int>());
        Assert.Equal(0, without["cache_read_input_tokens"]!.GetValue<int>());
    }

    [Fact]
    public async Task CountTokens_OfARequest_IsItsPromptsCount()
    {
        var body = ToldMessages.Request("claude-sonnet-4-5", "How many tokens is this?", $"{{\"tools\":{Weather},\"system\":\"Be brief.\"}}");
        var told = await ToldMessages.AskAsync(engine.Host, body);
        body.Remove("max_tokens");

        using var response = await engine.Host.PostToAsync("/v1/messages/count_tokens", body.ToJsonString());

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(
            $"{{\"input_tokens\":{told.Usage["input_tokens"]}}}", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task StructuredOutput_ByEitherName_ConformsToTheSchema()
    {
        const string Schema = """{"type":"json_schema","schema":{"type":"object","properties":{"name":{"type":"string"},"year":{"type":"integer"}},"required":["name","year"],"additionalProperties":false}}""";

        foreach (var fields in new[] { $"{{\"output_config\":{{\"format\":{Schema}}}}}", $"{{\"output_format\":{Schema}}}" })
        {
            var told = await ToldMessages.AskAsync(engine.Host, ToldMessages.Request("claude-sonnet-4-5", "Which event?", fields));
            var value = JsonNode.Parse(told.Content[0]!["text"]!.ToString())!.AsObject();
            Assert.Equal(["name", "year"], value.Select(p => p.Key));
        }
    }

    [Fact]
    public async Task Stream_ThatTakesTooLong_EndsWithAnErrorEvent()
    {
        await using var host = await EngineHost.StartAsync(("FakeAi:Engine:TimeoutSeconds", "1"));
        var body = ToldMessages.Request("claude-sonnet-4-5", "Write 500 words on sand", """{"stream":true}""");

        using var response = await host.PostToAsync(ToldMessages.Path, body.ToJsonString(), ("x-fakeai-ttft-ms", "10"), ("x-fakeai-itl-ms", "100"));
        var events = ToldMessages.Parse(await response.Content.ReadAsStringAsync()).ToList();

        Assert.Equal("message_start", events[0]["type"]!.ToString());
        Assert.Equal("error", events[^1]["type"]!.ToString());
        Assert.Equal("timeout_error", events[^1]["error"]!["type"]!.ToString());
    }

    private static async Task<JsonNode> UsageAsync(EngineHost host, JsonObject body)
    {
        using var response = await host.PostToAsync(ToldMessages.Path, body.ToJsonString());
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!["usage"]!;
    }
}
