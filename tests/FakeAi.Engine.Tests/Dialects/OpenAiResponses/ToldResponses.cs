using System.Text.Json.Nodes;
using FakeAi.Contracts.Wire;
using FakeAi.Engine.Tests.Hosting;

namespace FakeAi.Engine.Tests.Dialects.OpenAiResponses;

/// <summary>One request asked both ways: the whole response, and the events of the same one.</summary>
internal sealed record ToldResponses(JsonNode Whole, IReadOnlyList<JsonNode> Events)
{
    private const string Route = "/v1/responses";
    private static readonly (string, string) s_alone = (PublicHeaders.Deterministic, "1");

    public JsonNode Last => Events[^1]["response"]!;

    public static async Task<ToldResponses> AskAsync(EngineHost host, string model, string fields, string input = "What about the weather in Oslo?")
    {
        var body = Body(model, fields, input);
        using var whole = await host.PostToAsync(Route, body.ToJsonString(), s_alone);
        var text = await whole.Content.ReadAsStringAsync();
        Assert.True(whole.IsSuccessStatusCode, text);
        body["stream"] = true;
        using var streamed = await host.PostToAsync(Route, body.ToJsonString(), s_alone);
        var events = await streamed.Content.ReadAsStringAsync();
        Assert.True(streamed.IsSuccessStatusCode, events);
        return new ToldResponses(JsonNode.Parse(text)!, [.. events.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(Event)]);
    }

    public static JsonObject Body(string model, string fields, string input = "What about the weather in Oslo?")
    {
        var body = JsonNode.Parse(fields)!.AsObject();
        body["model"] = model;
        body["input"] ??= input;
        return body;
    }

    private static JsonNode Event(string text)
    {
        var lines = text.Split('\n');
        var data = JsonNode.Parse(lines[1]["data: ".Length..])!;
        Assert.Equal(2, lines.Length);
        Assert.Equal($"event: {data["type"]}", lines[0]);
        return data;
    }

    /// <summary>
    /// Puts the output together from the events as clients do, and asserts on the way that they come in the order in which the API has
    /// them: numbers without gaps, items one after the other, each opened once and closed with what its deltas said.
    /// </summary>
    public JsonArray PutTogether()
    {
        Assert.Equal(Enumerable.Range(0, Events.Count), Events.Select(e => e["sequence_number"]!.GetValue<int>()));
        Assert.Equal(["response.created", "response.in_progress"], Events.Take(2).Select(Type));
        var output = new JsonArray();
        string? open = null;
        var (said, part) = ("", false);
        foreach (var told in Events.Skip(2).SkipLast(1))
        {
            Assert.Equal(Type(told) == "response.output_item.added" ? output.Count : output.Count - 1, told["output_index"]!.GetValue<int>());
            switch (Type(told).Split('.')[^1])
            {
                case "added" when Type(told) == "response.output_item.added":
                    Assert.Null(open);
                    (open, said) = (told["item"]!["id"]!.ToString(), "");
                    output.Add(told["item"]!.DeepClone());
                    break;
                case "added":
                    Assert.False(part);
                    part = true;
                    break;
                case "delta":
                    said += told["delta"];
                    break;
                case "done" when Type(told) == "response.output_item.done":
                    Assert.Equal((open, false), (told["item"]!["id"]!.ToString(), part));
                    output[^1] = told["item"]!.DeepClone();
                    open = null;
                    break;
                case "done" when told["part"] is not null:
                    Assert.True(part);
                    part = false;
                    break;
                default:
                    Assert.Equal(said, (told["text"] ?? told["arguments"] ?? told["input"] ?? told["refusal"])!.ToString());
                    break;
            }

            Assert.Equal(open ?? told["item"]!["id"]!.ToString(), (told["item_id"] ?? told["item"]!["id"])!.ToString());
        }

        Assert.Null(open);
        return output;

        static string Type(JsonNode told) => told["type"]!.ToString();
    }
}
