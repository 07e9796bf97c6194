using System.Text;
using System.Text.Json.Nodes;
using FakeAi.Contracts.Wire;
using FakeAi.Engine.Tests.Hosting;

namespace FakeAi.Engine.Tests.Dialects.Gemini;

/// <summary>One request asked in all three ways: whole, as server-sent events, and as a JSON array.</summary>
internal sealed class ToldContents
{
    // Without it the second request would find the first one's prompt in the KV cache, and its usage would say so.
    private static readonly (string, string) s_alone = (PublicHeaders.Deterministic, "1");

    private ToldContents(JsonNode whole, IReadOnlyList<JsonNode> chunks)
    {
        Whole = whole;
        Chunks = chunks;
    }

    public JsonNode Whole { get; }

    public IReadOnlyList<JsonNode> Chunks { get; }

    public JsonNode Usage => Whole["usageMetadata"]!;

    public JsonNode Candidate => Whole["candidates"]![0]!;

    public JsonArray Parts => Candidate["content"]!["parts"]!.AsArray();

    public string Text => string.Concat(Parts.Where(p => p!["thought"] is null).Select(p => p!["text"]));

    public static string Path(string model, string method) => $"/v1beta/models/{model}:{method}";

    public static async Task<ToldContents> AskAsync(EngineHost host, string model, JsonObject body)
    {
        var whole = await TextAsync(host, Path(model, "generateContent"), body);
        var events = await TextAsync(host, Path(model, "streamGenerateContent?alt=sse"), body);
        var array = await TextAsync(host, Path(model, "streamGenerateContent"), body);
        Assert.EndsWith("\r\n\r\n", events, StringComparison.Ordinal);
        JsonNode[] chunks = [.. events.Split("\r\n\r\n", StringSplitOptions.RemoveEmptyEntries).Select(e => JsonNode.Parse(e["data: ".Length..])!)];
        Assert.Equal(new JsonArray([.. chunks.Select(c => c.DeepClone())]).ToJsonString(), JsonNode.Parse(array)!.ToJsonString());
        return new ToldContents(JsonNode.Parse(whole)!, chunks);
    }

    public static JsonObject Request(string prompt, string fields = "{}")
    {
        var body = JsonNode.Parse(fields)!.AsObject();
        body["contents"] ??= new JsonArray(new JsonObject { ["role"] = "user", ["parts"] = new JsonArray(new JsonObject { ["text"] = prompt }) });
        return body;
    }

    /// <summary>Asserts that both say the same: parts, ends, probabilities, names and usage, which grows chunk by chunk.</summary>
    public void AssertSame()
    {
        Assert.Equal(Usage.ToJsonString(), Chunks[^1]["usageMetadata"]!.ToJsonString());
        Assert.All(Chunks, c => Assert.Equal((Whole["modelVersion"]!.ToString(), Whole["responseId"]!.ToString()), (c["modelVersion"]!.ToString(), c["responseId"]!.ToString())));
        var totals = Chunks.Select(c => c["usageMetadata"]!["totalTokenCount"]!.GetValue<int>()).ToArray();
        Assert.Equal(totals.Order(), totals);
        foreach (var candidate in Whole["candidates"]!.AsArray())
        {
            var index = candidate!["index"]!.GetValue<int>();
            var own = Chunks.Select(c => c["candidates"]![0]!).Where(c => c["index"]!.GetValue<int>() == index).ToArray();
            Assert.Equal([candidate["finishReason"]!.ToString()], own.Select(c => c["finishReason"]?.ToString()).Where(f => f is not null));
            Assert.NotNull(own[^1]["finishReason"]);
            Assert.Equal(candidate["safetyRatings"]?.ToJsonString(), own[^1]["safetyRatings"]?.ToJsonString());
            Assert.Equal(
                Joined(candidate["content"]!["parts"]?.AsArray() ?? []).ToJsonString(),
                Joined(own.SelectMany(c => c["content"]!["parts"]!.AsArray())).ToJsonString());
            Assert.Equal(Chosen([candidate]), Chosen(own));
        }
    }

    private static JsonArray Joined(IEnumerable<JsonNode?> parts)
    {
        var joined = new JsonArray();
        foreach (var part in parts)
        {
            var last = joined.LastOrDefault();
            if (part!["text"] is { } text && last?["text"] is { } before && part["thought"]?.ToString() == last["thought"]?.ToString())
            {
                last["text"] = before.ToString() + text;
            }
            else if (part["text"]?.ToString() is not "")
            {
                joined.Add(part.DeepClone());
            }
        }

        return joined;
    }

    private static string[] Chosen(IEnumerable<JsonNode> candidates) =>
        [.. candidates.SelectMany(c => c["logprobsResult"]?["chosenCandidates"]?.AsArray() ?? []).Select(t => t!.ToJsonString())];

    private static async Task<string> TextAsync(EngineHost host, string path, JsonObject body)
    {
        using var response = await host.PostToAsync(path, body.ToJsonString(), s_alone);
        var text = Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync());
        Assert.True(response.IsSuccessStatusCode, $"{body.ToJsonString()}\n{text}");
        return text;
    }
}
