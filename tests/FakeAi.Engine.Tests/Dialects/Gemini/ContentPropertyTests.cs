using System.Text.Json.Nodes;
using FakeAi.Engine.Randomness;
using FakeAi.Engine.Tests.Hosting;

namespace FakeAi.Engine.Tests.Dialects.Gemini;

/// <summary>What holds for every answer, whatever was asked: a seeded walk through requests.</summary>
public sealed class ContentPropertyTests(FastEngine engine) : IClassFixture<FastEngine>
{
    private const string Tools =
        """[{"functionDeclarations":[{"name":"get_weather","description":"weather of a city","parameters":{"type":"OBJECT","properties":{"city":{"type":"STRING"},"days":{"type":"INTEGER","nullable":true}},"required":["city"]}},{"name":"price","description":"price of a share"}]}]""";

    private static readonly string[] s_models = ["gemini-2.5-flash", "gemini-2.5-pro", "gemini-2.0-flash", "gemini-2.5-flash-lite", "echo"];
    private static readonly string[] s_prompts = ["hi", "What is the weather in Paris, Rome and Oslo?", "Compare tea and coffee", "List the price of a share", "世界の天気は？ 👋🏽 \"quoted\"\n", "Write 80 words on sand"];
    private static readonly string[] s_stops = ["e", ".", "\n\n", "\"", "never met"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task AnyRequest_StreamedInBothFormsAndWhole_IsTheSameAndAddsUp(int seed)
    {
        var random = new SeededRandom((ulong)seed);
        for (var i = 0; i < 30; i++)
        {
            var (model, body) = Any(random);
            var told = await ToldContents.AskAsync(engine.Host, model, body);
            try
            {
                told.AssertSame();
                AssertAnswer(told, model, body);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"{model} {body.ToJsonString()}\n{told.Whole.ToJsonString()}", exception);
            }
        }
    }

    private static void AssertAnswer(ToldContents told, string model, JsonObject body)
    {
        var config = body["generationConfig"]!;
        var candidates = told.Whole["candidates"]!.AsArray();
        Assert.Equal(config["candidateCount"]?.GetValue<int>() ?? 1, candidates.Count);
        int Count(string name) => told.Usage[name]?.GetValue<int>() ?? 0;
        Assert.Equal(Count("promptTokenCount") + Count("candidatesTokenCount") + Count("thoughtsTokenCount"), Count("totalTokenCount"));
        if (config["maxOutputTokens"]?.GetValue<int>() is { } most)
        {
            Assert.InRange(Count("candidatesTokenCount") + Count("thoughtsTokenCount"), 0, most * candidates.Count);
        }

        foreach (var candidate in candidates)
        {
            var parts = candidate!["content"]!["parts"]?.AsArray() ?? [];
            Assert.Contains(candidate["finishReason"]!.ToString(), (string[])["STOP", "MAX_TOKENS"]);
            var thoughts = parts.Count(p => p!["thought"]?.GetValue<bool>() == true);
            Assert.True(thoughts == 0 || (config["thinkingConfig"]?["includeThoughts"]?.GetValue<bool>() == true && Count("thoughtsTokenCount") > 0));
            foreach (var stop in config["stopSequences"]?.AsArray() ?? [])
            {
                Assert.DoesNotContain(parts, p => p!["thought"] is null && p["text"]?.ToString().Contains(stop!.ToString(), StringComparison.Ordinal) == true);
            }

            var calls = parts.Count(p => p!["functionCall"] is not null);
            var forced = body["toolConfig"]?["functionCallingConfig"]?["mode"]?.ToString() == "ANY" && model != "echo";
            Assert.True(!forced || calls > 0 || candidate["finishReason"]!.ToString() == "MAX_TOKENS");
            Assert.All(parts, p => Assert.True(p!["functionCall"] is null || p["functionCall"]!["args"] is JsonObject));
            Assert.Equal(body["safetySettings"]?.AsArray().Count ?? 0, candidate["safetyRatings"]?.AsArray().Count ?? 0);
        }
    }

    private static (string Model, JsonObject Body) Any(SeededRandom random)
    {
        var model = random.Pick(s_models);
        var body = ToldContents.Request(random.Pick(s_prompts));
        var config = new JsonObject { ["seed"] = random.Next(1000) };
        body["generationConfig"] = config;
        if (random.Next(3) == 0)
        {
            config["candidateCount"] = 1 + random.Next(3);
        }

        if (random.Next(2) == 0)
        {
            config["maxOutputTokens"] = 1 + random.Next(random.Next(2) == 0 ? 12 : 600);
        }

        if (random.Next(3) == 0)
        {
            config["stopSequences"] = new JsonArray(random.Pick(s_stops), random.Pick(s_stops));
        }

        if (random.Next(3) == 0)
        {
            config["responseLogprobs"] = true;
            config["logprobs"] = random.Next(6);
        }

        if (model.Contains("2.5", StringComparison.Ordinal) && random.Next(2) == 0)
        {
            config["thinkingConfig"] = new JsonObject { ["includeThoughts"] = random.Next(2) == 0, ["thinkingBudget"] = 512 + random.Next(2000) };
        }

        if (random.Next(3) == 0)
        {
            body["tools"] = JsonNode.Parse(Tools);
            body["toolConfig"] = JsonNode.Parse($"{{\"functionCallingConfig\":{{\"mode\":\"{random.Pick((string[])["AUTO", "ANY", "NONE"])}\"}}}}");
        }
        else if (random.Next(4) == 0)
        {
            config["responseMimeType"] = "application/json";
            config["responseSchema"] = JsonNode.Parse("""{"type":"OBJECT","properties":{"title":{"type":"STRING"}},"required":["title"]}""");
        }

        if (random.Next(4) == 0)
        {
            body["safetySettings"] = JsonNode.Parse("""[{"category":"HARM_CATEGORY_HARASSMENT","threshold":"BLOCK_NONE"}]""");
        }

        return (model, body);
    }
}
