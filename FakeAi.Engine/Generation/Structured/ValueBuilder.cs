using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FakeAi.Engine.Generation.Structured.Patterns;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Generation.Structured;

/// <summary>
/// Builds a value that meets several schemas at once. Tries one way after another where schemas fork; bounded by a count of
/// built values, not by time, so that the outcome is the same on every machine.
/// </summary>
internal sealed partial class ValueBuilder
{
    /// <summary>Most values built, dropped tries included.</summary>
    private const int MostValues = 20_000;

    /// <summary>From here on values are as small as the schema lets them be.</summary>
    private const int MostRoomy = 600;
    private const int RoomyDepth = 5;
    private const int Deepest = 50;
    private const int MostTries = 64;
    private const int CheckedTries = 16;
    private const int NullOdds = 8;

    private readonly SchemaDocument _document;
    private readonly SchemaHeights _heights;
    private readonly SchemaValidator _validator;
    private readonly PatternMatcher _patterns;
    private readonly SeededRandom _random;
    private readonly PromptFacts _facts;
    private readonly TextChoice _texts;
    private readonly NumberChoice _numbers;
    private readonly bool _lenient;
    private int _values;

    /// <param name="document">The schema.</param>
    /// <param name="validator">Checks what cannot be built towards.</param>
    /// <param name="patterns">The schema's patterns.</param>
    /// <param name="random">The draws.</param>
    /// <param name="hints">What the values should speak of.</param>
    /// <param name="lenient">Whether a value that cannot be built is left null instead of failing the whole.</param>
    public ValueBuilder(
        SchemaDocument document, SchemaValidator validator, PatternMatcher patterns, SeededRandom random, SchemaHints hints, bool lenient)
    {
        _document = document;
        _validator = validator;
        _patterns = patterns;
        _random = random;
        _lenient = lenient;
        _heights = new SchemaHeights(document);
        _facts = PromptFacts.Of(hints.Prompt);
        _texts = new TextChoice(random, _facts, new PlausibleTexts(random, _facts, Topic.Of(hints.Prompt)), patterns);
        _numbers = new NumberChoice(random, _facts);
    }

    /// <summary>What could not be met, after a failure.</summary>
    public SchemaFault? Fault { get; private set; }

    /// <summary>Builds a value for the schema.</summary>
    public bool TryBuild(SchemaPlace place, out JsonNode? value) => TryBuild([place], "", 0, null, out value);

    private bool Roomy(int depth) => depth < RoomyDepth && _values < MostRoomy;

    /// <param name="places">The schemas to meet.</param>
    /// <param name="name">The field's name, for plausible values.</param>
    /// <param name="depth">Containers around the value.</param>
    /// <param name="taken">Values that it must differ from.</param>
    /// <param name="value">The value.</param>
    private bool TryBuild(IReadOnlyList<SchemaPlace> places, string name, int depth, List<JsonNode?>? taken, out JsonNode? value)
    {
        var chooser = new BranchChooser(_random, Roomy(depth) ? null : _heights);
        var tries = 1;
        for (var i = 0; i < tries; i++)
        {
            if (++_values > MostValues || depth > Deepest)
            {
                value = null;
                return Fail(places.Count == 0 ? "" : places[0].Pointer, "The schema asks for more than can be built.");
            }

            chooser.Begin(i);
            var union = new SchemaUnion(_document, places, chooser);
            var built = TryBuild(union, chooser, name, depth, taken, out value);
            chooser.End();
            tries = Math.Min(MostTries, Math.Max(chooser.Ways, union.MustCheck || taken is not null ? CheckedTries : 1));
            if (built && Holds(union, places, value) && !IsTaken(taken, value))
            {
                return true;
            }
        }

        value = null;
        return _lenient && depth > 0;
    }

    private bool Holds(SchemaUnion union, IReadOnlyList<SchemaPlace> places, JsonNode? value)
    {
        if (!union.MustCheck)
        {
            return true;
        }

        foreach (var place in places)
        {
            if (!_validator.Holds(place, value))
            {
                return Fail(_validator.FailedAt, "No value that was tried meets this.");
            }
        }

        return true;
    }

    private static bool IsTaken(List<JsonNode?>? taken, JsonNode? value) => taken?.Exists(t => JsonValues.Same(t, value)) == true;

    private bool TryBuild(SchemaUnion union, BranchChooser chooser, string name, int depth, List<JsonNode?>? taken, out JsonNode? value)
    {
        value = null;
        if (union.Fault is { } fault)
        {
            return Fail(fault.Pointer, fault.Message);
        }

        if (Given(union) is { } given)
        {
            return TryPick(union, given, taken, out value);
        }

        var types = Types(union, out var pointer);
        if (types.Count == 0)
        {
            return Fail(pointer, "No type is left that all parts of the schema allow.");
        }

        if (Roomy(depth) && TryExample(union, out value))
        {
            return true;
        }

        switch (types[chooser.Choose("type", types.Count)])
        {
            case SchemaTypes.Object:
                return TryObject(union, name, depth, out value);
            case SchemaTypes.Array:
                return TryArray(union, name, depth, out value);
            case SchemaTypes.String:
                var text = _texts.TryChoose(union, name, out var textFault);
                value = JsonValue.Create(text);
                return text is not null || Fail(textFault!.Pointer, textFault.Message);
            case SchemaTypes.Integer or SchemaTypes.Number:
                var whole = !types.Contains(SchemaTypes.Number);
                var number = _numbers.TryChoose(union, name, whole, taken, out var numberFault);
                value = number is { } chosen ? JsonNode.Parse(chosen.ToString("0.############################", CultureInfo.InvariantCulture)) : null;
                return number is not null || Fail(numberFault!.Pointer, numberFault.Message);
            case SchemaTypes.Boolean:
                value = JsonValue.Create(_random.Next(2) == 0);
                return true;
            default:
                return true;
        }
    }

    /// <summary>The <c>const</c> or <c>enum</c> that names the values; null where there is none.</summary>
    private static (string Pointer, List<JsonElement> Values)? Given(SchemaUnion union)
    {
        foreach (var part in union.Parts)
        {
            if (part.Has("const", out var only))
            {
                return (part.At("const"), [only]);
            }

            if (part.Has("enum", out var values) && values.ValueKind == JsonValueKind.Array)
            {
                return (part.At("enum"), [.. values.EnumerateArray()]);
            }
        }

        return null;
    }

    private bool TryPick(SchemaUnion union, (string Pointer, List<JsonElement> Values) given, List<JsonNode?>? taken, out JsonNode? value)
    {
        var fitting = new List<JsonNode?>();
        var named = new List<JsonNode?>();
        foreach (var element in given.Values)
        {
            var copy = JsonValues.Copy(element);
            if (IsTaken(taken, copy) || !union.Parts.TrueForAll(p => _validator.Holds(p, copy)))
            {
                continue;
            }

            fitting.Add(copy);
            if (element.ValueKind == JsonValueKind.String && _facts.Names(element.GetString()!))
            {
                named.Add(copy);
            }
        }

        var pool = named.Count > 0 ? named : fitting;
        value = pool.Count == 0 ? null : _random.Pick(pool)?.DeepClone();
        return pool.Count > 0 || Fail(given.Pointer, "None of the values meets the rest of the schema.");
    }

    /// <summary>One of the schema's own examples, every second time.</summary>
    private bool TryExample(SchemaUnion union, out JsonNode? value)
    {
        value = null;
        foreach (var part in union.Parts)
        {
            if (part.Has("examples", out var examples) && examples.ValueKind == JsonValueKind.Array && examples.GetArrayLength() > 0 && _random.Next(2) == 0)
            {
                var example = JsonValues.Copy(examples[_random.Next(examples.GetArrayLength())]);
                if (union.Parts.TrueForAll(p => _validator.Holds(p, example)))
                {
                    value = example;
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>The types to try, in an order that has null last but once in eight times.</summary>
    private List<SchemaTypes> Types(SchemaUnion union, out string pointer)
    {
        var allowed = SchemaTypes.Any;
        var implied = SchemaTypes.None;
        var stated = false;
        pointer = "";
        foreach (var part in union.Parts)
        {
            var own = SchemaTypesOf.Schema(part);
            stated |= own != SchemaTypes.Any;
            pointer = own == SchemaTypes.Any ? pointer : part.At("type");
            allowed &= own;
            implied |= SchemaTypesOf.Implied(part);
        }

        allowed &= ~union.Excluded;
        if (!stated)
        {
            var guess = allowed & (implied != SchemaTypes.None ? implied : SchemaTypes.String);
            allowed = guess != SchemaTypes.None ? guess : allowed;
        }

        var types = new List<SchemaTypes>(7);
        foreach (var type in (ReadOnlySpan<SchemaTypes>)
            [SchemaTypes.Object, SchemaTypes.Array, SchemaTypes.String, SchemaTypes.Number, SchemaTypes.Integer, SchemaTypes.Boolean])
        {
            if (allowed.HasFlag(type) && !(type == SchemaTypes.Integer && types.Contains(SchemaTypes.Number)))
            {
                types.Add(type);
            }
        }

        if (allowed.HasFlag(SchemaTypes.Null) && (types.Count == 0 || stated))
        {
            types.Insert(types.Count == 0 || _random.Next(NullOdds) > 0 ? types.Count : 0, SchemaTypes.Null);
        }

        return types;
    }

    private bool Fail(string pointer, string message)
    {
        Fault = new SchemaFault(pointer, message);
        return false;
    }
}
