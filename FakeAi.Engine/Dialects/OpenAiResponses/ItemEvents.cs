using System.Text;
using System.Text.Json;

namespace FakeAi.Engine.Dialects.OpenAiResponses;

/// <summary>The events of one item: what opens it, what frames its deltas, what closes it.</summary>
internal sealed class ItemEvents
{
    private const string Part = "part";

    private readonly OutputItem _item;
    private readonly string _name;

    public ItemEvents(OutputItem item, ResponseEvents events)
    {
        _item = item;
        _name = item.Kind switch
        {
            ItemKind.Text => "response.output_text",
            ItemKind.Refusal => "response.refusal",
            ItemKind.Function => "response.function_call_arguments",
            ItemKind.Custom => "response.custom_tool_call_input",
            ItemKind.Summary => "response.reasoning_summary_text",
            _ => "response.reasoning_text",
        };
        Before = [.. Opening(events)];
        After = [.. Closing(events)];
        DeltaHead = events.Head(_name + ".delta");
        DeltaOpen = Encoding.UTF8.GetBytes($"{Place()},\"delta\":\"");
        DeltaClose = item.Kind == ItemKind.Text ? "\",\"logprobs\":[]"u8.ToArray() : "\""u8.ToArray();
    }

    public ResponseEvent[] Before { get; }

    public ResponseEvent[] After { get; }

    /// <summary>A delta up to its sequence number.</summary>
    public byte[] DeltaHead { get; }

    /// <summary>From there to its text.</summary>
    public byte[] DeltaOpen { get; }

    /// <summary>What follows its text, but for obfuscation and the object's end.</summary>
    public byte[] DeltaClose { get; }

    private IEnumerable<ResponseEvent> Opening(ResponseEvents events)
    {
        yield return events.Event("response.output_item.added", json => Whole(json, begins: true));
        if (PartName is { } name && _item.Part.Pieces.Count > 0)
        {
            yield return events.Event($"response.{name}.added", json => WritePart(json, begins: true));
        }
    }

    private IEnumerable<ResponseEvent> Closing(ResponseEvents events)
    {
        if (_item.Part.Pieces.Count > 0)
        {
            yield return events.Event(_name + ".done", json =>
            {
                WritePlace(json);
                var field = _item.Kind switch
                {
                    ItemKind.Function => "arguments",
                    ItemKind.Custom => "input",
                    ItemKind.Refusal => "refusal",
                    _ => "text",
                };
                json.WriteString(field, _item.Part.Text);
                if (_item.Kind == ItemKind.Function)
                {
                    json.WriteString("name"u8, _item.Part.Call!.Name);
                }
                else if (_item.Kind == ItemKind.Text)
                {
                    json.WriteStartArray("logprobs"u8);
                    json.WriteEndArray();
                }
            });
            if (PartName is { } name)
            {
                yield return events.Event($"response.{name}.done", json => WritePart(json, begins: false));
            }
        }

        yield return events.Event("response.output_item.done", json => Whole(json, begins: false));
    }

    /// <summary>What the item's one part is called in events; null for calls, which have none.</summary>
    private string? PartName => _item.Kind switch
    {
        ItemKind.Function or ItemKind.Custom => null,
        ItemKind.Summary => "reasoning_summary_part",
        _ => "content_part",
    };

    private string? IndexName => PartName is null ? null : _item.Kind == ItemKind.Summary ? "summary_index" : "content_index";

    private void Whole(Utf8JsonWriter json, bool begins)
    {
        json.WriteNumber("output_index"u8, _item.Index);
        json.WritePropertyName("item"u8);
        _item.Write(json, begins);
    }

    private void WritePart(Utf8JsonWriter json, bool begins)
    {
        WritePlace(json);
        json.WritePropertyName(Part);
        _item.WritePart(json, begins);
    }

    private void WritePlace(Utf8JsonWriter json)
    {
        json.WriteString("item_id"u8, _item.Id);
        json.WriteNumber("output_index"u8, _item.Index);
        if (IndexName is { } name)
        {
            json.WriteNumber(name, 0);
        }
    }

    private string Place() => FormattableString.Invariant($",\"item_id\":\"{_item.Id}\",\"output_index\":{_item.Index}") + (IndexName is { } name ? $",\"{name}\":0" : "");
}
