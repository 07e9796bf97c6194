using System.Buffers;
using System.Text.Json;
using FakeAi.Gateway.Chat;

namespace FakeAi.Gateway.Resources.Responses;

/// <summary>What a request means for the store.</summary>
/// <param name="Stores">Whether its response is stored.</param>
/// <param name="Conversation">The conversation that it continues and is appended to; null for none.</param>
/// <param name="Input">The items of its own.</param>
/// <param name="Body">The body as the engine must see it; null where that is the client's own.</param>
internal sealed record ResponsePlan(bool Stores, string? Conversation, IReadOnlyList<JsonElement> Input, RequestBody? Body) : IDisposable
{
    private static readonly JsonDocumentOptions s_json = new() { MaxDepth = 64 };

    /// <summary>Whether anything is to be kept of the response.</summary>
    public bool Keeps => Stores || Conversation is not null;

    public void Dispose() => Body?.Dispose();

    /// <summary>Reads a request and puts before its input what it continues. Null where the store has nothing to do with it, or it is so wrong that the engine will refuse it.</summary>
    /// <exception cref="ResourceFault">It continues what is not there.</exception>
    public static async Task<ResponsePlan?> OfAsync(ReadOnlyMemory<byte> body, string owner, ResponseMemory memory, CancellationToken cancellationToken)
    {
        try
        {
            using var document = JsonDocument.Parse(body, s_json);
            return document.RootElement.ValueKind == JsonValueKind.Object ? await OfAsync(document.RootElement, owner, memory, cancellationToken) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No JSON, or text in it that is not Unicode.
            return null;
        }
    }

    private static async Task<ResponsePlan?> OfAsync(JsonElement root, string owner, ResponseMemory memory, CancellationToken cancellationToken)
    {
        if (ResourceFields.Given(root, "background") is { ValueKind: JsonValueKind.True })
        {
            throw ResourceErrors.Invalid("Unsupported parameter: 'background' is not supported by this server.", "background", "unsupported_parameter");
        }

        var stores = ResourceFields.Given(root, "store") is not { ValueKind: JsonValueKind.False };
        var previous = ResourceFields.Given(root, "previous_response_id") is { ValueKind: JsonValueKind.String } id ? id.GetString() : null;
        var conversation = ConversationOf(root);
        if (!stores && previous is null && conversation is null)
        {
            return null;
        }

        if (previous is not null && conversation is not null)
        {
            throw ResourceErrors.Invalid(
                "Mutually exclusive parameters: 'previous_response_id' and 'conversation'. Ensure you are only providing one of them.", "conversation", "mutually_exclusive_parameters");
        }

        var input = ResourceFields.Given(root, "input") is { } given ? ItemList.Of(given) : [];
        if (previous is null && conversation is null)
        {
            return new ResponsePlan(stores, null, input, null);
        }

        var before = await memory.ContinuedAsync(owner, previous, conversation, cancellationToken);
        // What is referred to stands in the list of what is continued already.
        var own = input.Where(static i => ItemList.TypeOf(i) != "item_reference").ToArray();
        Resolve(input, before);
        return new ResponsePlan(stores, conversation, own, input.Count == 0 ? null : Rewrite(root, [.. before, .. input]));
    }

    private static string? ConversationOf(JsonElement root) => ResourceFields.Given(root, "conversation") switch
    {
        { ValueKind: JsonValueKind.String } id => id.GetString(),
        { ValueKind: JsonValueKind.Object } named => ResourceFields.TextOrNull(named, "id"),
        _ => null,
    };

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
