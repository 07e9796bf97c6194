using System.Buffers;
using System.Text.Json;
using FakeAi.Gateway.Chat;
using FakeAi.Gateway.OpenAi;

namespace FakeAi.Gateway.Resources.Responses;

/// <summary>What a request means for the store.</summary>
/// <param name="Stores">Whether its response is stored.</param>
/// <param name="Input">The items of its own.</param>
/// <param name="Body">The body as the engine must see it; null where that is the client's own.</param>
internal sealed record ResponsePlan(bool Stores, IReadOnlyList<JsonElement> Input, RequestBody? Body) : IDisposable
{
    private static readonly JsonDocumentOptions s_json = new() { MaxDepth = 64 };

    public void Dispose() => Body?.Dispose();

    /// <summary>Reads a request and puts before its input what it continues. Null where the store has nothing to do with it, or it is so wrong that the engine will refuse it.</summary>
    /// <exception cref="ResourceFault">It continues what is not there.</exception>
    public static async Task<ResponsePlan?> OfAsync(ReadOnlyMemory<byte> body, string owner, ResponseCollection responses, CancellationToken cancellationToken)
    {
        try
        {
            using var document = JsonDocument.Parse(body, s_json);
            return document.RootElement.ValueKind == JsonValueKind.Object ? await OfAsync(document.RootElement, owner, responses, cancellationToken) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No JSON, or text in it that is not Unicode.
            return null;
        }
    }

    private static async Task<ResponsePlan?> OfAsync(JsonElement root, string owner, ResponseCollection responses, CancellationToken cancellationToken)
    {
        foreach (var name in (string[])["background", "conversation"])
        {
            if (ResourceFields.Given(root, name) is { ValueKind: not JsonValueKind.False })
            {
                throw new ResourceFault(new OpenAiError(
                    400, $"Unsupported parameter: '{name}' is not supported by this server.", OpenAiErrors.InvalidRequest, name, "unsupported_parameter"));
            }
        }

        var stores = ResourceFields.Given(root, "store") is not { ValueKind: JsonValueKind.False };
        var previous = ResourceFields.Given(root, "previous_response_id") is { ValueKind: JsonValueKind.String } id ? id.GetString() : null;
        if (!stores && previous is null)
        {
            return null;
        }

        var input = ResourceFields.Given(root, "input") is { } given ? ItemList.Of(given) : [];
        if (previous is null)
        {
            return new ResponsePlan(stores, input, null);
        }

        var before = await responses.ConversationAsync(owner, previous, cancellationToken);
        Resolve(input, before);
        return new ResponsePlan(stores, input, input.Count == 0 ? null : Rewrite(root, [.. before, .. input]));
    }

    /// <summary>Puts items of the conversation in the place of references to them. Others the engine refuses.</summary>
    private static void Resolve(List<JsonElement> input, List<JsonElement> before)
    {
        for (var i = 0; i < input.Count; i++)
        {
            if (ItemList.TypeOf(input[i]) == "item_reference" && ItemList.IdOf(input[i]) is { } id
                && before.FindIndex(b => ItemList.IdOf(b) == id) is >= 0 and var at)
            {
                // It stands where it is referred to, and nowhere else.
                input[i] = before[at];
                before.RemoveAt(at);
            }
        }
    }

    private static RequestBody Rewrite(JsonElement root, IEnumerable<JsonElement> items)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var member in root.EnumerateObject())
            {
                json.WritePropertyName(member.Name);
                if (member.Name != "input")
                {
                    member.Value.WriteTo(json);
                    continue;
                }

                json.WriteStartArray();
                foreach (var item in items)
                {
                    item.WriteTo(json);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        var pooled = ArrayPool<byte>.Shared.Rent(buffer.WrittenCount);
        buffer.WrittenSpan.CopyTo(pooled);
        return new RequestBody(pooled, buffer.WrittenCount);
    }
}
