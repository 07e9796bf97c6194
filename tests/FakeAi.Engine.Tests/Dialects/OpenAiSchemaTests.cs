using System.Text.Json;
using FakeAi.Engine.Tests.Hosting;
using FakeAi.TestKit;

namespace FakeAi.Engine.Tests.Dialects;

/// <summary>Answers and chunks against OpenAI's own description of them.</summary>
public sealed class OpenAiSchemaTests(FastEngine engine) : IClassFixture<FastEngine>
{
    private const string Tool = """{"type":"function","function":{"name":"get_weather","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}}""";

    private static readonly SchemaCheck s_check = Load();

    [Theory]
    [InlineData("gpt-4o", "{}")]
    [InlineData("gpt-4o", """{"n":3,"logprobs":true,"top_logprobs":3,"max_tokens":9}""")]
    [InlineData("gpt-oss-20b", """{"reasoning_effort":"low"}""")]
    [InlineData("o3", """{"max_completion_tokens":30}""")]
    [InlineData("gpt-4o", $$$"""{"tools":[{{{Tool}}}],"tool_choice":"required","metadata":{"a":"b"}}""")]
    [InlineData("gpt-4o", $$$"""{"tools":[{{{Tool}}}],"tool_choice":"required","max_tokens":7}""")]
    [InlineData("gpt-4o-audio-preview", """{"modalities":["text","audio"],"audio":{"voice":"alloy","format":"pcm16"},"n":2,"max_tokens":90}""")]
    [InlineData("gpt-4o", """{"functions":[{"name":"f"}],"function_call":{"name":"f"}}""")]
    [InlineData("gpt-4o", """{"response_format":{"type":"json_schema","json_schema":{"name":"x","schema":{"type":"object","properties":{"a":{"type":"string"}}}}},"service_tier":"flex"}""")]
    public async Task Chat_WholeAndEveryChunk_Conform(string model, string fields)
    {
        var told = await Told.AskAsync(engine.Host, Told.Request(model, "What about the weather in Oslo?", fields));
        AssertConforms("CreateChatCompletionResponse", told.Whole.ToJsonString());
        Assert.All(told.Chunks, c => AssertConforms("CreateChatCompletionStreamResponse", c.ToJsonString()));
    }

    [Fact]
    public async Task CustomTool_Whole_Conforms()
    {
        var told = await Told.AskAsync(engine.Host, Told.Request("gpt-5", "go", """{"tools":[{"type":"custom","custom":{"name":"c"}}],"tool_choice":"required"}"""));
        AssertConforms("CreateChatCompletionResponse", told.Whole.ToJsonString());
    }

    [Theory]
    [InlineData("""{"prompt":"Once upon a time"}""")]
    [InlineData("""{"prompt":["One.","Two,"],"n":2,"echo":true,"max_tokens":3}""")]
    [InlineData("""{"prompt":"Say it.","logprobs":0}""")]
    [InlineData("""{"prompt":"Say it.","logprobs":5,"stop":"e"}""")]
    public async Task Completion_WholeAndEveryChunk_Conform(string fields)
    {
        var body = System.Text.Json.Nodes.JsonNode.Parse(fields)!.AsObject();
        body["model"] = "gpt-3.5-turbo-instruct";
        var told = await Told.AskAsync(engine.Host, body, "/v1/completions");
        AssertConforms("CreateCompletionResponse", told.Whole.ToJsonString());

        // The description forgets that a chunk's choice has not ended yet, and its usage not come.
        Assert.All(told.Chunks, c => AssertConforms("CreateCompletionResponse", c.ToJsonString().Replace("\"finish_reason\":null", "\"finish_reason\":\"stop\"", StringComparison.Ordinal).Replace(",\"usage\":null", "", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("""{"id":"x","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"finish_reason":"done","logprobs":null,"message":{"role":"assistant","content":"","refusal":null}}]}""", "done")]
    [InlineData("""{"id":"x","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"finish_reason":"stop","logprobs":null,"message":{"role":"assistant","content":""}}]}""", "lacks refusal")]
    [InlineData("""{"id":"x","object":"chat.completion","created":1.5,"model":"m","choices":[],"colour":1}""", "unknown member")]
    [InlineData("""{"id":"x","object":"chat.completion","created":1.5,"model":"m","choices":[]}""", "is not integer")]
    public void SchemaCheck_WrongAnswers_AreFound(string answer, string fault) =>
        Assert.Contains(s_check.Faults("CreateChatCompletionResponse", JsonElement.Parse(answer)), f => f.Contains(fault, StringComparison.Ordinal));

    private static void AssertConforms(string schema, string json)
    {
        var faults = s_check.Faults(schema, JsonElement.Parse(json));
        Assert.True(faults.Count == 0, $"{string.Join('\n', faults)}\n{json}");
    }

    private static SchemaCheck Load()
    {
        using var stream = typeof(OpenAiSchemaTests).Assembly.GetManifestResourceStream("openai-schemas.json")!;
        using var document = JsonDocument.Parse(stream);

        // Reasoning models of other vendors tell reasoning, and clients read it; OpenAI's own do not. A delta's sound is
        // documented in the guide, and missing here.
        return new SchemaCheck(document.RootElement, "reasoning_content", "audio");
    }
}
