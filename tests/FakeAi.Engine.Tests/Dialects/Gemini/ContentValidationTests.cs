using System.Text.Json.Nodes;
using FakeAi.Engine.Tests.Hosting;

namespace FakeAi.Engine.Tests.Dialects.Gemini;

/// <summary>What is wrong with a request is told in Google's words and shape.</summary>
public sealed class ContentValidationTests(FastEngine engine) : IClassFixture<FastEngine>
{
    private const string Hi = "\"contents\":[{\"parts\":[{\"text\":\"Hi\"}]}]";

    public static TheoryData<string, string> Wrong => new()
    {
        { "{", "Invalid JSON payload received." },
        { "{}", "* GenerateContentRequest.contents: contents is not specified\n" },
        { $"{{\"foo\":1,{Hi}}}", "Invalid JSON payload received. Unknown name \"foo\": Cannot find field." },
        { $"{{\"generationConfig\":{{\"fooBar\":1,\"x\":2}},{Hi}}}", "Invalid JSON payload received. Unknown name \"fooBar\" at 'generation_config': Cannot find field.\nInvalid JSON payload received. Unknown name \"x\" at 'generation_config': Cannot find field." },
        { $"{{\"generationConfig\":{{\"temperature\":\"hot\"}},{Hi}}}", "Invalid value at 'generation_config.temperature' (TYPE_FLOAT), \"hot\"" },
        { $"{{\"generationConfig\":{{\"maxOutputTokens\":1.5}},{Hi}}}", "Invalid value at 'generation_config.max_output_tokens' (TYPE_INT32), 1.5" },
        { $"{{\"generationConfig\":{{\"temperature\":3}},{Hi}}}", "* GenerateContentRequest.generation_config.temperature: temperature must be in the range [0.0, 2.0].\n" },
        { $"{{\"generationConfig\":{{\"maxOutputTokens\":0}},{Hi}}}", "* GenerateContentRequest.generation_config.max_output_tokens: max_output_tokens must be positive.\n" },
        { $"{{\"generationConfig\":{{\"candidateCount\":9}},{Hi}}}", "* GenerateContentRequest.generation_config.candidate_count: candidate_count must be within [1, 8].\n" },
        { $"{{\"generationConfig\":{{\"stopSequences\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\"]}},{Hi}}}", "* GenerateContentRequest.generation_config.stop_sequences: " },
        { $"{{\"generationConfig\":{{\"responseModalities\":[\"IMAGE\"]}},{Hi}}}", "The requested combination of response modalities (IMAGE) is not supported by the model." },
        { $"{{\"generationConfig\":{{\"responseSchema\":{{\"type\":\"OBJECT\"}}}},{Hi}}}", "* GenerateContentRequest.generation_config.response_schema: response_schema is only allowed when" },
        { $"{{\"generationConfig\":{{\"thinkingConfig\":{{\"thinkingBudget\":99999}}}},{Hi}}}", "The thinking budget 99999 is invalid. Please choose a value between 1 and 24576." },
        { "{\"contents\":[{\"role\":\"robot\",\"parts\":[{\"text\":\"Hi\"}]}]}", "Please use a valid role: user, model." },
        { "{\"contents\":[{\"parts\":[]}]}", "* GenerateContentRequest.contents[0].parts: contents.parts must not be empty.\n" },
        { "{\"contents\":[{\"parts\":[{}]}]}", "* GenerateContentRequest.contents[0].parts[0].data: required oneof field 'data' must have one initialized field\n" },
        { "{\"contents\":[{\"parts\":[{\"text\":3}]}]}", "Invalid value at 'contents[0].parts[0].text' (TYPE_STRING), 3" },
        { "{\"contents\":[{\"parts\":[{\"inlineData\":{\"mimeType\":\"application/zip\",\"data\":\"AAAA\"}}]}]}", "Unsupported MIME type: application/zip" },
        { "{\"contents\":[{\"parts\":[{\"functionResponse\":{\"name\":\"f\",\"response\":{}}}]}]}", "Please ensure that function response turn comes immediately after a function call turn." },
        { "{\"contents\":[{\"parts\":[{\"text\":\"x\"}]},{\"role\":\"model\",\"parts\":[{\"functionCall\":{\"name\":\"f\",\"args\":{}}}]},{\"parts\":[{\"text\":\"y\"}]}]}", "Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn." },
        { $"{{\"tools\":[{{\"googleSearch\":{{}}}}],{Hi}}}", "Tool 'google_search' is not supported by this server." },
        { $"{{\"tools\":[{{\"functionDeclarations\":[{{\"name\":\"a b\"}}]}}],{Hi}}}", "* GenerateContentRequest.tools[0].function_declarations[0].name: Invalid function name." },
        { $"{{\"tools\":[{{\"functionDeclarations\":[{{\"name\":\"f\",\"parameters\":{{\"type\":\"OBJECT\",\"properties\":{{\"a\":{{\"type\":\"STRING\",\"$ref\":\"x\"}}}}}}}}]}}],{Hi}}}", "Invalid JSON payload received. Unknown name \"$ref\" at 'tools[0].function_declarations[0].parameters.properties[0].value': Cannot find field." },
        { $"{{\"safetySettings\":[{{\"category\":\"FOO\",\"threshold\":\"OFF\"}}],{Hi}}}", "Invalid value at 'safety_settings[0].category' (type.googleapis.com/google.ai.generativelanguage.v1beta.HarmCategory), \"FOO\"" },
        { $"{{\"x-fakeai-ttft-ms\":\"soon\",{Hi}}}", "Invalid 'x-fakeai-ttft-ms': expected a number of milliseconds." },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task Request_ThatIsWrong_IsToldWhatAndWhere(string body, string message)
    {
        using var response = await engine.Host.PostToAsync(ToldContents.Path("gemini-2.5-flash", "generateContent"), body);
        var error = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"]!;

        Assert.StartsWith(message, error["message"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal((400, 400, "INVALID_ARGUMENT"), ((int)response.StatusCode, error["code"]!.GetValue<int>(), error["status"]!.ToString()));
        var violations = error["details"]?[0]?["fieldViolations"]?.AsArray() ?? [];
        Assert.Equal(
            message.StartsWith("Invalid JSON payload received. Unknown", StringComparison.Ordinal) || message.StartsWith("Invalid value at", StringComparison.Ordinal)
                ? error["message"]!.ToString()
                : "",
            string.Join('\n', violations.Select(v => v!["description"])));
    }

    [Theory]
    [InlineData("gpt-4o", "generateContent")]
    [InlineData("no-such-model", "streamGenerateContent")]
    [InlineData("no-such-model", "streamGenerateContent?alt=sse")]
    [InlineData("gemini-embedding-001", "countTokens")]
    public async Task Model_ThatGeminiDoesNotHave_IsNotFoundInTheMethodsForm(string model, string method)
    {
        using var response = await engine.Host.PostToAsync(ToldContents.Path(model, method), $"{{{Hi}}}");
        var root = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        var error = (method == "streamGenerateContent" ? Assert.Single(root.AsArray())! : root)["error"]!;

        Assert.Equal((404, "NOT_FOUND"), ((int)response.StatusCode, error["status"]!.ToString()));
        Assert.StartsWith($"models/{model} is not found for API version v1beta, or is not supported for ", error["message"]!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CachedContent_ThatNobodyHas_IsDenied()
    {
        using var response = await engine.Host.PostToAsync(
            ToldContents.Path("gemini-2.5-flash", "generateContent"), $"{{\"cachedContent\":\"cachedContents/x\",{Hi}}}");

        Assert.Equal(403, (int)response.StatusCode);
        Assert.Contains("PERMISSION_DENIED", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
