using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using FakeAi.Engine.Generation.Structured.Patterns;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Generation.Structured;

/// <summary>
/// Makes JSON that conforms to a JSON Schema, 2020-12 or draft-07, with values that fit the fields' names and the prompt.
/// The same schema, seed and hints give the same text on every machine. Never throws, whatever the schema; bounded in depth
/// (50), values (20,000) and checks, not in time.
/// </summary>
internal static class SchemaSynthesizer
{
    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, WriteIndented = false };

    /// <summary>Makes compact JSON: a conforming value, or the nearest one where <see cref="TrySynthesize"/> says there is none.</summary>
    /// <param name="schema">The schema: an object, or true or false.</param>
    /// <param name="random">The draws; a source of its own, so that they shift no other's.</param>
    /// <param name="hints">What the values should speak of.</param>
    public static string Synthesize(JsonElement schema, SeededRandom random, SchemaHints hints)
    {
        TrySynthesize(schema, random, hints, out var json, out _);
        return json;
    }

    /// <summary>Makes compact JSON and says whether it conforms.</summary>
    /// <param name="schema">The schema: an object, or true or false.</param>
    /// <param name="random">The draws; a source of its own, so that they shift no other's.</param>
    /// <param name="hints">What the values should speak of.</param>
    /// <param name="json">Always JSON; conforming where the result is true, else what could be built.</param>
    /// <param name="fault">What of the schema cannot be met; null where the result is true.</param>
    /// <returns>Whether the JSON conforms; it was checked.</returns>
    public static bool TrySynthesize(JsonElement schema, SeededRandom random, SchemaHints hints, out string json, out SchemaFault? fault)
    {
        ArgumentNullException.ThrowIfNull(random);
        ArgumentNullException.ThrowIfNull(hints);
        try
        {
            var document = new SchemaDocument(schema);
            if (TryBuild(document, random, hints, lenient: false, out var value, out fault))
            {
                json = Text(value);
                return true;
            }

            TryBuild(document, random, hints, lenient: true, out value, out _);
            json = Text(value);
            return false;
        }
        catch (Exception exception) when (exception is InvalidOperationException or FormatException or ArgumentException or OverflowException or JsonException)
        {
            // Names or texts that are no Unicode, and the like: found where they were first read.
            json = "{}";
            fault = new SchemaFault("", "The schema cannot be read.");
            return false;
        }
    }

    private static bool TryBuild(SchemaDocument document, SeededRandom random, SchemaHints hints, bool lenient, out JsonNode? value, out SchemaFault? fault)
    {
        var patterns = new PatternMatcher();
        var validator = new SchemaValidator(document, patterns);
        var builder = new ValueBuilder(document, validator, patterns, random, hints, lenient);
        if (!builder.TryBuild(document.Root, out value))
        {
            fault = builder.Fault;
            return false;
        }

        var holds = new SchemaValidator(document, patterns).Holds(document.Root, value, out var failedAt);
        fault = holds ? null : new SchemaFault(failedAt, "No value that was tried meets this.");
        return holds;
    }

    private static string Text(JsonNode? value) => value is null ? "null" : value.ToJsonString(s_json);
}
