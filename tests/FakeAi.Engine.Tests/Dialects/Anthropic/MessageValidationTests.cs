using System.Text.Json.Nodes;
using FakeAi.Engine.Tests.Hosting;

namespace FakeAi.Engine.Tests.Dialects.Anthropic;

/// <summary>What is wrong with a request is told in Anthropic's words, with the field's path.</summary>
public sealed class MessageValidationTests(FastEngine engine) : IClassFixture<FastEngine>
{
    private const string Hi = "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]";
    private const string Start = "{\"model\":\"claude-sonnet-4-5\",\"max_tokens\":100,";
    private const string Call = """{"role":"assistant","content":[{"type":"tool_use","id":"toolu_1","name":"f","input":{}}]}""";

    public static TheoryData<string, string> Wrong => new()
    {
        { "{", "The request body is not valid JSON: line 1 column 2" },
        { "[]", "Input should be an object" },
        { "{}", "model: Field required" },
        { """{"model":"claude-sonnet-4-5"}""", "messages: Field required" },
        { $"{{\"model\":\"claude-sonnet-4-5\",{Hi}}}", "max_tokens: Field required" },
        { $"{{\"model\":\"claude-sonnet-4-5\",\"max_tokens\":0,{Hi}}}", "max_tokens: Input should be greater than or equal to 1" },
        { $"{{\"model\":\"claude-sonnet-4-5\",\"max_tokens\":\"x\",{Hi}}}", "max_tokens: Input should be a valid integer" },
        { $"{{\"model\":\"claude-3-5-haiku-20241022\",\"max_tokens\":9000,{Hi}}}", "max_tokens: 9000 > 8192, which is the maximum allowed number of output tokens for claude-3-5-haiku-20241022" },
        { $"{Start}\"foo\":1,{Hi}}}", "foo: Extra inputs are not permitted" },
        { $"{Start}\"thread\":{{\"type\":\"create\"}},{Hi}}}", "thread: conversations are not kept by this server" },
        { $"{Start}\"container\":\"c\",{Hi}}}", "container: is not supported by this server" },
        { $"{Start}\"mcp_servers\":[],{Hi}}}", "mcp_servers: is not supported by this server" },
        { $"{Start}\"temperature\":1.5,{Hi}}}", "temperature: Input should be less than or equal to 1" },
        { $"{Start}\"temperature\":1,\"top_p\":0.5,{Hi}}}", "`temperature` and `top_p` cannot both be specified for this model. Please use only one." },
        { $"{Start}\"top_k\":-1,{Hi}}}", "top_k: Input should be greater than or equal to 0" },
        { $"{Start}\"service_tier\":\"gold\",{Hi}}}", "service_tier: Input should be 'auto' or 'standard_only'" },
        { $"{Start}\"metadata\":{{\"x\":1}},{Hi}}}", "metadata.x: Extra inputs are not permitted" },
        { $"{Start}\"stop_sequences\":[\" \"],{Hi}}}", "stop_sequences: each stop sequence must contain non-whitespace" },
        { $"{Start}\"system\":[{{\"type\":\"image\"}}],{Hi}}}", "system.0: Input tag 'image' found using 'type' does not match any of the expected tags: 'text'" },
        { $"{Start}\"thinking\":{{\"type\":\"enabled\",\"budget_tokens\":10}},{Hi}}}", "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024" },
        { $"{Start}\"thinking\":{{\"type\":\"enabled\",\"budget_tokens\":2000}},{Hi}}}", "`max_tokens` must be greater than `thinking.budget_tokens`." },
        { $"{{\"model\":\"claude-sonnet-4-5\",\"max_tokens\":9000,\"temperature\":0.5,\"thinking\":{{\"type\":\"enabled\",\"budget_tokens\":2000}},{Hi}}}", "`temperature` may only be set to 1 when thinking is enabled." },
        { $"{Start}\"messages\":[]}}", "messages: at least one message is required" },
        { $"{Start}\"messages\":[{{\"role\":\"user\"}}]}}", "messages.0.content: Field required" },
        { $"{Start}\"messages\":[{{\"role\":\"user\",\"content\":\"\"}}]}}", "messages.0: all messages must have non-empty content except for the optional final assistant message" },
        { $"{Start}\"messages\":[{{\"role\":\"user\",\"content\":3}}]}}", "messages.0.content: Input should be a valid list" },
        { $"{Start}\"messages\":[{{\"role\":\"system\",\"content\":\"x\"}}]}}", "messages: Unexpected role \"system\". The Messages API accepts a top-level `system` parameter, not \"system\" as an input message role." },
        { $"{Start}\"messages\":[{{\"role\":\"user\",\"content\":[{{\"type\":\"text\"}}]}}]}}", "messages.0.content.0.text.text: Field required" },
        { $"{Start}\"messages\":[{{\"role\":\"user\",\"content\":[{{\"type\":\"text\",\"text\":\"\"}}]}}]}}", "messages: text content blocks must be non-empty" },
        { $"{Start}\"messages\":[{{\"role\":\"user\",\"content\":[{{\"type\":\"image\",\"source\":{{\"type\":\"base64\",\"media_type\":\"image/bmp\",\"data\":\"AAAA\"}}}}]}}]}}", "messages.0.content.0.image.source.base64.media_type: Input should be 'image/jpeg', 'image/png', 'image/gif' or 'image/webp'" },
        { $"{Start}\"messages\":[{{\"role\":\"user\",\"content\":[{{\"type\":\"tool_result\",\"tool_use_id\":\"toolu_9\"}}]}}]}}", "messages.0.content.0: unexpected `tool_use_id` found in `tool_result` blocks: toolu_9." },
        { $"{Start}\"messages\":[{{\"role\":\"user\",\"content\":\"x\"}},{Call},{{\"role\":\"user\",\"content\":\"y\"}}]}}", "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_1." },
        { $"{Start}\"messages\":[{{\"role\":\"user\",\"content\":\"x\"}},{{\"role\":\"assistant\",\"content\":\"y \"}}]}}", "messages: final assistant content cannot end with trailing whitespace" },
        { $"{Start}\"tools\":[{{\"type\":\"web_search_20250305\",\"name\":\"web_search\"}}],{Hi}}}", "tools.0: tool type 'web_search_20250305' is not supported by this server" },
        { $"{Start}\"tools\":[{{\"name\":\"a b\",\"input_schema\":{{\"type\":\"object\"}}}}],{Hi}}}", "tools.0.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'" },
        { $"{Start}\"tools\":[{{\"name\":\"a\"}}],{Hi}}}", "tools.0.custom.input_schema: Field required" },
        { $"{Start}\"tools\":[{{\"name\":\"a\",\"input_schema\":{{\"type\":\"object\"}}}}],\"tool_choice\":{{\"type\":\"tool\",\"name\":\"b\"}},{Hi}}}", "tool_choice: Tool 'b' not found in provided tools" },
        { $"{Start}\"tool_choice\":{{\"type\":\"any\"}},{Hi}}}", "tool_choice: tool_choice may only be specified while providing tools." },
        { $"{Start}\"output_config\":{{\"format\":{{\"type\":\"json_schema\",\"schema\":{{\"type\":\"object\"}}}}}},{Hi}}}", "output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false" },
        { $"{Start}\"x-fakeai-ttft-ms\":\"soon\",{Hi}}}", "Invalid 'x-fakeai-ttft-ms': expected a number of milliseconds." },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task Request_ThatIsWrong_IsToldWhatAndWhere(string body, string message)
    {
        using var response = await engine.Host.PostToAsync(ToldMessages.Path, body, ("x-request-id", "req_1"));
        var error = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;

        Assert.StartsWith(message, error["error"]!["message"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal(400, (int)response.StatusCode);
        Assert.Equal(("error", "invalid_request_error", "req_1"), (error["type"]!.ToString(), error["error"]!["type"]!.ToString(), error["request_id"]!.ToString()));
    }

    [Theory]
    [InlineData("temperature", 400)]
    [InlineData("top_p", 400)]
    [InlineData("top_k", 400)]
    [InlineData("stream", 200)]
    public async Task SamplingFields_InTheNewestVersion_AreGone(string field, int status)
    {
        using var response = await engine.Host.PostToAsync(
            ToldMessages.Path, $"{Start}\"{field}\":{(field == "stream" ? "false" : "1")},{Hi}}}", ("anthropic-version", "2026-10-21"));

        Assert.Equal(status, (int)response.StatusCode);
    }

    [Theory]
    [InlineData("no-such-model")]
    [InlineData("gpt-4o")]
    public async Task Model_ThatAnthropicDoesNotHave_IsNotFound(string model)
    {
        using var response = await engine.Host.PostToAsync(ToldMessages.Path, $"{{\"model\":\"{model}\",\"max_tokens\":1,{Hi}}}");
        var error = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"]!;

        Assert.Equal((404, "not_found_error", $"model: {model}"), ((int)response.StatusCode, error["type"]!.ToString(), error["message"]!.ToString()));
    }
}
