using System.Text.Json;

namespace FakeAi.Engine.Generation.Structured;

/// <summary>
/// The schemas that one value must meet together: the places it stands at, what they refer to, their <c>allOf</c>, and one
/// way through each <c>anyOf</c>, <c>oneOf</c> and <c>if</c>. Which way is the chooser's.
/// </summary>
internal sealed class SchemaUnion
{
    private const int Deepest = 100;

    private readonly HashSet<string> _added = new(StringComparer.Ordinal);
    private readonly SchemaDocument _document;
    private readonly BranchChooser _chooser;

    /// <summary>Gathers the schemas.</summary>
    /// <param name="document">Where references lead.</param>
    /// <param name="places">The schemas to meet.</param>
    /// <param name="chooser">Decides at every fork.</param>
    public SchemaUnion(SchemaDocument document, IReadOnlyList<SchemaPlace> places, BranchChooser chooser)
    {
        _document = document;
        _chooser = chooser;
        foreach (var place in places)
        {
            Add(place, 0);
        }
    }

    /// <summary>The schemas, all of them objects; their combining keywords are resolved already.</summary>
    public List<SchemaPlace> Parts { get; } = [];

    /// <summary>What cannot be met; null where nothing was found yet.</summary>
    public SchemaFault? Fault { get; private set; }

    /// <summary>Whether a finished value must be checked, because a keyword cannot be built towards.</summary>
    public bool MustCheck { get; private set; }

    /// <summary>Types ruled out by <c>not</c>.</summary>
    public SchemaTypes Excluded { get; private set; }

    private void Add(SchemaPlace place, int depth)
    {
        if (Fault is not null || !_added.Add(place.Pointer))
        {
            return;
        }

        switch (place.Schema.ValueKind)
        {
            case JsonValueKind.True:
                return;
            case JsonValueKind.False:
                Fault = new SchemaFault(place.Pointer, "The schema allows no value.");
                return;
            case JsonValueKind.Object when depth <= Deepest:
                Parts.Add(place);
                Follow(place, depth + 1);
                return;
            default:
                Fault = new SchemaFault(place.Pointer, depth > Deepest ? "The schema refers to itself without end." : "This is no schema: expected an object or a boolean.");
                return;
        }
    }

    private void Follow(SchemaPlace place, int depth)
    {
        var targets = new List<SchemaPlace>();
        if (_document.References(place, targets) is { } keyword)
        {
            Fault = new SchemaFault(place.At(keyword), "The reference leads nowhere.");
            return;
        }

        foreach (var target in targets)
        {
            Add(target, depth);
        }

        foreach (var part in place.Items("allOf"))
        {
            Add(part, depth);
        }

        Choose(place, "anyOf", depth);
        Choose(place, "oneOf", depth);
        Condition(place, depth);
        if (place.Has("not", out var not))
        {
            MustCheck = true;
            var ruled = place.Child("not", not);
            if (ruled.Schema.ValueKind == JsonValueKind.Object && ruled.Has("type", out _) && ruled.Schema.EnumerateObject().Count() == 1)
            {
                Excluded |= SchemaTypesOf.Schema(ruled);
            }
        }

        MustCheck |= place.Has("unevaluatedProperties", out _) || place.Has("unevaluatedItems", out _) || place.Has("contains", out _)
            || place.Has("propertyNames", out _) || place.Has("dependentSchemas", out _) || place.Has("dependencies", out _);
    }

    private void Choose(SchemaPlace place, string keyword, int depth)
    {
        var branches = place.Items(keyword).ToArray();
        if (branches.Length == 0)
        {
            if (place.Has(keyword, out _))
            {
                Fault ??= new SchemaFault(place.At(keyword), "There is nothing to choose from.");
            }

            return;
        }

        MustCheck |= keyword == "oneOf" && branches.Length > 1;
        Add(branches[_chooser.Choose(place.At(keyword), branches)], depth);
    }

    /// <summary>Either the condition and its consequence are met together, or the alternative, and the check tells whether the condition fails.</summary>
    private void Condition(SchemaPlace place, int depth)
    {
        if (!place.Has("if", out var condition))
        {
            return;
        }

        MustCheck = true;
        var met = _chooser.Choose(place.At("if"), 2) == 0;
        if (met)
        {
            Add(place.Child("if", condition), depth);
        }

        if (place.Has(met ? "then" : "else", out var branch))
        {
            Add(place.Child(met ? "then" : "else", branch), depth);
        }
    }
}
