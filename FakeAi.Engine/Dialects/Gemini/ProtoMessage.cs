using System.Globalization;
using System.Text.Json;

namespace FakeAi.Engine.Dialects.Gemini;

/// <summary>The fields of one message that are set. Getters note what does not fit and give null then.</summary>
/// <param name="payload">Where it is noted.</param>
/// <param name="path">Where the message stands.</param>
/// <param name="fields">The fields by their snake_case names; none is null.</param>
internal sealed class ProtoMessage(Payload payload, string path, Dictionary<string, JsonElement> fields)
{
    public string Path => path;

    public bool Has(string name) => fields.ContainsKey(name);

    /// <summary>The names of the fields that are set.</summary>
    public IEnumerable<string> Names => fields.Keys;

    /// <summary>The field as it stands.</summary>
    public JsonElement? Raw(string name) => fields.TryGetValue(name, out var value) ? value : null;

    public string? String(string name)
    {
        if (!fields.TryGetValue(name, out var value))
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.String)
        {
            return value.GetString();
        }

        payload.Invalid(In(name), "TYPE_STRING", value);
        return null;
    }

    public bool Boolean(string name)
    {
        if (!fields.TryGetValue(name, out var value))
        {
            return false;
        }

        if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            payload.Invalid(In(name), "TYPE_BOOL", value);
        }

        return value.ValueKind == JsonValueKind.True;
    }

    public double? Float(string name)
    {
        if (!fields.TryGetValue(name, out var value))
        {
            return null;
        }

        double number = 0;
        if ((value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out number))
            || (value.ValueKind == JsonValueKind.String && double.TryParse(value.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number)))
        {
            return number;
        }

        payload.Invalid(In(name), "TYPE_FLOAT", value);
        return null;
    }

    public int? Integer(string name)
    {
        if (!fields.TryGetValue(name, out var value))
        {
            return null;
        }

        double number = 0;
        if (((value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out number))
            || (value.ValueKind == JsonValueKind.String && double.TryParse(value.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out number)))
            && number == Math.Floor(number) && number is >= int.MinValue and <= int.MaxValue)
        {
            return (int)number;
        }

        payload.Invalid(In(name), "TYPE_INT32", value);
        return null;
    }

    /// <summary>One of an enumeration's names, in upper case.</summary>
    public string? Enumeration(string name, string type, params ReadOnlySpan<string> names)
    {
        if (!fields.TryGetValue(name, out var value))
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.String && value.GetString()!.ToUpperInvariant() is var upper && names.Contains(upper))
        {
            return upper;
        }

        payload.Invalid(In(name), $"type.googleapis.com/google.ai.generativelanguage.v1beta.{type}", value);
        return null;
    }

    public ProtoMessage? Message(string name, string type, params ReadOnlySpan<string> known) =>
        fields.TryGetValue(name, out var value) ? payload.Message(value, In(name), type, known) : null;

    /// <summary>The elements of a repeated field, each with its path; a value that is no list counts as one of it.</summary>
    public IEnumerable<(JsonElement Value, string Path)> List(string name)
    {
        if (!fields.TryGetValue(name, out var value))
        {
            return [];
        }

        var list = In(name);
        return value.ValueKind == JsonValueKind.Array
            ? value.EnumerateArray().Select((element, index) => (element, Payload.At(list, index)))
            : [(value, list)];
    }

    public List<string> Strings(string name)
    {
        var texts = new List<string>();
        foreach (var (value, at) in List(name))
        {
            if (value.ValueKind == JsonValueKind.String)
            {
                texts.Add(value.GetString()!);
            }
            else
            {
                payload.Invalid(at, "TYPE_STRING", value);
            }
        }

        return texts;
    }

    /// <summary>A field's path.</summary>
    public string In(string name) => Payload.In(path, name);
}
