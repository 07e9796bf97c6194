using System.Text.Json;
using FakeAi.Engine.Generation.Structured;

namespace FakeAi.Engine.Tests.Generation.Structured;

public sealed class StrictSchemaCheckTests
{
    // What clients report of OpenAI's own answers.
    [Theory]
    [InlineData("""{"type":"object","properties":{}}""", "In context=(), 'additionalProperties' is required to be supplied and to be false.")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"object","properties":{}}},"required":["a"],"additionalProperties":false}""", "In context=('properties', 'a'), 'additionalProperties' is required to be supplied and to be false.")]
    [InlineData("""{"type":"object","properties":{"id":{"type":"string"}},"required":[],"additionalProperties":false}""", "In context=(), 'required' is required to be supplied and to be an array including every key in properties. Missing 'id'.")]
    [InlineData("""{"type":"object","properties":{"l":{"type":"array"}},"required":["l"],"additionalProperties":false}""", "In context=('properties', 'l'), array schema missing items.")]
    [InlineData("""{"type":"object","properties":{"m":{"type":["string","array"]}},"required":["m"],"additionalProperties":false}""", "In context=('properties', 'm'), array schema missing items.")]
    [InlineData("""{"type":"object","properties":{"m":{}},"required":["m"],"additionalProperties":false}""", "In context=('properties', 'm'), schema must have a 'type' key.")]
    [InlineData("""{"type":"object","properties":{"p":{"type":"string","default":"x"}},"required":["p"],"additionalProperties":false}""", "In context=('properties', 'p'), 'default' is not permitted.")]
    [InlineData("""{"type":"object","properties":{"p":{"anyOf":[{"type":"string"},{"type":"object"}]}},"required":["p"],"additionalProperties":false}""", "In context=('properties', 'p', 'anyOf', '1'), 'additionalProperties' is required to be supplied and to be false.")]
    [InlineData("""{"type":"array","items":{"type":"string"}}""", "schema must be a JSON Schema of 'type: \"object\"', got 'type: \"array\"'.")]
    [InlineData("""{"anyOf":[{"type":"object"}]}""", "schema must be a JSON Schema of 'type: \"object\"', got 'type: \"None\"'.")]
    public void ResponseFormat_NotStrict_SaysWhatOpenAiSays(string schema, string problem)
    {
        using var document = JsonDocument.Parse(schema);
        Assert.Equal(
            new StrictSchemaFault($"Invalid schema for response_format 'event': {problem}", "response_format", null),
            StrictSchemaCheck.ResponseFormat("event", document.RootElement));
        Assert.Equal(
            new StrictSchemaFault($"Invalid schema for function 'event': {problem}", "tools[2].function.parameters", "invalid_function_parameters"),
            StrictSchemaCheck.Function("event", document.RootElement, "tools[2].function.parameters", strict: true));
        Assert.Equal(problem.StartsWith("schema must be", StringComparison.Ordinal), StrictSchemaCheck.Function("event", document.RootElement, "p", strict: false) is not null);
    }

    [Fact]
    public void ResponseFormat_SchemasOfTheGuide_AreTaken()
    {
        foreach (var name in (string[])["calendar-event", "math-steps", "interface-tree", "linked-list", "any-of", "get-weather", "moderation"])
        {
            using var document = JsonDocument.Parse(File.ReadAllText(RealSchemas.Files().Single(f => Path.GetFileNameWithoutExtension(f) == name)));
            Assert.Null(StrictSchemaCheck.ResponseFormat(name, document.RootElement));
        }
    }

    [Theory]
    [InlineData(10, true)]
    [InlineData(11, false)]
    public void ResponseFormat_Levels_TenAreTaken(int levels, bool taken)
    {
        var schema = """{"type":"object","properties":{},"required":[],"additionalProperties":false}""";
        for (var i = 1; i < levels; i++)
        {
            schema = $$"""{"type":"object","properties":{"a":{{schema}}},"required":["a"],"additionalProperties":false}""";
        }

        using var document = JsonDocument.Parse(schema);
        var fault = StrictSchemaCheck.ResponseFormat("x", document.RootElement);
        Assert.Equal(taken ? null : "Invalid schema for response_format 'x': 11 levels of nesting exceeds limit of 10.", fault?.Message);
    }
}
