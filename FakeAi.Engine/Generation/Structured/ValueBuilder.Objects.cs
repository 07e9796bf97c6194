using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FakeAi.Engine.Generation.Structured;

/// <summary>Objects.</summary>
internal sealed partial class ValueBuilder
{
    /// <summary>An optional member is there three times out of four, and never in the depth of a large value.</summary>
    private const int OptionalOdds = 4;
    private const int MostInvented = 2000;

    private static readonly string[] s_keys = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta"];

    private bool TryObject(SchemaUnion union, string name, int depth, out JsonNode? value)
    {
        value = null;
        var schemas = new List<SchemaPlace>(union.Parts);
        var wanted = Wanted(schemas, depth, out var skipped);
        var (least, most) = Bounds(schemas, "minProperties", "maxProperties");
        var result = new JsonObject();
        foreach (var (key, required) in wanted)
        {
            if (!required && result.Count >= most)
            {
                continue;
            }

            if (!TryMember(schemas, key, depth, result) && required)
            {
                return false;
            }
        }

        foreach (var key in skipped)
        {
            if (result.Count < least)
            {
                TryMember(schemas, key, depth, result);
            }
        }

        value = result;
        return Invent(schemas, Math.Max(least, MapSize(schemas, result, name, depth)), least, depth, result);
    }

    /// <summary>The members to build, in the schema's order, then those that are only required; and the optional ones left out.</summary>
    private List<(string Key, bool Required)> Wanted(List<SchemaPlace> schemas, int depth, out List<string> skipped)
    {
        var required = new HashSet<string>(StringComparer.Ordinal);
        var chosen = new HashSet<string>(StringComparer.Ordinal);
        var order = new List<string>();
        skipped = [];
        for (var i = 0; i < schemas.Count; i++)
        {
            Require(schemas[i], "required", required);
            foreach (var (key, member) in schemas[i].Members("properties"))
            {
                if (!order.Contains(key))
                {
                    order.Add(key);
                }

                if (member.Schema.ValueKind != JsonValueKind.False && Roomy(depth) && _random.Next(OptionalOdds) > 0)
                {
                    chosen.Add(key);
                }
            }
        }

        chosen.UnionWith(required);
        AddDependents(schemas, chosen, required);
        order.AddRange(required.Where(r => !order.Contains(r)));
        skipped.AddRange(order.Where(k => !chosen.Contains(k)));
        return [.. order.Where(chosen.Contains).Select(k => (k, required.Contains(k)))];
    }

    /// <summary>What present members ask for: further members, further schemas.</summary>
    private static void AddDependents(List<SchemaPlace> schemas, HashSet<string> chosen, HashSet<string> required)
    {
        var added = new HashSet<string>(StringComparer.Ordinal);
        for (var changed = true; changed;)
        {
            changed = false;
            for (var i = 0; i < schemas.Count; i++)
            {
                foreach (var keyword in (string[])["dependentRequired", "dependentSchemas", "dependencies"])
                {
                    foreach (var (key, dependency) in schemas[i].Members(keyword))
                    {
                        if (!chosen.Contains(key) || !added.Add(dependency.Pointer))
                        {
                            continue;
                        }

                        changed = true;
                        if (dependency.Schema.ValueKind == JsonValueKind.Array)
                        {
                            Require(dependency.Schema, required);
                        }
                        else if (dependency.Schema.ValueKind == JsonValueKind.Object)
                        {
                            schemas.Add(dependency);
                            Require(dependency, "required", required);
                        }

                        chosen.UnionWith(required);
                    }
                }
            }
        }
    }

    private static void Require(SchemaPlace place, string keyword, HashSet<string> required)
    {
        if (place.Has(keyword, out var names))
        {
            Require(names, required);
        }
    }

    private static void Require(JsonElement names, HashSet<string> required)
    {
        if (names.ValueKind == JsonValueKind.Array)
        {
            foreach (var name in names.EnumerateArray().Where(n => n.ValueKind == JsonValueKind.String))
            {
                required.Add(name.GetString()!);
            }
        }
    }

    private bool TryMember(List<SchemaPlace> schemas, string key, int depth, JsonObject result)
    {
        var own = schemas.SelectMany(s => ObjectSchemas.For(s, key, _patterns)).ToArray();
        if (!TryBuild(own, key, depth + 1, null, out var member))
        {
            return false;
        }

        result[key] = member;
        return true;
    }

    /// <summary>How many members a map gets: an object that names none, but says what its members are.</summary>
    private int MapSize(List<SchemaPlace> schemas, JsonObject result, string name, int depth)
    {
        var map = result.Count == 0 && Roomy(depth) && schemas.TrueForAll(s => !s.Members("properties").Any())
            && schemas.Exists(s => s.Members("patternProperties").Any() || (s.Has("additionalProperties", out var rest) && rest.ValueKind == JsonValueKind.Object));
        return map ? Math.Min(Bounds(schemas, "minProperties", "maxProperties").Most, 2 + (name.Length % 2)) : 0;
    }

    /// <summary>Adds members with names of our own, until there are enough.</summary>
    private bool Invent(List<SchemaPlace> schemas, int wanted, int least, int depth, JsonObject result)
    {
        for (var i = 0; result.Count < wanted && i < wanted + 40 && i < MostInvented; i++)
        {
            if (Key(schemas, i, depth) is { } key && !result.ContainsKey(key))
            {
                TryMember(schemas, key, depth, result);
            }
        }

        return result.Count >= least || Fail(schemas.Find(s => s.Has("minProperties", out _)).At("minProperties"), "No further members are allowed or could be named.");
    }

    private string? Key(List<SchemaPlace> schemas, int index, int depth)
    {
        var names = schemas.Where(s => s.Has("propertyNames", out _)).Select(s => { _ = s.Has("propertyNames", out var n); return s.Child("propertyNames", n); }).ToArray();
        if (names.Length > 0)
        {
            return TryBuild(names, "key", depth + 1, null, out var named) && named is JsonValue && named.GetValueKind() == JsonValueKind.String ? named.GetValue<string>() : null;
        }

        foreach (var schema in schemas)
        {
            foreach (var (pattern, _) in schema.Members("patternProperties"))
            {
                return _texts.Matching(pattern, 0, int.MaxValue);
            }
        }

        return index < s_keys.Length ? s_keys[index] : $"key_{index.ToString(CultureInfo.InvariantCulture)}";
    }

    private static (int Least, int Most) Bounds(IEnumerable<SchemaPlace> schemas, string least, string most)
    {
        var bounds = (Least: 0, Most: int.MaxValue);
        foreach (var schema in schemas)
        {
            bounds = (Math.Max(bounds.Least, schema.Count(least) ?? 0), Math.Min(bounds.Most, schema.Count(most) ?? int.MaxValue));
        }

        return bounds;
    }
}
