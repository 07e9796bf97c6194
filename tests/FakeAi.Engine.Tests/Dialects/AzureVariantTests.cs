using System.Text.Json.Nodes;
using FakeAi.Contracts.Wire;
using FakeAi.Engine.Tests.Hosting;

namespace FakeAi.Engine.Tests.Dialects;

/// <summary>What Azure's content filters say, in answers and chunks; everything else is OpenAI's.</summary>
public sealed class AzureVariantTests(FastEngine engine) : IClassFixture<FastEngine>
{
    private const string Tool = """{"type":"function","function":{"name":"get_weather","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}}""";

    private static readonly string[] s_prompt = ["hate", "jailbreak", "self_harm", "sexual", "violence"];
    private static readonly string[] s_content = ["hate", "self_harm", "sexual", "violence"];

    [Theory]
    [InlineData("{}", true)]
    [InlineData("""{"n":2,"logprobs":true,"top_logprobs":1,"max_tokens":9}""", true)]
    [InlineData($$"""{"tools":[{{Tool}}],"tool_choice":"required"}""", false)]
    public async Task Answer_WholeAndStreamed_TellsTheFiltersResultsAndIsElseTheSame(string fields, bool tellsContent)
    {
        var body = Told.Request("gpt-4o", "What about the weather in Oslo?", fields);
        var plain = await Told.AskAsync(engine.Host, body);
        var azure = await Told.AskAsync(engine.Host, body, headers: (InternalHeaders.Variant, WireVariants.Azure));

        Assert.Equal(s_prompt, Names(azure.Whole["prompt_filter_results"]!.AsArray().Single()!["content_filter_results"]));
        Assert.All(azure.Whole["choices"]!.AsArray(), c => Assert.Equal(tellsContent ? s_content : [], Names(c!["content_filter_results"])));
        var first = azure.Chunks[0];
        Assert.Empty(first["choices"]!.AsArray());
        Assert.Equal(s_prompt, Names(first["prompt_filter_results"]![0]!["content_filter_results"]));
        Assert.All(azure.Chunks.Skip(1).SelectMany(static c => c["choices"]!.AsArray()), c => Assert.Equal(
            c!["delta"]!["content"]?.ToString() is { Length: > 0 } ? s_content : [], Names(c["content_filter_results"])));

        Assert.Equal(plain.Whole.ToJsonString(), Without(azure.Whole, "prompt_filter_results").ToJsonString());
        Assert.Equal(plain.Chunks.Select(static c => c.ToJsonString()), azure.Chunks.Skip(1).Select(static c => Without(c).ToJsonString()));
    }

    private static string[] Names(JsonNode? results) => [.. results!.AsObject().Select(static p => p.Key)];

    private static JsonNode Without(JsonNode answer, string? member = null)
    {
        var copy = answer.DeepClone();
        copy.AsObject().Remove(member ?? "");
        foreach (var choice in copy["choices"]!.AsArray())
        {
            choice!.AsObject().Remove("content_filter_results");
        }

        return copy;
    }
}
