using System.Text.Json;
using System.Text.Json.Nodes;
using FakeAi.Engine.Tests.Hosting;
using FakeAi.TestKit;

namespace FakeAi.Engine.Tests.Dialects.OpenAiResponses;

/// <summary>Responses, whole and streamed, against OpenAI's own description of them.</summary>
public sealed class ResponseTests(FastEngine engine) : IClassFixture<FastEngine>
{
    private const string Tool = """{"type":"function","name":"get_weather","parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}}""";

    private static readonly SchemaCheck s_check = Load();

    [Theory]
    [InlineData("gpt-4o", "{}", "message")]
    [InlineData("gpt-4o", """{"instructions":"Be brief.","metadata":{"a":"b"},"temperature":0.5,"top_p":0.9,"user":"u","store":false,"truncation":"auto","text":{"verbosity":"low"}}""", "message")]
    [InlineData("gpt-4o", """{"max_output_tokens":16}""", "message")]
    [InlineData("gpt-4o", $$$"""{"tools":[{{{Tool}}}],"tool_choice":"required","parallel_tool_calls":false}""", "function_call")]
    [InlineData("gpt-4o", $$$"""{"tools":[{{{Tool}}}],"tool_choice":{"type":"function","name":"get_weather"}}""", "function_call")]
    [InlineData("gpt-4o", $$$"""{"tools":[{{{Tool}}}],"tool_choice":{"type":"allowed_tools","mode":"required","tools":[{"type":"function","name":"get_weather"}]}}""", "function_call")]
    [InlineData("gpt-5", """{"tools":[{"type":"custom","name":"c","format":{"type":"grammar","syntax":"regex","definition":"[a-z]{3}"}}],"tool_choice":"required","reasoning":{"effort":"minimal"}}""", "custom_tool_call")]
    [InlineData("gpt-5", """{"reasoning":{"effort":"low","summary":"auto"},"include":["reasoning.encrypted_content"]}""", "reasoning,message")]
    [InlineData("o3", """{"reasoning":{"effort":"low"}}""", "reasoning,message")]
    [InlineData("o3", """{"max_output_tokens":16}""", "reasoning")]
    [InlineData("gpt-oss-20b", """{"reasoning":{"effort":"low"}}""", "reasoning,message")]
    [InlineData("gpt-4o", """{"text":{"format":{"type":"json_schema","name":"x","strict":true,"schema":{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}}},"service_tier":"flex"}""", "message")]
    public async Task Response_WholeAndEveryEvent_ConformAndSayTheSame(string model, string fields, string items)
    {
        var told = await ToldResponses.AskAsync(engine.Host, model, fields);
        AssertConforms("Response", told.Whole);
        Assert.All(told.Events, e => AssertConforms(SchemaOf(e["type"]!.ToString()), e));
        Assert.Equal(items, string.Join(',', told.Whole["output"]!.AsArray().Select(i => i!["type"])));
        Assert.Equal(told.Whole["output"]!.ToJsonString(), told.PutTogether().ToJsonString());
        Assert.Equal(told.Whole.ToJsonString(), told.Last.ToJsonString());
        var cut = told.Whole["status"]!.ToString() == "incomplete";
        Assert.Equal((cut ? "response.incomplete" : "response.completed", fields.Contains("max_output_tokens", StringComparison.Ordinal)), (told.Events[^1]["type"]!.ToString(), cut));
        Assert.Equal(cut ? "max_output_tokens" : null, told.Whole["incomplete_details"]?["reason"]?.ToString());
    }

    [Fact]
    public async Task Ids_OfResponseAndItems_HaveTheVendorsLength()
    {
        var told = await ToldResponses.AskAsync(engine.Host, "gpt-5", $$$"""{"tools":[{{{Tool}}}],"tool_choice":"required"}""");
        Assert.Matches("^resp_[0-9a-f]{48}$", told.Whole["id"]!.ToString());
        Assert.Collection(
            told.Whole["output"]!.AsArray(),
            i => Assert.Matches("^rs_[0-9a-f]{48}$", i!["id"]!.ToString()),
            i => Assert.Matches("^fc_[0-9a-f]{48}$", i!["id"]!.ToString()));
    }

    [Fact]
    public async Task ToolLoop_ItemsSentBack_AreAnsweredWithWhatTheToolSaid()
    {
        var first = await ToldResponses.AskAsync(engine.Host, "gpt-5", $$$"""{"tools":[{{{Tool}}}],"tool_choice":"required","reasoning":{"summary":"auto","effort":"low"}}""");
        var input = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = "What about the weather in Oslo?" });
        foreach (var item in first.Whole["output"]!.AsArray())
        {
            input.Add(item!.DeepClone());
        }

        var call = first.Whole["output"]!.AsArray().Last(i => i!["type"]!.ToString() == "function_call")!;
        input.Add(new JsonObject { ["type"] = "function_call_output", ["call_id"] = call["call_id"]!.ToString(), ["output"] = """{"temperature":-17}""" });
        var second = await ToldResponses.AskAsync(engine.Host, "gpt-5", new JsonObject { ["tools"] = new JsonArray(JsonNode.Parse(Tool)), ["input"] = input }.ToJsonString());
        Assert.Equal(["reasoning", "message"], second.Whole["output"]!.AsArray().Select(i => i!["type"]!.ToString()));
        Assert.Contains("-17", second.Whole["output"]![1]!["content"]![0]!["text"]!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Truncation_PromptTooLong_DropsOldestItemsOnlyWhereAllowed()
    {
        var old = string.Concat(Enumerable.Repeat("very long ago ", 3000));
        var items = new JsonArray([.. Enumerable.Range(0, 3).Select(_ => (JsonNode)new JsonObject { ["role"] = "user", ["content"] = old }), new JsonObject { ["role"] = "user", ["content"] = "Hi" }]);
        var body = ToldResponses.Body("gpt-4", new JsonObject { ["input"] = items }.ToJsonString());
        using var refused = await engine.Host.PostToAsync("/v1/responses", body.ToJsonString());
        Assert.Contains("context_length_exceeded", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        body["truncation"] = "auto";
        using var cut = await engine.Host.PostToAsync("/v1/responses", body.ToJsonString());
        Assert.True(cut.IsSuccessStatusCode);
        Assert.InRange(JsonNode.Parse(await cut.Content.ReadAsStringAsync())!["usage"]!["input_tokens"]!.GetValue<int>(), 5, 30);
    }

    [Theory]
    [InlineData("""{"colour":1}""", 400, "unknown_parameter", "colour")]
    [InlineData("""{"input":[]}""", 400, "empty_array", "input")]
    [InlineData("""{"input":[{"type":"message","role":"user","content":[{"type":"text","text":"x"}]}]}""", 400, "invalid_value", "input[0].content[0].type")]
    [InlineData("""{"input":[{"type":"function_call_output","call_id":"c","output":"x"}]}""", 400, null, "input")]
    [InlineData("""{"input":[{"type":"function_call","call_id":"c","name":"f","arguments":"{}"}]}""", 400, null, "input")]
    [InlineData("""{"input":[{"type":"item_reference","id":"msg_1"}]}""", 404, null, "input")]
    [InlineData("""{"max_output_tokens":15}""", 400, "integer_below_min_value", "max_output_tokens")]
    [InlineData("""{"tools":[{"type":"web_search"}]}""", 400, "unsupported_value", "tools[0].type")]
    [InlineData("""{"tools":[{"type":"function","function":{"name":"f"}}]}""", 400, "unknown_parameter", "tools[0].function")]
    [InlineData("""{"tool_choice":"required"}""", 400, null, "tool_choice")]
    [InlineData("""{"text":{"format":{"type":"json_object"}}}""", 400, null, "input")]
    [InlineData("""{"text":{"format":{"type":"json_schema","name":"x","strict":true,"schema":{"type":"object","properties":{}}}}}""", 400, null, "text.format.schema")]
    [InlineData("""{"reasoning":{"effort":"low"}}""", 400, "unsupported_parameter", "reasoning.effort")]
    [InlineData("""{"include":["everything"]}""", 400, "invalid_value", "include[0]")]
    [InlineData("""{"include":["message.output_text.logprobs"]}""", 400, "unsupported_value", "include[0]")]
    [InlineData("""{"prompt":{"id":"pmpt_1"}}""", 400, "unsupported_parameter", "prompt")]
    [InlineData("""{"stream":true,"stream_options":{"include_usage":true}}""", 400, "unknown_parameter", "stream_options.include_usage")]
    public async Task Request_Wrong_IsToldInTheVendorsWords(string fields, int status, string? code, string param)
    {
        using var response = await engine.Host.PostToAsync("/v1/responses", ToldResponses.Body("gpt-4o", fields).ToJsonString());
        var error = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"]!;
        Assert.Equal((status, code, param), ((int)response.StatusCode, error["code"]?.ToString(), error["param"]?.ToString()));
    }

    private static string SchemaOf(string type) => "Response" + string.Concat(
        type.Replace("response.", "", StringComparison.Ordinal).Replace("output_text", "text", StringComparison.Ordinal)
            .Split('.', '_').Select(static w => char.ToUpperInvariant(w[0]) + w[1..])) + "Event";

    private static void AssertConforms(string schema, JsonNode told)
    {
        var faults = s_check.Faults(schema, JsonElement.Parse(told.ToJsonString()));
        Assert.True(faults.Count == 0, $"{string.Join('\n', faults)}\n{told.ToJsonString()}");
    }

    private static SchemaCheck Load()
    {
        using var stream = typeof(ResponseTests).Assembly.GetManifestResourceStream("openai-response-schemas.json")!;
        using var document = JsonDocument.Parse(stream);

        // Both are sent by OpenAI and missing in its description.
        return new SchemaCheck(document.RootElement, "obfuscation", "store");
    }
}
