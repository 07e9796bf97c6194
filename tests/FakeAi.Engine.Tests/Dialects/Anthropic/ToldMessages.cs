using System.Text;
using System.Text.Json.Nodes;
using FakeAi.Contracts.Wire;
using FakeAi.Engine.Tests.Hosting;

namespace FakeAi.Engine.Tests.Dialects.Anthropic;

/// <summary>One request asked both ways: the whole message, and the same message put together from its events as the SDKs do it.</summary>
internal sealed class ToldMessages
{
    public const string Path = "/v1/messages";

    // Without it the second request would find the first one's prompt in the KV cache, and its usage would say so.
    private static readonly (string, string) s_alone = (PublicHeaders.Deterministic, "1");

    private ToldMessages(JsonNode whole, List<JsonNode> events)
    {
        Whole = whole;
        Events = events;
    }

    public JsonNode Whole { get; }

    /// <summary>The events' data, pings left out.</summary>
    public List<JsonNode> Events { get; }

    public JsonNode Usage => Whole["usage"]!;

    public JsonArray Content => Whole["content"]!.AsArray();

    public string StopReason => Whole["stop_reason"]!.ToString();

    public static async Task<ToldMessages> AskAsync(EngineHost host, JsonObject body)
    {
        using var whole = await host.PostToAsync(Path, body.ToJsonString(), s_alone);
        var text = await whole.Content.ReadAsStringAsync();
        Assert.True(whole.IsSuccessStatusCode, $"{body.ToJsonString()}\n{text}");
        var streamed = (JsonObject)body.DeepClone();
        streamed["stream"] = true;
        using var response = await host.PostToAsync(Path, streamed.ToJsonString(), s_alone);
        var events = Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync());
        Assert.True(response.IsSuccessStatusCode, events);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return new ToldMessages(JsonNode.Parse(text)!, [.. Parse(events).Where(e => e["type"]!.ToString() != "ping")]);
    }

    public static JsonObject Request(string model, string prompt, string fields = "{}")
    {
        var body = JsonNode.Parse(fields)!.AsObject();
        body["model"] = model;
        body["max_tokens"] ??= 1000;
        body["messages"] ??= new JsonArray(new JsonObject { ["role"] = "user", ["content"] = prompt });
        return body;
    }

    /// <summary>The data of events, whose name each repeats.</summary>
    public static IEnumerable<JsonNode> Parse(string events)
    {
        Assert.EndsWith("\n\n", events, StringComparison.Ordinal);
        foreach (var lines in events.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(e => e.Split('\n')))
        {
            Assert.Equal(2, lines.Length);
            var data = JsonNode.Parse(lines[1]["data: ".Length..])!;
            Assert.Equal($"event: {data["type"]}", lines[0]);
            yield return data;
        }
    }

    /// <summary>Asserts that both say the same, and that the events come as Anthropic orders them.</summary>
    public void AssertSame()
    {
        var types = Events.Select(e => e["type"]!.ToString()).ToArray();
        Assert.Equal("message_start", types[0]);
        Assert.Equal(["message_delta", "message_stop"], types[^2..]);
        var message = Events[0]["message"]!.DeepClone();
        Assert.Empty(message["content"]!.AsArray());
        Assert.Null(message["stop_reason"]);
        var open = -1;
        var json = "";
        foreach (var data in Events.Skip(1).SkipLast(2))
        {
            var index = data["index"]!.GetValue<int>();
            switch (data["type"]!.ToString())
            {
                case "content_block_start":
                    Assert.Equal(-1, open);
                    open = index;
                    json = "";
                    Assert.Equal(message["content"]!.AsArray().Count, index);
                    message["content"]!.AsArray().Add(data["content_block"]!.DeepClone());
                    break;
                case "content_block_delta":
                    Assert.Equal(open, index);
                    Apply(message["content"]![index]!, data["delta"]!, ref json);
                    break;
                default:
                    Assert.Equal("content_block_stop", data["type"]!.ToString());
                    Assert.Equal(open, index);
                    if (json.Length > 0)
                    {
                        message["content"]![index]!["input"] = Complete(json);
                    }

                    open = -1;
                    break;
            }
        }

        Assert.Equal(-1, open);
        var delta = Events[^2];
        foreach (var (name, value) in delta["delta"]!.AsObject())
        {
            message[name] = value?.DeepClone();
        }

        foreach (var (name, value) in delta["usage"]!.AsObject())
        {
            message["usage"]![name] = value?.DeepClone();
        }

        Assert.Equal(Whole.ToJsonString(), message.ToJsonString());
    }

    private static void Apply(JsonNode block, JsonNode delta, ref string json)
    {
        switch (delta["type"]!.ToString())
        {
            case "text_delta":
                Assert.Equal("text", block["type"]!.ToString());
                block["text"] = block["text"]!.ToString() + delta["text"];
                break;
            case "thinking_delta":
                Assert.Equal("thinking", block["type"]!.ToString());
                block["thinking"] = block["thinking"]!.ToString() + delta["thinking"];
                break;
            case "signature_delta":
                block["signature"] = delta["signature"]!.ToString();
                break;
            default:
                Assert.Equal(("tool_use", "input_json_delta"), (block["type"]!.ToString(), delta["type"]!.ToString()));
                json += delta["partial_json"];
                break;
        }
    }

    /// <summary>What a limit cut off is no object any more; the whole message then has an empty one.</summary>
    private static JsonNode Complete(string json)
    {
        try
        {
            return JsonNode.Parse(json)!;
        }
        catch (System.Text.Json.JsonException)
        {
            return new JsonObject();
        }
    }
}
