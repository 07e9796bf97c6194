using System.Text.Json;
using System.Text.RegularExpressions;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Generation.Structured;

/// <summary>Content that must be JSON: by the client's schema, or an object of our own where there is none.</summary>
internal static class StructuredContent
{
    private const ulong Purpose = 0x57C7;
    private const int MostKeys = 32;
    private const int LongestScan = 8000;

    private static readonly JsonElement s_plain = JsonElement.Parse(
        """{"type":"object","properties":{"topic":{"type":"string"},"summary":{"type":"string"},"points":{"type":"array","items":{"type":"string"},"minItems":2,"maxItems":4}},"required":["topic","summary","points"],"additionalProperties":false}""");

    private static readonly Regex s_quoted = new("[\"'`](?<name>[A-Za-z_][A-Za-z0-9_]{0,39})[\"'`]", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    /// <summary>The content of a choice.</summary>
    /// <param name="format">What was asked for.</param>
    /// <param name="prompt">The last user message.</param>
    /// <param name="seed">The choice's seed.</param>
    public static string Write(JsonFormat format, string prompt, ulong seed) =>
        Json(format.Schema ?? Named(prompt), prompt, new SeededRandom(SeedHash.Derive(seed, Purpose)), "response_format", $"response_format '{format.Name}'");

    /// <summary>Compact JSON that conforms to a schema.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="prompt">What the values should speak of.</param>
    /// <param name="random">The draws.</param>
    /// <param name="param">Where the client wrote the schema.</param>
    /// <param name="name">What the schema is for.</param>
    /// <exception cref="SchemaUnmetException">None could be made.</exception>
    public static string Json(JsonElement schema, string prompt, SeededRandom random, string param, string name) =>
        SchemaSynthesizer.TrySynthesize(schema, random, new SchemaHints(prompt), out var json, out var fault)
            ? json
            : throw new SchemaUnmetException(param, name, fault!);

    /// <summary>A text that conforms to a string schema, without the quotes and escapes of JSON.</summary>
    /// <exception cref="SchemaUnmetException">None could be made.</exception>
    public static string Text(JsonElement schema, string prompt, SeededRandom random, string param, string name)
    {
        using var json = JsonDocument.Parse(Json(schema, prompt, random, param, name));
        return json.RootElement.ValueKind == JsonValueKind.String ? json.RootElement.GetString()! : "";
    }

    /// <summary>An object with the names that the prompt quotes as its members, as prompts for JSON do; else with our own.</summary>
    private static JsonElement Named(string prompt)
    {
        var names = s_quoted.Matches(prompt.Length > LongestScan ? prompt[..LongestScan] : prompt)
            .Select(static m => m.Groups["name"].Value).Where(static n => !n.Equals("json", StringComparison.OrdinalIgnoreCase))
            .Distinct(StringComparer.Ordinal).Take(MostKeys).ToArray();
        if (names.Length == 0)
        {
            return s_plain;
        }

        var properties = string.Join(',', names.Select(static n => $"\"{n}\":{{\"type\":\"string\"}}"));
        return JsonElement.Parse($"{{\"type\":\"object\",\"properties\":{{{properties}}},\"required\":[\"{string.Join("\",\"", names)}\"],\"additionalProperties\":false}}");
    }
}
