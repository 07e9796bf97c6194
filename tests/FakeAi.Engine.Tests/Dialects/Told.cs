using System.Text;
using System.Text.Json.Nodes;
using FakeAi.Contracts.Wire;
using FakeAi.Engine.Tests.Hosting;

namespace FakeAi.Engine.Tests.Dialects;

/// <summary>One request asked both ways: the whole answer, and the same answer put together from its chunks.</summary>
internal sealed class Told
{
    // Without it the second request would find the first one's prompt in the KV cache, and its usage would say so.
    private static readonly (string, string) s_alone = (PublicHeaders.Deterministic, "1");

    private Told(JsonNode whole, IReadOnlyList<JsonNode> chunks)
    {
        Whole = whole;
        Chunks = chunks;
    }

    public JsonNode Whole { get; }

    public IReadOnlyList<JsonNode> Chunks { get; }

    public JsonNode Choice => Whole["choices"]![0]!;

    public JsonNode Message => Choice["message"]!;

    public JsonNode Usage => Whole["usage"]!;

    /// <summary>Asks for an answer, whole and streamed with usage.</summary>
    /// <param name="host">The engine.</param>
    /// <param name="body">The request without <c>stream</c>.</param>
    /// <param name="path">The route.</param>
    /// <param name="headers">Further headers.</param>
    public static async Task<Told> AskAsync(EngineHost host, JsonObject body, string path = "/v1/chat/completions", params (string, string)[] headers)
    {
        using var whole = await host.PostToAsync(path, body.ToJsonString(), [s_alone, .. headers]);
        var text = await whole.Content.ReadAsStringAsync();
        Assert.True(whole.IsSuccessStatusCode, $"{body.ToJsonString()}\n{text}");
        var streamed = (JsonObject)body.DeepClone();
        streamed["stream"] = true;
        streamed["stream_options"] = new JsonObject { ["include_usage"] = true, ["include_obfuscation"] = false };
        using var response = await host.PostToAsync(path, streamed.ToJsonString(), [s_alone, .. headers]);
        var events = Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync());
        Assert.True(response.IsSuccessStatusCode, events);
        Assert.EndsWith("data: [DONE]\n\n", events, StringComparison.Ordinal);
        return new Told(
            JsonNode.Parse(text)!,
            [.. events.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Where(l => l != "data: [DONE]").Select(l => JsonNode.Parse(l["data: ".Length..])!)]);
    }

    public static JsonObject Request(string model, string prompt, string fields = "{}")
    {
        var body = JsonNode.Parse(fields)!.AsObject();
        body["model"] = model;
        body["messages"] ??= new JsonArray(new JsonObject { ["role"] = "user", ["content"] = prompt });
        return body;
    }

    /// <summary>The choices of the chunks with an index, in order.</summary>
    public IEnumerable<JsonNode> Of(int index) =>
        Chunks.Where(c => c["choices"]!.AsArray().Count > 0).Select(c => c["choices"]![0]!).Where(c => c["index"]!.GetValue<int>() == index);

    /// <summary>What the deltas of a choice say under a name, joined; null where none says anything.</summary>
    public string? Joined(int index, string name)
    {
        var texts = Of(index).Select(c => c["delta"]![name]?.ToString()).Where(t => t is not null).ToArray();
        return texts.Length == 0 ? null : string.Concat(texts);
    }

    /// <summary>The calls of a choice, put together from its deltas as the SDKs do it.</summary>
    public JsonArray Calls(int index)
    {
        var calls = new JsonArray();
        foreach (var delta in Of(index).SelectMany(c => c["delta"]!["tool_calls"]?.AsArray() ?? []))
        {
            var at = delta!["index"]!.GetValue<int>();
            if (at == calls.Count)
            {
                var first = (JsonObject)delta.DeepClone();
                first.Remove("index");
                calls.Add((JsonNode)first);
                continue;
            }

            Assert.Equal(calls.Count - 1, at);
            var kind = calls[at]!["type"]!.ToString();
            Assert.Equal(["index", kind], delta.AsObject().Select(p => p.Key));
            var field = kind == "custom" ? "input" : "arguments";
            calls[at]![kind]![field] = calls[at]![kind]![field]!.ToString() + delta[kind]![field];
        }

        return calls;
    }

    /// <summary>Asserts that both say the same: every part of every choice, ends, probabilities, and usage.</summary>
    public void AssertSame()
    {
        Assert.Equal(Usage.ToJsonString(), Chunks[^1]["usage"]!.ToJsonString());
        Assert.Empty(Chunks[^1]["choices"]!.AsArray());
        Assert.All(Chunks.SkipLast(1), c => Assert.True(c.AsObject().ContainsKey("usage") && c["usage"] is null));
        foreach (var choice in Whole["choices"]!.AsArray())
        {
            var index = choice!["index"]!.GetValue<int>();
            var message = choice["message"]!;
            Assert.Equal("assistant", Of(index).First()["delta"]!["role"]!.ToString());
            Assert.Equal(message["content"]?.ToString() ?? "", Joined(index, "content") ?? "");
            Assert.Equal(message["reasoning_content"]?.ToString(), Joined(index, "reasoning_content"));
            Assert.Equal(message["refusal"]?.ToString() ?? "", Joined(index, "refusal") ?? "");
            Assert.Equal((message["tool_calls"] ?? new JsonArray()).ToJsonString(), Calls(index).ToJsonString());
            Assert.Equal([choice["finish_reason"]!.ToString()], Of(index).Select(c => c["finish_reason"]?.ToString()).Where(f => f is not null));
            Assert.NotNull(Of(index).Last()["finish_reason"]);
            var told = Of(index).SelectMany(c => c["logprobs"]?["content"]?.AsArray() ?? []).Select(t => t!.ToJsonString());
            Assert.Equal((choice["logprobs"]?["content"]?.AsArray() ?? []).Select(t => t!.ToJsonString()), told);
        }
    }
}
