using System.Text.Json.Nodes;

namespace FakeAi.Engine.Generation.Structured;

/// <summary>Arrays.</summary>
internal sealed partial class ValueBuilder
{
    private bool TryArray(SchemaUnion union, string name, int depth, out JsonNode? value)
    {
        var parts = union.Parts;
        var (least, most) = Bounds(parts, "minItems", "maxItems");
        var tuple = parts.Max(ArraySchemas.PrefixOf);
        var contained = parts.Where(p => p.Has("contains", out _)).ToArray();
        var needed = contained.Length == 0 ? 0 : contained.Max(p => p.Count("minContains") ?? 1);
        var wanted = Math.Clamp(Math.Max(Size(tuple, depth), needed), least, Math.Max(least, most));
        var unique = parts.Exists(static p => p.Is("uniqueItems"));
        var items = new List<JsonNode?>();
        value = null;
        while (items.Count < wanted)
        {
            var schemas = new List<SchemaPlace>();
            foreach (var part in parts)
            {
                if (ArraySchemas.For(part, items.Count) is { } own)
                {
                    schemas.Add(own);
                }
            }

            // The items after the tuple take part in "contains" first; a tuple's own places are described already.
            if (items.Count >= Math.Min(tuple, wanted - needed) && items.Count < Math.Min(tuple, wanted - needed) + needed)
            {
                schemas.AddRange(contained.Select(static c => { _ = c.Has("contains", out var schema); return c.Child("contains", schema); }));
            }

            if (!TryBuild(schemas, Singular(name), depth + 1, unique ? items : null, out var item))
            {
                break;
            }

            items.Add(item);
        }

        if (items.Count < Math.Max(least, needed))
        {
            return items.Count > 0 && unique
                && Fail(parts.Find(static p => p.Is("uniqueItems")).At("uniqueItems"), "There are not enough different values.");
        }

        value = new JsonArray([.. items]);
        return items.Count <= most || Fail(parts.Find(static p => p.Has("maxItems", out _)).At("maxItems"), "There must be more items than are allowed.");
    }

    /// <summary>A tuple as long as it is; else one to three items, fewer in the depth.</summary>
    private int Size(int tuple, int depth) => tuple > 0 ? tuple
        : !Roomy(depth) ? 0
        : depth < 2 ? 2 + _random.Next(2)
        : 1 + _random.Next(2);

    private static string Singular(string name) =>
        name.Length > 3 && name[^1] == 's' && name[^2] != 's' ? name.EndsWith("ies", StringComparison.Ordinal) ? $"{name[..^3]}y" : name[..^1] : name;
}
