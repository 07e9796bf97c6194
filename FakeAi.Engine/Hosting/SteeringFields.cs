using System.Text.Json;
using FakeAi.Contracts.Wire;

namespace FakeAi.Engine.Hosting;

/// <summary>
/// Steering headers sent as fields of the body instead, which is what SDKs' <c>extra_body</c> makes of them. They are no
/// part of the provider's request: no dialect may refuse them, and no seed depends on them.
/// </summary>
internal sealed class SteeringFields
{
    private static readonly string[] s_names =
    [
        PublicHeaders.TtftMs, PublicHeaders.ItlMs, PublicHeaders.Speed, PublicHeaders.LatencyProfile, PublicHeaders.MaxTokensPerSecond,
        PublicHeaders.Priority, PublicHeaders.Mode,
    ];

    private readonly Dictionary<string, string>? _fields;

    private SteeringFields(Dictionary<string, string>? fields) => _fields = fields;

    /// <summary>No such field.</summary>
    public static SteeringFields None { get; } = new(null);

    /// <summary>Whether a field of a body is one of these.</summary>
    public static bool Knows(string name) =>
        name.StartsWith("x-fakeai-", StringComparison.Ordinal) && Array.IndexOf(s_names, name) >= 0;

    /// <summary>Reads the fields of a body: numbers and texts alike, null as if absent.</summary>
    /// <param name="body">An object.</param>
    public static SteeringFields Of(JsonElement body)
    {
        Dictionary<string, string>? fields = null;
        foreach (var member in body.EnumerateObject())
        {
            if (!Knows(member.Name) || member.Value.ValueKind == JsonValueKind.Null)
            {
                continue;
            }

            // What is neither text nor number fails where it is read, as no value at all.
            (fields ??= new Dictionary<string, string>(StringComparer.Ordinal))[member.Name] = member.Value.ValueKind switch
            {
                JsonValueKind.String => member.Value.GetString()!,
                JsonValueKind.Number => member.Value.GetRawText(),
                _ => "",
            };
        }

        return fields is null ? None : new SteeringFields(fields);
    }

    /// <summary>The field's text; null where it is absent.</summary>
    public string? this[string name] => _fields?.GetValueOrDefault(name);
}
