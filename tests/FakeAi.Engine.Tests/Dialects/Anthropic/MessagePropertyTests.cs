using System.Text.Json.Nodes;
using FakeAi.Engine.Randomness;
using FakeAi.Engine.Tests.Hosting;

namespace FakeAi.Engine.Tests.Dialects.Anthropic;

/// <summary>What holds for every message, whatever was asked: a seeded walk through requests.</summary>
public sealed class MessagePropertyTests(FastEngine engine) : IClassFixture<FastEngine>
{
    private const string Tools =
        """[{"name":"get_weather","description":"weather of a city","input_schema":{"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer"}},"required":["city"]}},{"name":"price","description":"price of a share","input_schema":{"type":"object"}}]""";

    private static readonly string[] s_models = ["claude-sonnet-4-5", "claude-opus-4-1-20250805", "claude-3-5-haiku-20241022", "echo"];
    private static readonly string[] s_prompts = ["hi", "What is the weather in Paris, Rome and Oslo?", "Compare tea and coffee", "List the price of a share", "世界の天気は？ 👋🏽 \"quoted\"\n", "Write 80 words on sand"];
    private static readonly string[] s_choices = ["""{"type":"auto"}""", """{"type":"any"}""", """{"type":"none"}""", """{"type":"tool","name":"price"}""", """{"type":"any","disable_parallel_tool_use":true}"""];
    private static readonly string[] s_stops = ["e", ".", "\n\nx", "\"", "never met"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task AnyRequest_StreamedAndWhole_AreTheSameAndAddUp(int seed)
    {
        var random = new SeededRandom((ulong)seed);
        for (var i = 0; i < 40; i++)
        {
            var body = Any(random);
            var told = await ToldMessages.AskAsync(engine.Host, body);
            try
            {
                told.AssertSame();
                AssertMessage(told, body);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"{body.ToJsonString()}\n{told.Whole.ToJsonString()}", exception);
            }
        }
    }

    private static void AssertMessage(ToldMessages told, JsonObject body)
    {
        Assert.Matches("^msg_01[1-9A-Za-z]{22}$", told.Whole["id"]!.ToString());
        var kinds = told.Content.Select(b => b!["type"]!.ToString()).ToArray();
        var calls = told.Content.Where(b => b!["type"]!.ToString() == "tool_use").ToArray();
        Assert.All(calls, c => Assert.Matches("^toolu_01[0-9A-Za-z]{22}$", c!["id"]!.ToString()));
        Assert.All(told.Content, b => Assert.True(b!["type"]!.ToString() != "text" || b["text"]!.ToString().Length > 0));
        var usage = told.Usage;
        var output = usage["output_tokens"]!.GetValue<int>();
        Assert.InRange(output, 0, body["max_tokens"]!.GetValue<int>());
        switch (told.StopReason)
        {
            case "max_tokens":
                break;
            case "tool_use":
                Assert.NotEmpty(calls);
                Assert.Equal("tool_use", kinds[^1]);
                break;
            case "stop_sequence":
                Assert.Contains(told.Whole["stop_sequence"]!.ToString(), body["stop_sequences"]!.AsArray().Select(s => s!.ToString()));
                break;
            default:
                Assert.Equal("end_turn", told.StopReason);
                Assert.Empty(calls);
                break;
        }

        Assert.Equal(told.StopReason == "stop_sequence", told.Whole["stop_sequence"] is not null);
        foreach (var stop in body["stop_sequences"]?.AsArray() ?? [])
        {
            Assert.DoesNotContain(stop!.ToString(), Text(told), StringComparison.Ordinal);
        }

        if (body["model"]!.ToString() != "echo" && body["tool_choice"]?["type"]?.ToString() is "any" or "tool" && told.StopReason != "max_tokens")
        {
            Assert.Equal("tool_use", told.StopReason);
            Assert.True(body["tool_choice"]!["disable_parallel_tool_use"] is null || calls.Length == 1);
        }

        Assert.Equal(body["thinking"] is not null && kinds.Contains("thinking"), usage["output_tokens_details"] is not null);

        // Every delta tells at least one token; hidden thinking is counted besides.
        var deltas = told.Events.Count(e => e["type"]!.ToString() == "content_block_delta" && e["delta"]!["type"]!.ToString() != "signature_delta");
        Assert.True(deltas <= output, $"{deltas} deltas, but {output} tokens");
    }

    private static string Text(ToldMessages told) => string.Concat(told.Content.Where(b => b!["type"]!.ToString() == "text").Select(b => b!["text"]));

    private static JsonObject Any(SeededRandom random)
    {
        var model = random.Pick(s_models);
        var body = ToldMessages.Request(model, random.Pick(s_prompts));
        body["max_tokens"] = random.Next(3) == 0 ? 1 + random.Next(20) : 3000;
        var thinks = model.Contains("-4-", StringComparison.Ordinal) && body["max_tokens"]!.GetValue<int>() == 3000 && random.Next(3) == 0;
        if (thinks)
        {
            body["thinking"] = new JsonObject { ["type"] = "enabled", ["budget_tokens"] = 1024 + random.Next(1900) };
            if (random.Next(2) == 0)
            {
                body["thinking"]!["display"] = "omitted";
            }
        }

        if (random.Next(3) == 0)
        {
            body["stop_sequences"] = new JsonArray(random.Pick(s_stops), random.Pick(s_stops));
        }

        if (random.Next(3) == 0)
        {
            body["tools"] = JsonNode.Parse(Tools);
            body["tool_choice"] = JsonNode.Parse(thinks ? s_choices[0] : random.Pick(s_choices));
        }
        else if (random.Next(4) == 0)
        {
            body["output_config"] = JsonNode.Parse("""{"format":{"type":"json_schema","schema":{"type":"object","properties":{"title":{"type":"string"}},"required":["title"],"additionalProperties":false}}}""");
        }

        if (!thinks && random.Next(3) == 0)
        {
            body["temperature"] = random.Next(11) / 10.0;
        }

        return body;
    }
}
