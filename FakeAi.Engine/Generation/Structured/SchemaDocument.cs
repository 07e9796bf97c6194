using System.Globalization;
using System.Text.Json;

namespace FakeAi.Engine.Generation.Structured;

/// <summary>
/// A schema with everything its references can lead to. References stay within it: <c>#</c>, <c>#/pointer</c>, an anchor,
/// or the <c>$id</c> of a part. Not thread-safe.
/// </summary>
internal sealed class SchemaDocument(JsonElement root)
{
    private const int DeepestSearch = 64;

    private readonly Dictionary<string, SchemaPlace?> _resolved = new(StringComparer.Ordinal);

    public SchemaPlace Root { get; } = new(root, "");

    /// <summary>The places that a schema refers to; the keyword where a reference leads nowhere.</summary>
    /// <param name="place">The schema.</param>
    /// <param name="targets">Receives the targets.</param>
    /// <returns>Null, or the keyword whose target does not exist.</returns>
    public string? References(SchemaPlace place, List<SchemaPlace> targets)
    {
        foreach (var keyword in (ReadOnlySpan<string>)["$ref", "$dynamicRef", "$recursiveRef"])
        {
            if (!place.Has(keyword, out var value))
            {
                continue;
            }

            if (value.ValueKind != JsonValueKind.String || Resolve(value.GetString()!) is not { } target)
            {
                return keyword;
            }

            targets.Add(target);
        }

        return null;
    }

    private SchemaPlace? Resolve(string reference)
    {
        if (!_resolved.TryGetValue(reference, out var place))
        {
            place = Find(reference);
            _resolved.Add(reference, place);
        }

        return place;
    }

    private SchemaPlace? Find(string reference)
    {
        var hash = reference.IndexOf('#', StringComparison.Ordinal);
        var resource = hash < 0 ? reference : reference[..hash];
        var fragment = hash < 0 ? "" : Uri.UnescapeDataString(reference[(hash + 1)..]);
        var start = Root;
        if (resource.Length > 0)
        {
            if (Search(Root, p => Same(p.Text("$id") ?? p.Text("id"), resource), 0) is not { } found)
            {
                return null;
            }

            start = found;
        }

        return fragment.Length == 0 ? start
            : fragment[0] == '/' ? Walk(start, fragment)
            : Search(start, p => p.Text("$anchor") == fragment || p.Text("$dynamicAnchor") == fragment || p.Text("$id") == $"#{fragment}", 0);
    }

    /// <summary>A relative reference means a part whose absolute <c>$id</c> ends with it.</summary>
    private static bool Same(string? id, string reference) => id is not null
        && (id.TrimEnd('#') == reference || id.TrimEnd('#').EndsWith($"/{reference.TrimStart('.', '/')}", StringComparison.Ordinal));

    private static SchemaPlace? Walk(SchemaPlace from, string pointer)
    {
        foreach (var part in pointer[1..].Split('/'))
        {
            var key = part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            switch (from.Schema.ValueKind)
            {
                case JsonValueKind.Object when from.Schema.TryGetProperty(key, out var member):
                    from = from.Child(key, member);
                    break;
                case JsonValueKind.Array when int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                    && index < from.Schema.GetArrayLength():
                    from = new SchemaPlace(from.Schema[index], $"{from.Pointer}/{key}");
                    break;
                default:
                    return null;
            }
        }

        return from;
    }

    private static SchemaPlace? Search(SchemaPlace place, Func<SchemaPlace, bool> wanted, int depth)
    {
        if (depth > DeepestSearch)
        {
            return null;
        }

        if (place.Schema.ValueKind == JsonValueKind.Object)
        {
            if (wanted(place))
            {
                return place;
            }

            foreach (var member in place.Schema.EnumerateObject())
            {
                if (Search(place.Child(member.Name, member.Value), wanted, depth + 1) is { } found)
                {
                    return found;
                }
            }
        }
        else if (place.Schema.ValueKind == JsonValueKind.Array)
        {
            for (var i = 0; i < place.Schema.GetArrayLength(); i++)
            {
                var item = new SchemaPlace(place.Schema[i], $"{place.Pointer}/{i.ToString(CultureInfo.InvariantCulture)}");
                if (Search(item, wanted, depth + 1) is { } found)
                {
                    return found;
                }
            }
        }

        return null;
    }
}
