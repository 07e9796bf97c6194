using System.Text.Json.Nodes;
using FakeAi.Engine.Randomness;
using FakeAi.Engine.Tests.Hosting;

namespace FakeAi.Engine.Tests.Dialects;

/// <summary>What holds for every answer, whatever was asked: a seeded walk through requests.</summary>
public sealed class AnswerPropertyTests(FastEngine engine) : IClassFixture<FastEngine>
{
    private static readonly string[] s_models = ["gpt-4o", "gpt-4o-mini", "gpt-oss-20b", "o3", "gpt-5", "deepseek-ai/DeepSeek-R1", "claude-sonnet-4-5"];
    private static readonly string[] s_prompts = ["hi", "What is the weather in Paris, Rome and Oslo?", "Compare tea and coffee as JSON", "List the price of a share", "世界の天気は？ 👋🏽", "Write 80 words on sand"];
    private static readonly string[] s_efforts = ["none", "minimal", "low", "medium"];
    private static readonly string[] s_choices = ["\"auto\"", "\"none\"", "\"required\"", """{"type":"function","function":{"name":"price"}}"""];
    private static readonly string[] s_stops = ["e", ".", "\n\n", "\"", "never met"];

    private const string Tools =
        """[{"type":"function","function":{"name":"get_weather","description":"weather of a city","parameters":{"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer"}},"required":["city"]}}},{"type":"function","function":{"name":"price","description":"price of a share"}}]""";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task AnyRequest_StreamedAndWhole_AreTheSameAndAddUp(int seed)
    {
        var random = new SeededRandom((ulong)seed);
        for (var i = 0; i < 40; i++)
        {
            var body = Any(random);
            var told = await Told.AskAsync(engine.Host, body);
            try
            {
                told.AssertSame();
                Assert.Equal(body["n"]?.GetValue<int>() ?? 1, told.Whole["choices"]!.AsArray().Count);
                foreach (var choice in told.Whole["choices"]!.AsArray())
                {
                    AssertChoice(choice!, body);
                }

                AssertUsage(told, body);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException(body.ToJsonString(), exception);
            }
        }
    }

    private static void AssertChoice(JsonNode choice, JsonObject body)
    {
        var message = choice["message"]!;
        var finish = choice["finish_reason"]!.ToString();
        var calls = message["tool_calls"]?.AsArray();
        if (finish != "length")
        {
            var named = body["tool_choice"] is JsonObject;
            Assert.Equal(calls is null || named ? "stop" : "tool_calls", finish);
            Assert.All(calls ?? [], c => JsonNode.Parse(c!["function"]!["arguments"]!.ToString()));
            if (body["response_format"] is not null && calls is null && body["stop"] is null)
            {
                JsonNode.Parse(message["content"]!.ToString());
            }
        }

        foreach (var stop in body["stop"]?.AsArray() ?? [])
        {
            Assert.DoesNotContain(stop!.ToString(), message["content"]?.ToString() ?? "", StringComparison.Ordinal);
        }

        var ids = (calls ?? []).Select(c => c!["id"]!.ToString()).ToArray();
        Assert.Equal(ids.Length, ids.Distinct(StringComparer.Ordinal).Count());
    }

    private static void AssertUsage(Told told, JsonObject body)
    {
        var usage = told.Usage;
        var (prompt, completion) = (usage["prompt_tokens"]!.GetValue<int>(), usage["completion_tokens"]!.GetValue<int>());
        Assert.Equal(prompt + completion, usage["total_tokens"]!.GetValue<int>());
        var choices = told.Whole["choices"]!.AsArray();
        if (body["max_completion_tokens"]?.GetValue<int>() is { } most)
        {
            Assert.InRange(completion, 0, most * choices.Count);
        }

        // Every chunk that tells something tells at least one token; hidden reasoning is counted besides.
        var deltas = Enumerable.Range(0, choices.Count).Sum(i => told.Of(i).Skip(1).Count(c => c["delta"]!.AsObject().Count > 0));
        var reasoning = usage["completion_tokens_details"]!["reasoning_tokens"]!.GetValue<int>();
        var hidden = choices.All(c => c!["message"]!["reasoning_content"] is null) ? reasoning : 0;
        Assert.True(deltas + hidden <= completion, $"{deltas} chunks and {hidden} hidden tokens, but {completion} tokens");
        var plain = choices.All(c => c!["message"]!["tool_calls"] is null) && choices.All(c => (c!["message"]!["content"]?.ToString() ?? "").All(char.IsAscii));
        Assert.True(!plain || hidden + deltas == completion, $"{deltas} chunks and {hidden} hidden tokens are not {completion} tokens");
    }

    private static JsonObject Any(SeededRandom random)
    {
        var model = random.Pick(s_models);
        var body = Told.Request(model, random.Pick(s_prompts));
        body["seed"] = random.Next(1000);
        if (random.Next(3) == 0)
        {
            body["n"] = random.Next(20) == 0 ? 128 : 1 + random.Next(4);
        }

        if (random.Next(2) == 0)
        {
            body["max_completion_tokens"] = 1 + random.Next(random.Next(2) == 0 ? 12 : 300);
        }

        var reasons = model is "o3" or "gpt-5" or "gpt-oss-20b";
        if (reasons || model.StartsWith("deepseek", StringComparison.Ordinal))
        {
            body["reasoning_effort"] = random.Pick(s_efforts);
        }
        else if (random.Next(3) == 0)
        {
            body["stop"] = new JsonArray(random.Pick(s_stops), random.Pick(s_stops));
        }

        if (!reasons && random.Next(3) == 0)
        {
            body["logprobs"] = true;
            body["top_logprobs"] = random.Next(21);
        }

        if (random.Next(3) == 0)
        {
            body["tools"] = JsonNode.Parse(Tools);
            body["tool_choice"] = JsonNode.Parse(random.Pick(s_choices));
            body["parallel_tool_calls"] = random.Next(2) == 0;
        }

        if (random.Next(4) == 0)
        {
            body["response_format"] = JsonNode.Parse("""{"type":"json_schema","json_schema":{"name":"x","schema":{"type":"object","properties":{"title":{"type":"string"},"tags":{"type":"array","items":{"type":"string"}}},"required":["title","tags"],"additionalProperties":false}}}""");
        }

        return body;
    }
}
