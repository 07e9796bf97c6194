using System.Text.Json;
using System.Text.Json.Nodes;
using FakeAi.Engine.Generation.Structured.Patterns;

namespace FakeAi.Engine.Generation.Structured;

/// <summary>
/// Whether a value conforms to a schema: the applicators and assertions of 2020-12 with the older forms of draft-07.
/// <c>format</c> is an annotation, as there. Bounded: a value or schema too intricate to check counts as not conforming.
/// </summary>
internal sealed partial class SchemaValidator(SchemaDocument document, PatternMatcher patterns)
{
    private const int MostSteps = 400_000;
    private const int Deepest = 160;

    private int _steps = MostSteps;

    /// <summary>Where the last check that failed stands.</summary>
    public string FailedAt { get; private set; } = "";

    /// <summary>Whether the value conforms.</summary>
    public bool Holds(SchemaPlace place, JsonNode? value) => Holds(place, value, 0);

    /// <summary>Whether the value conforms, and where the schema says that it does not.</summary>
    public bool Holds(SchemaPlace place, JsonNode? value, out string failedAt)
    {
        var holds = Holds(place, value);
        failedAt = holds ? "" : FailedAt;
        return holds;
    }

    private bool Holds(SchemaPlace place, JsonNode? value, int depth)
    {
        if (--_steps < 0 || depth > Deepest)
        {
            return Fails(place.Pointer);
        }

        return place.Schema.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.Object => HoldsAll(place, value, depth),
            _ => Fails(place.Pointer),
        };
    }

    private bool HoldsAll(SchemaPlace place, JsonNode? value, int depth)
    {
        var targets = new List<SchemaPlace>();
        if (document.References(place, targets) is { } keyword)
        {
            return Fails(place.At(keyword));
        }

        foreach (var target in targets)
        {
            if (!Holds(target, value, depth + 1))
            {
                return false;
            }
        }

        if ((SchemaTypesOf.Schema(place) & SchemaTypesOf.Value(value)) == SchemaTypes.None)
        {
            return Fails(place.At("type"));
        }

        return Values(place, value) && Combined(place, value, depth) && value switch
        {
            JsonObject members => Object(place, members, depth),
            JsonArray items => Array(place, items, depth),
            not null when value.GetValueKind() == JsonValueKind.String => Text(place, value.GetValue<string>()),
            not null when JsonValues.IsNumber(value) => Number(place, JsonValues.Number(value)),
            _ => true,
        };
    }

    private bool Values(SchemaPlace place, JsonNode? value)
    {
        if (place.Has("const", out var only) && !JsonValues.Same(JsonValues.Copy(only), value))
        {
            return Fails(place.At("const"));
        }

        if (!place.Has("enum", out var values) || values.ValueKind != JsonValueKind.Array)
        {
            return true;
        }

        foreach (var one in values.EnumerateArray())
        {
            if (JsonValues.Same(JsonValues.Copy(one), value))
            {
                return true;
            }
        }

        return Fails(place.At("enum"));
    }

    private bool Combined(SchemaPlace place, JsonNode? value, int depth)
    {
        foreach (var part in place.Items("allOf"))
        {
            if (!Holds(part, value, depth + 1))
            {
                return false;
            }
        }

        if (place.Has("anyOf", out _) && !place.Items("anyOf").Any(p => Holds(p, value, depth + 1)))
        {
            return Fails(place.At("anyOf"));
        }

        if (place.Has("oneOf", out _) && place.Items("oneOf").Count(p => Holds(p, value, depth + 1)) != 1)
        {
            return Fails(place.At("oneOf"));
        }

        if (place.Has("not", out var not) && Holds(place.Child("not", not), value, depth + 1))
        {
            return Fails(place.At("not"));
        }

        if (place.Has("if", out var condition))
        {
            var branch = Holds(place.Child("if", condition), value, depth + 1) ? "then" : "else";
            return !place.Has(branch, out var consequence) || Holds(place.Child(branch, consequence), value, depth + 1);
        }

        return true;
    }

    private bool Text(SchemaPlace place, string text)
    {
        var length = place.Has("minLength", out _) || place.Has("maxLength", out _) ? LengthOf(text) : 0;
        return length < place.Count("minLength") ? Fails(place.At("minLength"))
            : length > place.Count("maxLength") ? Fails(place.At("maxLength"))
            : place.Text("pattern") is not { } pattern || patterns.IsMatch(text, pattern) || Fails(place.At("pattern"));
    }

    private bool Number(SchemaPlace place, decimal number)
    {
        if (place.Has("multipleOf", out var divisor) && divisor.ValueKind == JsonValueKind.Number
            && JsonValues.Number(divisor) is > 0 and var step && number % step != 0)
        {
            return Fails(place.At("multipleOf"));
        }

        foreach (var bound in NumberBound.Of(place))
        {
            if (!bound.Admits(number))
            {
                return Fails(bound.Pointer);
            }
        }

        return true;
    }

    /// <summary>Characters as JSON Schema counts them: Unicode code points.</summary>
    public static int LengthOf(string text)
    {
        var length = 0;
        foreach (var _ in text.EnumerateRunes())
        {
            length++;
        }

        return length;
    }

    private bool Fails(string pointer)
    {
        FailedAt = pointer;
        return false;
    }
}
