using System.Text.Json;
using System.Text.Json.Nodes;
using FakeAi.Engine.Tests.Hosting;

namespace FakeAi.Engine.Tests.Dialects;

public sealed class ChatPartsTests(FastEngine engine) : IClassFixture<FastEngine>
{
    private const string Weather =
        """{"type":"function","function":{"name":"get_weather","description":"Current weather of a city","parameters":{"type":"object","properties":{"city":{"type":"string"},"unit":{"type":"string","enum":["celsius","fahrenheit"]}},"required":["city","unit"],"additionalProperties":false}}}""";

    private const string Stock = """{"type":"function","function":{"name":"stock_price","description":"Price of a share","parameters":{"type":"object","properties":{"symbol":{"type":"string"}},"required":["symbol"]}}}""";

    [Theory]
    [InlineData("gpt-oss-20b", true)]
    [InlineData("deepseek-ai/DeepSeek-R1", true)]
    [InlineData("sonar-reasoning", true)]
    [InlineData("gpt-5", false)]
    [InlineData("o3", false)]
    public async Task Reasoning_OfAModel_IsToldOrOnlyCounted(string model, bool shown)
    {
        var told = await AskAsync(model, "Why do leaves fall in autumn?", """{"seed":3}""");
        told.AssertSame();
        var reasoning = Detail(told, "reasoning_tokens");
        Assert.True(reasoning >= 64, reasoning.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(shown, told.Message["reasoning_content"] is not null);
        var first = told.Of(0).Skip(1).First()["delta"]!.AsObject().Single().Key;
        Assert.Equal(shown ? "reasoning_content" : "content", first);
        Assert.NotEmpty(told.Message["content"]!.ToString());
        Assert.True(shown || reasoning % 64 == 0);
    }

    [Fact]
    public async Task ReasoningEffort_Rising_ReasonsLongerAndNoneNotAtAll()
    {
        var tokens = new List<double>();
        foreach (var effort in (string[])["none", "low", "medium", "high", "xhigh", "max"])
        {
            var sum = 0;
            for (var seed = 0; seed < 8; seed++)
            {
                sum += Detail(await AskAsync("gpt-5.1", "Why do leaves fall?", $$"""{"reasoning_effort":"{{effort}}","seed":{{seed}}}"""), "reasoning_tokens");
            }

            tokens.Add(sum);
        }

        Assert.Equal(0, tokens[0]);
        Assert.Equal(tokens.Order(), tokens);
        Assert.Equal(6, tokens.Distinct().Count());
        Assert.Equal(0, Detail(await AskAsync("gpt-5.1", "Why do leaves fall?"), "reasoning_tokens"));
    }

    [Theory]
    [InlineData("o3")]
    [InlineData("gpt-oss-20b")]
    public async Task ReasoningBeyondTheLimit_LeavesAnEmptyContent(string model)
    {
        var told = await AskAsync(model, "Why do leaves fall?", """{"reasoning_effort":"high","max_completion_tokens":40}""");
        told.AssertSame();
        Assert.Equal(("", "length"), (told.Message["content"]!.ToString(), told.Choice["finish_reason"]!.ToString()));
        Assert.Equal((40, 40), (told.Usage["completion_tokens"]!.GetValue<int>(), Detail(told, "reasoning_tokens")));
    }

    [Fact]
    public async Task ToolCall_Streamed_HasOpenAisChunks()
    {
        var told = await AskAsync("gpt-4o", "What is the weather in Paris?", $$"""{"tools":[{{Weather}},{{Stock}}]}""");
        told.AssertSame();
        Assert.Equal("tool_calls", told.Choice["finish_reason"]!.ToString());
        Assert.Null(told.Message["content"]);
        var call = Assert.Single(told.Message["tool_calls"]!.AsArray())!;
        Assert.Equal("get_weather", call["function"]!["name"]!.ToString());
        Assert.Matches("^call_[0-9A-Za-z]{24}$", call["id"]!.ToString());
        var arguments = JsonNode.Parse(call["function"]!["arguments"]!.ToString())!.AsObject();
        Assert.Equal(["city", "unit"], arguments.Select(p => p.Key).Order(StringComparer.Ordinal));
        Assert.Contains(arguments["unit"]!.ToString(), (string[])["celsius", "fahrenheit"]);
        var deltas = told.Of(0).Select(c => c["delta"]!.ToJsonString()).ToArray();
        Assert.Equal("""{"role":"assistant","content":null,"refusal":null}""", deltas[0]);
        Assert.Equal($$$"""{"tool_calls":[{"index":0,"id":"{{{call["id"]}}}","type":"function","function":{"name":"get_weather","arguments":""}}]}""", deltas[1]);
        Assert.StartsWith("""{"tool_calls":[{"index":0,"function":{"arguments":""", deltas[2], StringComparison.Ordinal);
        Assert.Equal("{}", deltas[^1]);
    }

    [Theory]
    [InlineData("", 3)]
    [InlineData(""","parallel_tool_calls":false""", 1)]
    public async Task ParallelCalls_SeveralNames_AreMadeUnlessSwitchedOff(string fields, int calls)
    {
        var told = await AskAsync("gpt-4o", "Compare the weather in Paris, Rome and New York", $$"""{"tools":[{{Stock}},{{Weather}}]{{fields}}}""");
        told.AssertSame();
        var made = told.Message["tool_calls"]!.AsArray();
        Assert.Equal(calls, made.Count);
        Assert.Equal(calls, made.Select(c => c!["id"]!.ToString()).Distinct(StringComparer.Ordinal).Count());
        Assert.All(made, c => Assert.Equal("get_weather", c!["function"]!["name"]!.ToString()));
    }

    [Theory]
    [InlineData("Tell me a joke", "\"auto\"", null, "stop")]
    [InlineData("What is the weather in Rome?", "\"none\"", null, "stop")]
    [InlineData("Tell me a joke", "\"required\"", "get_weather", "tool_calls")]
    [InlineData("What is the weather in Rome?", """{"type":"function","function":{"name":"stock_price"}}""", "stock_price", "stop")]
    [InlineData("What is the weather in Rome?", """{"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[{"type":"function","function":{"name":"stock_price"}}]}}""", "stock_price", "tool_calls")]
    [InlineData("What is the weather in Rome?", """{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"type":"function","function":{"name":"stock_price"}}]}}""", null, "stop")]
    public async Task ToolChoice_EachForm_DecidesWhatIsCalled(string prompt, string choice, string? called, string finish)
    {
        var told = await AskAsync("gpt-4o", prompt, $$"""{"tools":[{{Weather}},{{Stock}}],"tool_choice":{{choice}}}""");
        told.AssertSame();
        Assert.Equal(called, told.Message["tool_calls"]?[0]!["function"]!["name"]!.ToString());
        Assert.Equal(finish, told.Choice["finish_reason"]!.ToString());
        Assert.Equal(called is null, told.Message["content"] is not null);
    }

    [Theory]
    [InlineData("\"auto\"", false)]
    [InlineData("\"required\"", true)]
    public async Task ToolResults_AreUsedAndEndTheLoop(string choice, bool calls)
    {
        var body = JsonNode.Parse($$$"""
            {"tools":[{{{Weather}}}],"tool_choice":{{{choice}}},"messages":[{"role":"user","content":"What is the weather in Paris?"},
            {"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"get_weather","arguments":"{}"}}]},
            {"role":"tool","tool_call_id":"c1","content":"{\"temperature\":18.5,\"sky\":{\"state\":\"hazy sunshine\"}}"}]}
            """)!.AsObject();
        var told = await Told.AskAsync(engine.Host, Told.Request("gpt-4o", "", body.ToJsonString()));
        told.AssertSame();
        Assert.Equal(calls, told.Message["tool_calls"] is not null);
        if (!calls)
        {
            Assert.Contains("temperature is 18.5, sky state is hazy sunshine", told.Message["content"]!.ToString(), StringComparison.Ordinal);
            Assert.Contains("get_weather", told.Message["content"]!.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Functions_TheOlderForm_AreAnsweredInIt()
    {
        var function = JsonNode.Parse(Weather)!["function"]!.ToJsonString();
        var told = await AskAsync("gpt-4o", "What is the weather in Paris?", $$"""{"functions":[{{function}}]}""");
        Assert.Equal("function_call", told.Choice["finish_reason"]!.ToString());
        Assert.Null(told.Message["tool_calls"]);
        var calls = told.Of(0).Select(c => c["delta"]!["function_call"]).Where(c => c is not null).ToArray();
        Assert.Equal(["name", "arguments"], calls[0]!.AsObject().Select(p => p.Key));
        Assert.All(calls.Skip(1), c => Assert.Equal(["arguments"], c!.AsObject().Select(p => p.Key)));
        Assert.Equal(told.Message["function_call"]!["arguments"]!.ToString(), string.Concat(calls.Select(c => c!["arguments"]!.ToString())));
    }

    [Theory]
    [InlineData("""{"type":"text"}""", "^Please run the query for open orders$")]
    [InlineData("""{"type":"grammar","grammar":{"syntax":"regex","definition":"^SELECT [a-z]{3,8};$"}}""", "^SELECT [a-z]{3,8};$")]
    public async Task CustomTool_Input_HasItsFormat(string format, string pattern)
    {
        var told = await AskAsync(
            "gpt-5", "Please run the query for open orders", $$$"""{"tools":[{"type":"custom","custom":{"name":"run_query","description":"Runs a query","format":{{{format}}}}}]}""");
        told.AssertSame();
        var call = Assert.Single(told.Message["tool_calls"]!.AsArray())!;
        Assert.Equal(("custom", "run_query"), (call["type"]!.ToString(), call["custom"]!["name"]!.ToString()));
        Assert.Matches(pattern, call["custom"]!["input"]!.ToString());
    }

    [Fact]
    public async Task ResponseFormat_Json_IsTheContent()
    {
        var told = await AskAsync(
            "gpt-4o", "Extract the event",
            """{"response_format":{"type":"json_schema","json_schema":{"name":"event","strict":true,"schema":{"type":"object","properties":{"name":{"type":"string"},"days":{"type":"array","items":{"type":"integer"}}},"required":["name","days"],"additionalProperties":false}}}}""");
        told.AssertSame();
        var content = JsonNode.Parse(told.Message["content"]!.ToString())!;
        Assert.Equal(JsonValueKind.String, content["name"]!.GetValueKind());
        Assert.All(content["days"]!.AsArray(), d => Assert.Equal(JsonValueKind.Number, d!.GetValueKind()));
        var named = await AskAsync("gpt-4o", "Answer in JSON with \"verdict\" and `score`", """{"response_format":{"type":"json_object"}}""");
        Assert.Equal(["score", "verdict"], JsonNode.Parse(named.Message["content"]!.ToString())!.AsObject().Select(p => p.Key).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Prediction_MostlyTrue_IsAcceptedAndTheRestCharged()
    {
        var code = string.Concat(Enumerable.Range(0, 12).Select(i => $"public int Value{i} => items[{i}].Count;\\n"));
        var told = await AskAsync("gpt-4o", "Rename items to orders", $$$"""{"prediction":{"type":"content","content":"{{{code}}}"}}""");
        told.AssertSame();
        var (accepted, rejected) = (Detail(told, "accepted_prediction_tokens"), Detail(told, "rejected_prediction_tokens"));
        Assert.True(accepted > 20 * rejected && rejected > 0, $"{accepted} accepted, {rejected} rejected");
        Assert.NotEqual(code.Replace("\\n", "\n", StringComparison.Ordinal), told.Message["content"]!.ToString());
        var without = told.Of(0).Count(c => c["delta"]!["content"]?.ToString().Length > 0);
        Assert.Equal(told.Usage["completion_tokens"]!.GetValue<int>(), without + rejected);
    }

    [Fact]
    public async Task MetadataAndTier_AreToldBack()
    {
        var told = await AskAsync("gpt-4o", "hi", """{"metadata":{"a":"b"},"store":true,"service_tier":"priority"}""");
        Assert.Equal("""{"a":"b"}""", told.Whole["metadata"]!.ToJsonString());
        Assert.Equal("priority", told.Whole["service_tier"]!.ToString());
        Assert.All(told.Chunks, c => Assert.Equal("priority", c["service_tier"]!.ToString()));
    }

    private Task<Told> AskAsync(string model, string prompt, string fields = "{}") => Told.AskAsync(engine.Host, Told.Request(model, prompt, fields));

    private static int Detail(Told told, string name) => told.Usage["completion_tokens_details"]![name]!.GetValue<int>();
}
