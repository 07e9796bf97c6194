using System.Text.Json.Nodes;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Tests.Generation.Structured;

/// <summary>Makes schemas at random that can all be met: of every keyword, nested, referring, combined.</summary>
internal sealed class RandomSchemas(SeededRandom random)
{
    private static readonly string[] s_names =
        ["name", "email", "city", "price", "count", "tags", "description", "createdAt", "status", "id", "x-y", "temp", "größe", "a/b", "m~n", "items"];

    private static readonly string[] s_patterns =
    [
        "^[A-Z]{2,4}-\\d{3,}$", "^(red|green|blue)$", "[0-9]+", "^\\w+@\\w+\\.(com|org)$", "^(?:[a-f0-9]{2}:){5}[a-f0-9]{2}$", "^#[0-9a-fA-F]{6}$",
        "^\\+?[1-9]\\d{1,14}$", "^[^\\s@]+$", "^(a|b)\\1$", "^\\d{4}-(0[1-9]|1[0-2])$", "^[\\w.-]{3,8}\\/v[1-9]$", "^$|^x+$", "^(?=.*[A-Z])(?=.*\\d).{8,}$", "^\\p{Lu}\\p{Ll}+$",
    ];

    private static readonly string[] s_formats =
        ["date", "date-time", "time", "duration", "email", "hostname", "ipv4", "ipv6", "uri", "uuid", "uri-reference", "json-pointer", "regex"];

    private JsonObject _definitions = [];
    private bool _older;

    /// <summary>A schema, with its definitions.</summary>
    /// <param name="older">Whether in the forms of draft-07.</param>
    public JsonObject Next(bool older)
    {
        _older = older;
        _definitions = [];
        var schema = random.Next(8) == 0 ? Schema(0) : Object(0);
        schema["$schema"] = older ? "http://json-schema.org/draft-07/schema#" : "https://json-schema.org/draft/2020-12/schema";
        if (_definitions.Count > 0)
        {
            schema[Definitions] = _definitions;
        }

        return schema;
    }

    private string Definitions => _older ? "definitions" : "$defs";

    private JsonObject Schema(int depth) => random.Next(depth > 3 ? 6 : 13) switch
    {
        0 or 1 => Text(),
        2 => Number(),
        3 => new JsonObject { ["type"] = "boolean" },
        4 => new JsonObject { ["enum"] = new JsonArray("celsius", "fahrenheit", 3, null, new JsonArray(1, "a")) },
        5 => random.Next(2) == 0 ? new JsonObject { ["const"] = new JsonObject { ["k"] = 1.50 } } : new JsonObject { ["type"] = new JsonArray("string", "null", "integer") },
        6 or 7 => Object(depth),
        8 => Array(depth),
        9 => Combined(depth),
        10 => Reference(),
        11 => Conditional(),
        _ => Map(depth),
    };

    private JsonObject Text()
    {
        var schema = new JsonObject { ["type"] = "string" };
        switch (random.Next(4))
        {
            case 0:
                schema["format"] = random.Pick(s_formats);
                break;
            case 1:
                schema["pattern"] = random.Pick(s_patterns);
                break;
            default:
                var least = random.Next(60);
                schema["minLength"] = least;
                if (random.Next(2) == 0)
                {
                    schema["maxLength"] = least + random.Next(20);
                }

                break;
        }

        return schema;
    }

    private JsonObject Number()
    {
        var schema = new JsonObject { ["type"] = random.Next(2) == 0 ? "integer" : "number" };
        var low = random.Next(2000) - 1000;
        switch (random.Next(5))
        {
            case 0:
                schema["minimum"] = low;
                schema["maximum"] = low + random.Next(3);
                break;
            case 1:
                schema["exclusiveMinimum"] = low;
                schema["exclusiveMaximum"] = low + 2;
                break;
            case 2:
                schema["multipleOf"] = random.Pick((double[])[0.01, 0.25, 5, 7]);
                schema["minimum"] = low;
                break;
            case 3:
                schema["maximum"] = low;
                break;
            default:
                break;
        }

        return schema;
    }

    private JsonObject Object(int depth)
    {
        var properties = new JsonObject();
        var required = new JsonArray();
        for (var i = 0; i < 1 + random.Next(5); i++)
        {
            var name = random.Pick(s_names);
            if (!properties.ContainsKey(name))
            {
                properties[name] = Schema(depth + 1);
                if (random.Next(2) == 0)
                {
                    required.Add(name);
                }
            }
        }

        var schema = new JsonObject { ["type"] = "object", ["properties"] = properties, ["required"] = required };
        switch (random.Next(6))
        {
            case 0:
                schema["additionalProperties"] = false;
                break;
            case 1:
                schema["minProperties"] = properties.Count + 1;
                schema["additionalProperties"] = Number();
                break;
            case 2:
                schema[_older ? "dependencies" : "dependentRequired"] = new JsonObject { [properties.First().Key] = new JsonArray("extra") };
                break;
            case 3 when !_older:
                schema["unevaluatedProperties"] = false;
                break;
            default:
                break;
        }

        return schema;
    }

    private JsonObject Array(int depth)
    {
        var schema = new JsonObject { ["type"] = "array" };
        switch (random.Next(5))
        {
            case 0:
                schema[_older ? "items" : "prefixItems"] = new JsonArray(Schema(depth + 1), Number());
                schema[_older ? "additionalItems" : "items"] = false;
                schema["minItems"] = random.Next(3);
                break;
            case 1:
                schema["items"] = new JsonObject { ["enum"] = new JsonArray(1, 2, 3, 4, 5) };
                schema["uniqueItems"] = true;
                schema["minItems"] = random.Next(6);
                break;
            case 2:
                schema["items"] = new JsonObject { ["type"] = "integer" };
                schema["contains"] = new JsonObject { ["minimum"] = 1000 };
                schema["minItems"] = random.Next(4);
                break;
            case 3:
                schema["items"] = new JsonObject { ["type"] = "integer", ["minimum"] = 0, ["maximum"] = 9 };
                schema["uniqueItems"] = true;
                schema["minItems"] = 10;
                break;
            default:
                schema["items"] = Schema(depth + 1);
                schema["minItems"] = random.Next(3);
                schema["maxItems"] = 2 + random.Next(3);
                break;
        }

        return schema;
    }

    private JsonObject Combined(int depth)
    {
        switch (random.Next(4))
        {
            case 0:
                return new JsonObject { ["anyOf"] = new JsonArray(Schema(depth + 1), new JsonObject { ["type"] = "null" }) };
            case 1:
                return new JsonObject
                {
                    ["oneOf"] = new JsonArray(Tagged("circle", "radius"), Tagged("square", "side"), new JsonObject { ["type"] = "string", ["maxLength"] = 5 }),
                };
            case 2:
                return new JsonObject
                {
                    ["allOf"] = new JsonArray(
                        new JsonObject { ["type"] = "object", ["properties"] = new JsonObject { ["count"] = Number() }, ["required"] = new JsonArray("count") },
                        new JsonObject { ["properties"] = new JsonObject { ["name"] = Text() }, ["required"] = new JsonArray("name") }),
                };
            default:
                return new JsonObject { ["type"] = new JsonArray("integer", "string"), ["not"] = new JsonObject { ["enum"] = new JsonArray(1, 2, "no") } };
        }
    }

    private static JsonObject Tagged(string kind, string member) => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject { ["kind"] = new JsonObject { ["const"] = kind }, [member] = new JsonObject { ["type"] = "number", ["exclusiveMinimum"] = 0 } },
        ["required"] = new JsonArray("kind", member),
    };

    private JsonObject Reference()
    {
        var name = random.Next(2) == 0 ? "node" : "a/b%";
        if (!_definitions.ContainsKey(name))
        {
            _definitions[name] = new JsonObject();
            _definitions[name] = name == "node" ? Tree() : Schema(4);
        }

        return new JsonObject { ["$ref"] = name == "node" ? $"#/{Definitions}/node" : $"#/{Definitions}/a~1b%25" };
    }

    private JsonObject Tree() => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject
        {
            ["value"] = Number(),
            ["next"] = new JsonObject { ["anyOf"] = new JsonArray(new JsonObject { ["$ref"] = $"#/{Definitions}/node" }, new JsonObject { ["type"] = "null" }) },
            ["children"] = new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["$ref"] = $"#/{Definitions}/node" } },
        },
        ["required"] = new JsonArray("value", "next", "children"),
        ["additionalProperties"] = false,
    };

    private static JsonObject Conditional() => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject { ["country"] = new JsonObject { ["enum"] = new JsonArray("US", "NL") }, ["zip"] = new JsonObject { ["type"] = "string" } },
        ["required"] = new JsonArray("country", "zip"),
        ["if"] = new JsonObject { ["properties"] = new JsonObject { ["country"] = new JsonObject { ["const"] = "US" } } },
        ["then"] = new JsonObject { ["properties"] = new JsonObject { ["zip"] = new JsonObject { ["pattern"] = "^[0-9]{5}$" } } },
        ["else"] = new JsonObject { ["properties"] = new JsonObject { ["zip"] = new JsonObject { ["pattern"] = "^[0-9]{4} [A-Z]{2}$" } } },
    };

    private JsonObject Map(int depth)
    {
        var schema = new JsonObject { ["type"] = "object", ["additionalProperties"] = Schema(depth + 1) };
        if (random.Next(2) == 0)
        {
            schema["propertyNames"] = new JsonObject { ["pattern"] = "^[a-z]{3,6}$" };
            schema["minProperties"] = 2;
        }

        return schema;
    }
}
