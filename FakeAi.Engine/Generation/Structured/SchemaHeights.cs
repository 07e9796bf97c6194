using System.Text.Json;

namespace FakeAi.Engine.Generation.Structured;

/// <summary>How many levels a schema's smallest values have: 0 for plain values. Lets recursive schemas come to an end.</summary>
internal sealed class SchemaHeights(SchemaDocument document)
{
    private const int Endless = 1000;
    private const int MostSteps = 20_000;
    private const int Deepest = 200;

    private readonly Dictionary<string, int> _known = new(StringComparer.Ordinal);
    private readonly HashSet<string> _open = new(StringComparer.Ordinal);
    private int _steps = MostSteps;

    /// <summary>The height; 1000 or more where there is no end.</summary>
    public int Of(SchemaPlace place)
    {
        if (place.Schema.ValueKind != JsonValueKind.Object)
        {
            return place.Schema.ValueKind == JsonValueKind.False ? Endless : 0;
        }

        if (_known.TryGetValue(place.Pointer, out var known))
        {
            return known;
        }

        if (--_steps < 0 || _open.Count > Deepest || !_open.Add(place.Pointer))
        {
            return Endless;
        }

        var height = Measure(place);
        _open.Remove(place.Pointer);

        // What was measured within a circle holds for that circle only.
        if (_open.Count == 0 || height < Endless)
        {
            _known[place.Pointer] = height;
        }

        return height;
    }

    private int Measure(SchemaPlace place)
    {
        if (place.Has("enum", out _) || place.Has("const", out _))
        {
            return 0;
        }

        var targets = new List<SchemaPlace>();
        document.References(place, targets);
        targets.AddRange(place.Items("allOf"));
        var height = targets.Count == 0 ? 0 : targets.Max(Of);
        foreach (var keyword in (ReadOnlySpan<string>)["anyOf", "oneOf"])
        {
            var branches = place.Items(keyword).ToArray();
            height = branches.Length == 0 ? height : Math.Max(height, branches.Min(Of));
        }

        var types = SchemaTypesOf.Schema(place);
        if ((types & ~(SchemaTypes.Object | SchemaTypes.Array)) != SchemaTypes.None && place.Has("type", out _))
        {
            return height;
        }

        return Math.Max(height, Math.Max(Members(place), ItemsOf(place)));
    }

    private int Members(SchemaPlace place)
    {
        var height = 0;
        if (place.Has("required", out var required) && required.ValueKind == JsonValueKind.Array)
        {
            foreach (var (name, member) in place.Members("properties"))
            {
                if (required.EnumerateArray().Any(r => r.ValueKind == JsonValueKind.String && r.ValueEquals(name)))
                {
                    height = Math.Max(height, 1 + Of(member));
                }
            }
        }

        return height;
    }

    private int ItemsOf(SchemaPlace place)
    {
        var height = 0;
        var least = Math.Min(place.Count("minItems") ?? 0, ArraySchemas.PrefixOf(place) + 1);
        for (var i = 0; i < least; i++)
        {
            height = Math.Max(height, ArraySchemas.For(place, i) is { } item ? 1 + Of(item) : 0);
        }

        return height;
    }
}
