using System.Net;
using System.Text.Json.Nodes;
using FakeAi.Engine.Tests.Hosting;

namespace FakeAi.Engine.Tests.Dialects;

public sealed class ChatValidationTests(FastEngine engine) : IClassFixture<FastEngine>
{
    private const string Hi = """ "messages":[{"role":"user","content":"hi"}] """;
    private const string Ok = """ "model":"gpt-4o-mini", "messages":[{"role":"user","content":"hi"}] """;
    private const string Tool = """ "tools":[{"type":"function","function":{"name":"f"}}] """;
    private const string Parse = "We could not parse the JSON body of your request.";

    public static TheoryData<string, int, string?, string?, string> Faults => new()
    {
        { "", 400, null, null, Parse },
        { "{", 400, null, null, Parse },
        { "[]", 400, null, null, Parse },
        { """{"model":"gpt-4o","messages":[{"role":"user","content":"\ud800"}]}""", 400, null, null, Parse },
        { $"{{{Hi}}}", 400, null, null, "you must provide a model parameter" },
        { $"{{\"model\":null,{Hi}}}", 400, null, null, "you must provide a model parameter" },
        { $"{{\"model\":5,{Hi}}}", 400, "model", "invalid_type", "Invalid type for 'model': expected a string, but got an integer instead." },
        { $"{{\"model\":\"nope\",{Hi}}}", 404, null, "model_not_found", "The model `nope` does not exist or you do not have access to it." },
        { $"{{\"model\":\"text-embedding-3-small\",{Hi}}}", 404, "model", null, "This is not a chat model" },
        { """{"model":"gpt-4o"}""", 400, "messages", "missing_required_parameter", "Missing required parameter: 'messages'." },
        { """{"model":"gpt-4o","messages":"hi"}""", 400, "messages", "invalid_type", "Invalid type for 'messages': expected an array of objects, but got a string instead." },
        { """{"model":"gpt-4o","messages":[]}""", 400, "messages", "empty_array", "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead." },
        { """{"model":"gpt-4o","messages":["hi"]}""", 400, "messages[0]", "invalid_type", "Invalid type for 'messages[0]': expected an object, but got a string instead." },
        { """{"model":"gpt-4o","messages":[{"content":"hi"}]}""", 400, "messages[0].role", "missing_required_parameter", "Missing required parameter: 'messages[0].role'." },
        { """{"model":"gpt-4o","messages":[{"role":"robot","content":"hi"}]}""", 400, "messages[0].role", "invalid_value", "Invalid value: 'robot'. Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and 'developer'." },
        { """{"model":"gpt-4o","messages":[{"role":"user"}]}""", 400, "messages[0].content", "missing_required_parameter", "Missing required parameter: 'messages[0].content'." },
        { """{"model":"gpt-4o","messages":[{"role":"user","content":null}]}""", 400, "messages[0].content", "invalid_type", "Invalid type for 'messages[0].content': expected one of a string or array of objects, but got null instead." },
        { """{"model":"gpt-4o","messages":[{"role":"user","content":7}]}""", 400, "messages[0].content", "invalid_type", "Invalid type for 'messages[0].content': expected one of a string or array of objects, but got an integer instead." },
        { """{"model":"gpt-4o","messages":[{"role":"user","content":"hi","mood":1}]}""", 400, "messages[0].mood", "unknown_parameter", "Unknown parameter: 'messages[0].mood'." },
        { """{"model":"gpt-4o","messages":[{"role":"user","content":[{"text":"x"}]}]}""", 400, "messages[0].content[0].type", "missing_required_parameter", "Missing required parameter: 'messages[0].content[0].type'." },
        { """{"model":"gpt-4o","messages":[{"role":"user","content":[{"type":"text"}]}]}""", 400, "messages[0].content[0].text", "missing_required_parameter", "Missing required parameter: 'messages[0].content[0].text'." },
        { """{"model":"gpt-4o","messages":[{"role":"system","content":[{"type":"image_url","image_url":{"url":"https://a/b.png"}}]}]}""", 400, "messages[0].content[0].type", "invalid_value", "Invalid value: 'image_url'. Supported values are: 'text'." },
        { """{"model":"gpt-3.5-turbo","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://a/b.png"}}]}]}""", 400, "messages.[0].content.[0].type", null, "Invalid content type. image_url is only supported by certain models." },
        { """{"model":"gpt-4o","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"ftp://a"}}]}]}""", 400, "messages[0].content[0].image_url.url", "invalid_value", "Expected a valid URL" },
        { """{"model":"gpt-4o","messages":[{"role":"tool","content":"x"}]}""", 400, "messages[0].tool_call_id", "missing_required_parameter", "Missing required parameter: 'messages[0].tool_call_id'." },
        { """{"model":"gpt-4o","messages":[{"role":"tool","tool_call_id":"a","content":"x"}]}""", 400, "messages.[0].role", null, "must be a response to a preceeding message with 'tool_calls'" },
        { """{"model":"gpt-4o","messages":[{"role":"assistant","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"user","content":"x"}]}""", 400, "messages.[1].role", null, "did not have response messages: c1" },
        { $"{{{Ok},\"colour\":1}}", 400, null, null, "Unrecognized request argument supplied: colour" },
        { $"{{{Ok},\"temperature\":\"hot\"}}", 400, "temperature", "invalid_type", "Invalid type for 'temperature': expected a decimal, but got a string instead." },
        { $"{{{Ok},\"temperature\":2.1}}", 400, "temperature", "decimal_above_max_value", "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 2.1 instead." },
        { $"{{{Ok},\"temperature\":-0.1}}", 400, "temperature", "decimal_below_min_value", "Invalid 'temperature': decimal below minimum value. Expected a value >= 0, but got -0.1 instead." },
        { $"{{{Ok},\"top_p\":1.5}}", 400, "top_p", "decimal_above_max_value", "Expected a value <= 1, but got 1.5 instead." },
        { $"{{{Ok},\"presence_penalty\":-3}}", 400, "presence_penalty", "decimal_below_min_value", "Expected a value >= -2, but got -3 instead." },
        { $"{{{Ok},\"frequency_penalty\":3}}", 400, "frequency_penalty", "decimal_above_max_value", "Expected a value <= 2, but got 3 instead." },
        { $"{{{Ok},\"n\":0}}", 400, "n", "integer_below_min_value", "Invalid 'n': integer below minimum value. Expected a value >= 1, but got 0 instead." },
        { $"{{{Ok},\"n\":129}}", 400, "n", "integer_above_max_value", "Invalid 'n': integer above maximum value. Expected a value <= 128, but got 129 instead." },
        { $"{{{Ok},\"n\":1.5}}", 400, "n", "invalid_type", "Invalid type for 'n': expected an integer, but got a decimal number instead." },
        { $"{{{Ok},\"max_tokens\":0}}", 400, "max_tokens", "integer_below_min_value", "Expected a value >= 1, but got 0 instead." },
        { $"{{{Ok},\"max_tokens\":20000}}", 400, "max_tokens", "invalid_value", "max_tokens is too large: 20000. This model supports at most 16384 completion tokens, whereas you provided 20000." },
        { $"{{{Ok},\"max_tokens\":5,\"max_completion_tokens\":5}}", 400, "max_tokens", "invalid_parameter_combination", "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported." },
        { $"{{{Ok},\"seed\":99999999999999999999}}", 400, "seed", "integer_above_max_value", "Invalid 'seed': integer above maximum value." },
        { $"{{{Ok},\"stop\":5}}", 400, "stop", "invalid_type", "Invalid type for 'stop': expected one of a string or array of strings, but got an integer instead." },
        { $"{{{Ok},\"stop\":[\"a\",\"b\",\"c\",\"d\",\"e\"]}}", 400, "stop", "array_above_max_length", "Expected an array with maximum length 4, but got an array with length 5 instead." },
        { $"{{{Ok},\"stop\":[\"a\",1]}}", 400, "stop[1]", "invalid_type", "Invalid type for 'stop[1]': expected a string, but got an integer instead." },
        { "{" + Ok + ""","response_format":{"type":"json_schema","json_schema":{"name":"s","strict":true,"schema":{"type":"object","properties":{"a":{"type":"string"}}}}}}""", 400, "response_format", null, "Invalid schema for response_format 's': In context=(), 'additionalProperties' is required to be supplied and to be false." },
        { "{" + Ok + ""","response_format":{"type":"json_schema","json_schema":{"name":"s","schema":{"type":"object","properties":{"a":{"type":"integer","minimum":5,"maximum":2}},"required":["a"]}}}}""", 400, "response_format", "invalid_schema", "Invalid schema for response_format 's': no value that conforms to it could be made. At '/properties/a" },
        { "{" + Ok + ""","tools":[{"type":"function","function":{"name":"f"}},{"type":"function","function":{"name":"g","strict":true,"parameters":{"type":"object","properties":{"a":{"type":"array"}},"required":["a"],"additionalProperties":false}}}]}""", 400, "tools[1].function.parameters", "invalid_function_parameters", "Invalid schema for function 'g': In context=('properties', 'a'), array schema missing items." },
        { "{" + Ok + ""","tools":[{"type":"function","function":{"name":"f","parameters":{}}}]}""", 400, "tools[0].function.parameters", "invalid_function_parameters", "Invalid schema for function 'f': schema must be a JSON Schema of 'type: \"object\"', got 'type: \"None\"'." },
        { "{" + Ok + ""","tool_choice":"required","tools":[{"type":"function","function":{"name":"g","parameters":{"type":"object","properties":{"a":false},"required":["a"]}}}]}""", 400, "tools[0].function.parameters", "invalid_schema", "Invalid schema for function 'g': no value that conforms to it could be made." },
        { $"{{{Ok},\"stream\":\"yes\"}}", 400, "stream", "invalid_type", "Invalid type for 'stream': expected a boolean, but got a string instead." },
        { $"{{{Ok},\"stream_options\":{{\"include_usage\":true}}}}", 400, "stream_options", null, "The 'stream_options' parameter is only allowed when 'stream' is enabled." },
        { $"{{{Ok},\"stream\":true,\"stream_options\":{{\"speed\":1}}}}", 400, "stream_options.speed", "unknown_parameter", "Unknown parameter: 'stream_options.speed'." },
        { $"{{\"model\":\"o3\",{Hi},\"logprobs\":true}}", 400, "logprobs", "unsupported_parameter", "Unsupported parameter: 'logprobs' is not supported with this model." },
        { $"{{{Ok},\"top_logprobs\":2}}", 400, "top_logprobs", null, "The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled." },
        { $"{{{Ok},\"logprobs\":true,\"top_logprobs\":21}}", 400, "top_logprobs", "integer_above_max_value", "Expected a value <= 20, but got 21 instead." },
        { $"{{{Ok},\"logit_bias\":{{\"50256\":101}}}}", 400, "logit_bias.50256", "decimal_above_max_value", "Expected a value <= 100, but got 101 instead." },
        { $"{{{Ok},\"logit_bias\":{{\"x\":1}}}}", 400, "logit_bias", null, "Invalid key in 'logit_bias': x." },
        { $"{{{Ok},\"response_format\":{{\"type\":\"json_object\"}}}}", 400, "messages", null, "'messages' must contain the word 'json' in some form" },
        { $"{{\"model\":\"gpt-4\",{Hi},\"response_format\":{{\"type\":\"json_object\"}}}}", 400, "response_format", "unsupported_value", "Invalid parameter: 'response_format' of type 'json_object' is not supported with this model." },
        { $"{{{Ok},\"response_format\":{{\"type\":\"json_schema\"}}}}", 400, "response_format.json_schema", "missing_required_parameter", "Missing required parameter: 'response_format.json_schema'." },
        { $"{{{Ok},\"response_format\":{{\"type\":\"yaml\"}}}}", 400, "response_format.type", "invalid_value", "Invalid value: 'yaml'. Supported values are: 'json_object', 'json_schema', and 'text'." },
        { $"{{{Ok},\"tool_choice\":\"auto\"}}", 400, "tool_choice", null, "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified." },
        { $"{{{Ok},{Tool},\"tool_choice\":{{\"type\":\"function\",\"function\":{{\"name\":\"g\"}}}}}}", 400, "tool_choice", null, "Tool choice 'g' not found in 'tools' parameter." },
        { $"{{{Ok},{Tool},\"tool_choice\":{{\"type\":\"allowed_tools\",\"allowed_tools\":{{\"tools\":[]}}}}}}", 400, "tool_choice.allowed_tools.mode", "missing_required_parameter", "Missing required parameter: 'tool_choice.allowed_tools.mode'." },
        { $"{{{Ok},{Tool},\"tool_choice\":{{\"type\":\"custom\",\"custom\":{{\"name\":\"f\"}}}}}}", 400, "tool_choice", null, "Tool choice 'f' not found" },
        { $"{{{Ok},\"functions\":[{{\"name\":\"f\"}}],\"function_call\":{{\"name\":\"g\"}}}}", 400, "function_call", null, "no function named 'g' was specified" },
        { $"{{{Ok},\"tools\":[{{\"type\":\"custom\",\"custom\":{{\"name\":\"c\",\"format\":{{\"type\":\"grammar\",\"grammar\":{{\"syntax\":\"lark\",\"definition\":\"start: x\"}}}}}}}}]}}", 400, "tools[0].custom.format.grammar.syntax", "unsupported_value", "does not support 'lark'" },
        { $"{{{Ok},\"tools\":[{{\"type\":\"function\"}}]}}", 400, "tools[0].function", "missing_required_parameter", "Missing required parameter: 'tools[0].function'." },
        { $"{{{Ok},\"tools\":[{{\"type\":\"function\",\"function\":{{\"name\":\"a b\"}}}}]}}", 400, "tools[0].function.name", "invalid_value", "string does not match pattern" },
        { $"{{{Ok},\"tools\":[{{\"type\":\"function\",\"function\":{{\"name\":\"f\",\"parameters\":{{\"x\":\"\\ud800\"}}}}}}]}}", 400, null, null, "We could not parse the JSON body" },
        { $"{{{Ok},\"parallel_tool_calls\":true}}", 400, "parallel_tool_calls", null, "'parallel_tool_calls' is only allowed when 'tools' are specified." },
        { $"{{{Ok},\"functions\":[]}}", 400, "functions", "empty_array", "Invalid 'functions': empty array." },
        { $"{{{Ok},\"modalities\":[\"text\",\"audio\"]}}", 400, "modalities", "unsupported_value", "does not support 'audio'" },
        { $"{{{Ok},\"audio\":{{\"voice\":\"alloy\",\"format\":\"mp3\"}}}}", 400, "audio", "unsupported_parameter", "Unsupported parameter: 'audio'" },
        { $"{{{Ok},\"web_search_options\":{{}}}}", 400, "web_search_options", "unsupported_parameter", "Unsupported parameter: 'web_search_options'" },
        { $"{{{Ok},\"service_tier\":\"gold\"}}", 400, "service_tier", "invalid_value", "Invalid value: 'gold'." },
        { $"{{{Ok},\"reasoning_effort\":\"high\"}}", 400, null, null, "Unrecognized request argument supplied: reasoning_effort" },
        { $"{{{Ok},\"metadata\":{{\"a\":1}}}}", 400, "metadata.a", "invalid_type", "Invalid type for 'metadata.a': expected a string, but got an integer instead." },
        { $"{{{Ok},\"safety_identifier\":\"{new string('x', 65)}\"}}", 400, "safety_identifier", "string_above_max_length", "Expected a string with maximum length 64, but got a string with length 65 instead." },
        { $"{{{Ok},\"prediction\":{{\"type\":\"content\"}}}}", 400, "prediction.content", "missing_required_parameter", "Missing required parameter: 'prediction.content'." },
        { $"{{\"model\":\"o3\",{Hi},\"max_tokens\":5}}", 400, "max_tokens", "unsupported_parameter", "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead." },
        { $"{{\"model\":\"gpt-5\",{Hi},\"temperature\":0.2}}", 400, "temperature", "unsupported_value", "Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) value is supported." },
        { $"{{\"model\":\"gpt-4\",{Hi},\"max_tokens\":8190}}", 400, "messages", "context_length_exceeded", "However, you requested 8198 tokens (8 in the messages, 8190 in the completion)." },
        { $"{{\"model\":\"gpt-4\",\"messages\":[{{\"role\":\"user\",\"content\":\"{string.Concat(Enumerable.Repeat("word ", 9000))}\"}}]}}", 400, "messages", "context_length_exceeded", "This model's maximum context length is 8192 tokens. However, your messages resulted in" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task BadRequest_GivesOpenAisStatusAndEnvelope(string body, int status, string? param, string? code, string message)
    {
        using var response = await engine.Host.PostAsync(body);
        var text = await response.Content.ReadAsStringAsync();
        Assert.Equal((HttpStatusCode)status, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        var error = JsonNode.Parse(text)!["error"]!.AsObject();
        Assert.Equal(["message", "type", "param", "code"], error.Select(p => p.Key));
        Assert.Equal(("invalid_request_error", param, code), (error["type"]!.ToString(), error["param"]?.ToString(), error["code"]?.ToString()));
        Assert.Contains(message, error["message"]!.ToString(), StringComparison.Ordinal);

        using var after = await engine.Host.PostAsync($"{{{Ok}}}");
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
    }

    [Theory]
    [InlineData("x-fakeai-ttft-ms", "-1")]
    [InlineData("x-fakeai-ttft-ms", "fast")]
    [InlineData("x-fakeai-ttft-ms", "600001")]
    [InlineData("x-fakeai-itl-ms", "60001")]
    [InlineData("x-fakeai-itl-ms", "1e3")]
    [InlineData("x-fakeai-itl-ms", "")]
    public async Task BadTimingHeader_IsNamed(string header, string value)
    {
        using var response = await engine.Host.PostAsync($"{{{Ok}}}", (header, value));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var error = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"]!;
        Assert.Equal((header, "invalid_header"), (error["param"]!.ToString(), error["code"]!.ToString()));
    }

    [Theory]
    [InlineData(""" "temperature":0,"top_p":1,"n":1,"stop":null,"presence_penalty":0,"frequency_penalty":-2,"logit_bias":{"1":-100},"seed":-5,"user":"u" """)]
    [InlineData(""" "max_tokens":null,"max_completion_tokens":16384,"stream":false,"stream_options":null,"logprobs":false,"response_format":{"type":"text"} """)]
    [InlineData(""" "tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{},"required":[],"additionalProperties":false},"strict":true}}],"tool_choice":"auto","parallel_tool_calls":false """)]
    [InlineData(""" "functions":[{"name":"f"}],"function_call":"none" """)]
    [InlineData(""" "store":true,"metadata":{"a":"b"},"service_tier":"flex","modalities":["text"],"prediction":{"type":"content","content":"x"},"verbosity":"low" """)]
    [InlineData(""" "prompt_cache_key":"k","prompt_cache_retention":"24h","prompt_cache_options":{"mode":"implicit"},"safety_identifier":"s" """)]
    public async Task DocumentedFields_AreAccepted(string fields)
    {
        using var response = await engine.Host.PostAsync($"{{{Ok},{fields}}}");
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task EveryRoleAndPart_IsAccepted()
    {
        using var response = await engine.Host.PostAsync(
            """
            {"model":"gpt-4o","messages":[
              {"role":"system","content":"a"},{"role":"developer","content":[{"type":"text","text":"b"}],"name":"dev"},
              {"role":"user","content":[{"type":"text","text":"c"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AA==","detail":"low"}},{"type":"file","file":{"file_id":"file-1"}}]},
              {"role":"assistant","content":null,"refusal":null,"annotations":[],"parsed":null,"reasoning_content":"r","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}},{"id":"c2","type":"custom","custom":{"name":"g","input":"x"}}]},
              {"role":"tool","tool_call_id":"c2","content":"2"},{"role":"tool","tool_call_id":"c1","content":[{"type":"text","text":"1"}]},
              {"role":"assistant","content":[{"type":"refusal","refusal":"no"}]},
              {"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{}"}},
              {"role":"function","name":"f","content":null},{"role":"user","content":"Tell me about maps"}]}
            """);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        Assert.Contains("maps", text, StringComparison.OrdinalIgnoreCase);
    }
}
