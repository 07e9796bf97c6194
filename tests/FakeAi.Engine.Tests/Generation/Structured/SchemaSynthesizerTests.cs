using System.Text.Json;
using System.Text.Json.Nodes;
using FakeAi.Engine.Generation.Structured;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Tests.Generation.Structured;

public sealed class SchemaSynthesizerTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Synthesize_RandomSchemas_ConformByAjv(bool older)
    {
        var random = new SeededRandom(older ? 7u : 2020u);
        var schemas = new RandomSchemas(random);
        var cases = new List<(JsonNode, bool, string)>();
        for (var i = 0; i < 400; i++)
        {
            var schema = schemas.Next(older);
            var element = JsonSerializer.SerializeToElement(schema);
            var met = SchemaSynthesizer.TrySynthesize(element, new SeededRandom((ulong)i), new SchemaHints("Plan 3 days in Paris for Alice"), out var json, out var fault);
            Assert.True(met, $"{i}: {fault} {schema}");
            cases.Add((schema, older, json));
        }

        await Ajv.AssertConformAsync(cases);
    }

    [Fact]
    public async Task Synthesize_SchemasPeopleUse_ConformByAjv()
    {
        var cases = new List<(JsonNode, bool, string)>();
        foreach (var file in RealSchemas.Files())
        {
            var schema = JsonNode.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))!;
            var element = JsonSerializer.SerializeToElement(schema);
            for (var seed = 0u; seed < 20; seed++)
            {
                var met = SchemaSynthesizer.TrySynthesize(element, new SeededRandom(seed), new SchemaHints("Extract the event: Alice and Bob go to a fair in Rome."), out var json, out var fault);
                Assert.True(met, $"{file}: {fault}");
                Assert.InRange(json.Length, 1, 200_000);
                cases.Add((schema, schema["$schema"]?.ToString().Contains("draft-07", StringComparison.Ordinal) == true, json));
            }
        }

        Assert.True(cases.Count >= 20 * 10);
        await Ajv.AssertConformAsync(cases);
    }

    [Fact]
    public void Synthesize_SameSeed_SameTextAndOtherSeedsDiffer()
    {
        var element = JsonSerializer.SerializeToElement(new RandomSchemas(new SeededRandom(3)).Next(older: false));
        var texts = Enumerable.Range(0, 20).Select(s => SchemaSynthesizer.Synthesize(element, new SeededRandom((ulong)s), SchemaHints.None)).ToArray();
        Assert.Equal(texts, Enumerable.Range(0, 20).Select(s => SchemaSynthesizer.Synthesize(element, new SeededRandom((ulong)s), SchemaHints.None)));
        Assert.True(texts.Distinct(StringComparer.Ordinal).Count() > 10);
    }

    [Theory]
    [InlineData("What is the weather in Paris in celsius?", """{"location":"Paris","unit":"celsius"}""", """{"location":{"type":"string"},"unit":{"enum":["fahrenheit","celsius"]}}""")]
    [InlineData("flights from Berlin to New York on 2026-03-04", """{"origin":"Berlin","destination":"New York","date":"2026-03-04"}""", """{"origin":{"type":"string"},"destination":{"type":"string"},"date":{"type":"string","format":"date"}}""")]
    [InlineData("What is 12.5 times 7?", """{"a":12.5,"b":7}""", """{"a":{"type":"number"},"b":{"type":"number"}}""")]
    [InlineData("Send an email to bob@corp.test about it", """{"to_email":"bob@corp.test"}""", """{"to_email":{"type":"string","format":"email"}}""")]
    [InlineData("weather in paris please", """{"city":"Paris"}""", """{"city":{"type":"string"}}""")]
    public void Synthesize_PromptNamesValues_TheyFillFittingFields(string prompt, string expected, string properties)
    {
        var schema = JsonNode.Parse($$"""{"type":"object","properties":{{properties}}}""")!;
        schema["required"] = new JsonArray([.. schema["properties"]!.AsObject().Select(p => JsonValue.Create(p.Key))]);
        for (var seed = 0u; seed < 5; seed++)
        {
            Assert.Equal(expected, SchemaSynthesizer.Synthesize(JsonSerializer.SerializeToElement(schema), new SeededRandom(seed), new SchemaHints(prompt)));
        }
    }

    [Theory]
    [InlineData("""{"type":"object","properties":{"n":{"type":"integer","minimum":3,"maximum":2}},"required":["n"]}""", "/properties/n/m")]
    [InlineData("""{"type":"object","properties":{"s":{"type":"string","pattern":"^[a-z"}},"required":["s"]}""", "/properties/s/pattern")]
    [InlineData("""{"type":"object","properties":{"s":{"type":"string","pattern":"^a{3}$","maxLength":2}},"required":["s"]}""", "/properties/s/pattern")]
    [InlineData("""{"$ref":"#/$defs/missing"}""", "/$ref")]
    [InlineData("""{"allOf":[{"type":"string"},{"type":"object"}]}""", "/allOf/1/type")]
    [InlineData("""{"$defs":{"n":{"type":"object","properties":{"next":{"$ref":"#/$defs/n"}},"required":["next"]}},"$ref":"#/$defs/n"}""", "/$defs/n")]
    [InlineData("""{"type":"array","items":{"type":"boolean"},"uniqueItems":true,"minItems":3}""", "/uniqueItems")]
    [InlineData("""{"type":"array","items":{"type":"integer"},"minItems":1000000000}""", "")]
    [InlineData("""{"type":"string","minLength":1000000000}""", "/minLength")]
    [InlineData("""{"enum":["a"],"type":"integer"}""", "/enum")]
    [InlineData("""{"oneOf":[{"type":"integer"},{"type":"number"}],"type":"integer"}""", "/oneOf")]
    [InlineData("""{"type":"object","properties":{"a":false},"required":["a"]}""", "/properties/a")]
    [InlineData("""{"type":"object","properties":{"\ud800":{"type":"string"}}}""", "")]
    [InlineData("false", "")]
    [InlineData("3", "")]
    [InlineData("""{"type":"wrong"}""", "/type")]
    [InlineData("""{"anyOf":[]}""", "/anyOf")]
    public void TrySynthesize_CannotBeMet_SaysWhereAndStillGivesJson(string schema, string pointer)
    {
        using var document = JsonDocument.Parse(schema);
        Assert.False(SchemaSynthesizer.TrySynthesize(document.RootElement, new SeededRandom(1), SchemaHints.None, out var json, out var fault));
        Assert.StartsWith(pointer, fault!.Pointer, StringComparison.Ordinal);
        Assert.NotNull(json);
        using var _ = JsonDocument.Parse(json);
    }

    [Fact]
    public void TrySynthesize_HostileSchemas_EndsInBoundedWork()
    {
        var chain = new JsonObject();
        for (var i = 0; i < 3000; i++)
        {
            chain[$"d{i}"] = new JsonObject { ["$ref"] = $"#/$defs/d{i + 1}" };
        }

        chain["d3000"] = new JsonObject { ["$ref"] = "#/$defs/d0" };
        JsonObject[] hostile =
        [
            new() { ["$defs"] = chain, ["$ref"] = "#/$defs/d0" },
            new() { ["$ref"] = "#" },
            new() { ["anyOf"] = new JsonArray(new JsonObject { ["$ref"] = "#" }, new JsonObject { ["$ref"] = "#" }), ["not"] = new JsonObject { ["$ref"] = "#" } },
            new() { ["type"] = "array", ["items"] = new JsonObject { ["$ref"] = "#" }, ["minItems"] = 2 },
            new() { ["type"] = "string", ["pattern"] = "^(a+)+$", ["minLength"] = 30_000, ["not"] = new JsonObject { ["pattern"] = "(a|a)*" } },
            new() { ["type"] = "string", ["pattern"] = "((((a{100}){100}){100}){100}){100}" },
            new() { ["type"] = "number", ["multipleOf"] = 1e-300, ["minimum"] = 1e300 },
            new() { ["type"] = "object", ["minProperties"] = 2_000_000_000, ["additionalProperties"] = new JsonObject { ["$ref"] = "#" } },
        ];
        foreach (var schema in hostile)
        {
            SchemaSynthesizer.TrySynthesize(JsonSerializer.SerializeToElement(schema), new SeededRandom(1), SchemaHints.None, out var json, out _);
            Assert.InRange(json.Length, 1, 5_000_000);
        }
    }
}
