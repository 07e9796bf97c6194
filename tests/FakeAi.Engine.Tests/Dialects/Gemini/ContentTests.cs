using System.Net;
using System.Text.Json.Nodes;
using FakeAi.Engine.Tests.Hosting;

namespace FakeAi.Engine.Tests.Dialects.Gemini;

public sealed class ContentTests(FastEngine engine) : IClassFixture<FastEngine>
{
    private const string Weather =
        """[{"functionDeclarations":[{"name":"get_weather","description":"Weather of a city","parameters":{"type":"OBJECT","properties":{"city":{"type":"STRING"}},"required":["city"]}},{"name":"other"}]}]""";

    [Fact]
    public async Task Functions_LoopToItsEnd_UsesTheResponse()
    {
        var first = await ToldContents.AskAsync(engine.Host, "gemini-2.5-flash", ToldContents.Request("What is the weather in Lisbon?", $"{{\"tools\":{Weather}}}"));
        first.AssertSame();
        var call = Assert.Single(first.Parts)!["functionCall"]!;

        var body = ToldContents.Request("", $"{{\"tools\":{Weather}}}");
        body["contents"] = new JsonArray(
            JsonNode.Parse("""{"role":"user","parts":[{"text":"What is the weather in Lisbon?"}]}"""),
            first.Candidate["content"]!.DeepClone(),
            JsonNode.Parse("""{"role":"user","parts":[{"functionResponse":{"name":"get_weather","response":{"temperature":21}}}]}"""));
        var last = await ToldContents.AskAsync(engine.Host, "gemini-2.5-flash", body);

        Assert.Equal("get_weather", call["name"]!.ToString());
        Assert.NotNull(call["args"]!["city"]);
        Assert.NotNull(first.Parts[0]!["thoughtSignature"]);
        Assert.Equal("STOP", first.Candidate["finishReason"]!.ToString());
        Assert.Contains("temperature is 21", last.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AllowedFunctions_InModeAny_AreCalledAlone()
    {
        var told = await ToldContents.AskAsync(engine.Host, "gemini-2.0-flash", ToldContents.Request(
            "What is the weather in Lisbon?", $"{{\"tools\":{Weather},\"toolConfig\":{{\"functionCallingConfig\":{{\"mode\":\"ANY\",\"allowedFunctionNames\":[\"other\"]}}}}}}"));

        Assert.Equal("other", Assert.Single(told.Parts)!["functionCall"]!["name"]!.ToString());
    }

    [Fact]
    public async Task Thoughts_ToldOrNot_TakeTokensAndAreParts()
    {
        var shown = await ToldContents.AskAsync(
            engine.Host, "gemini-2.5-flash", ToldContents.Request("Why is the sky blue?", """{"generationConfig":{"thinkingConfig":{"includeThoughts":true}}}"""));
        var hidden = await ToldContents.AskAsync(engine.Host, "gemini-2.5-flash", ToldContents.Request("Why is the sky blue?"));
        var none = await ToldContents.AskAsync(
            engine.Host, "gemini-2.5-flash", ToldContents.Request("Why is the sky blue?", """{"generationConfig":{"thinkingConfig":{"thinkingBudget":0}}}"""));

        shown.AssertSame();
        hidden.AssertSame();
        Assert.True(shown.Parts[0]!["thought"]!.GetValue<bool>());
        Assert.Single(hidden.Parts);
        Assert.True(hidden.Usage["thoughtsTokenCount"]!.GetValue<int>() >= 64);
        Assert.Null(none.Usage["thoughtsTokenCount"]);
    }

    [Fact]
    public async Task SnakeCase_AndCamelCase_AreTheSameRequest()
    {
        var camel = await ToldContents.AskAsync(engine.Host, "gemini-2.5-flash", ToldContents.Request(
            "Which event?",
            """{"systemInstruction":{"parts":[{"text":"Be brief."}]},"generationConfig":{"maxOutputTokens":900,"responseMimeType":"application/json","responseSchema":{"type":"OBJECT","properties":{"b":{"type":"STRING","maxLength":"9"},"a":{"type":"INTEGER"}},"required":["a","b"],"propertyOrdering":["a","b"]}}}"""));
        var snake = await ToldContents.AskAsync(engine.Host, "gemini-2.5-flash", ToldContents.Request(
            "Which event?",
            """{"system_instruction":{"parts":{"text":"Be brief."}},"generation_config":{"max_output_tokens":"900","response_mime_type":"application/json","response_schema":{"type":"object","properties":{"b":{"type":"string","max_length":9},"a":{"type":"integer"}},"required":["a","b"],"property_ordering":["a","b"]}}}"""));

        Assert.Equal(camel.Whole.ToJsonString(), snake.Whole.ToJsonString());
        var value = JsonNode.Parse(camel.Text)!.AsObject();
        Assert.Equal(["a", "b"], value.Select(p => p.Key));
        Assert.InRange(value["b"]!.ToString().Length, 0, 9);
    }

    [Fact]
    public async Task CountTokens_OfContentsOrAWholeRequest_IsThePromptsCount()
    {
        var body = ToldContents.Request("How many tokens is this?", """{"systemInstruction":{"parts":[{"text":"Be brief."}]}}""");
        var told = await ToldContents.AskAsync(engine.Host, "gemini-2.5-flash", body);

        foreach (var request in new[] { body.DeepClone(), new JsonObject { ["generateContentRequest"] = body.DeepClone() } })
        {
            using var response = await engine.Host.PostToAsync(ToldContents.Path("gemini-2.5-flash", "countTokens"), request.ToJsonString());
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(told.Usage["promptTokenCount"]!.ToString(), JsonNode.Parse(await response.Content.ReadAsStringAsync())!["totalTokens"]!.ToString());
        }
    }

    [Theory]
    [InlineData("?alt=sse")]
    [InlineData("")]
    public async Task Stream_ThatTakesTooLong_EndsWithAnErrorInItsForm(string alt)
    {
        await using var host = await EngineHost.StartAsync(("FakeAi:Engine:TimeoutSeconds", "1"));
        var body = ToldContents.Request("Write 500 words on sand", """{"x-fakeai-ttft-ms":10,"x-fakeai-itl-ms":100}""");

        using var response = await host.PostToAsync(ToldContents.Path("gemini-2.0-flash", "streamGenerateContent" + alt), body.ToJsonString());
        var text = await response.Content.ReadAsStringAsync();

        var last = alt.Length == 0 ? JsonNode.Parse(text)!.AsArray()[^1]! : JsonNode.Parse(text.Split("\r\n\r\n", StringSplitOptions.RemoveEmptyEntries)[^1]["data: ".Length..])!;
        Assert.Equal("DEADLINE_EXCEEDED", last["error"]!["status"]!.ToString());
        Assert.True(text.Split("\"text\"").Length > 2, text);
    }
}
