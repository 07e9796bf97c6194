using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Generation.Tokens;

namespace FakeAi.Engine.Tests.Generation.Tokens;

/// <summary>The examples of OpenAI's cookbook, with the counts that it says the API gave.</summary>
public sealed class PromptTokensTests
{
    private const string Weather = """
        [{"type":"function","function":{"name":"get_current_weather","description":"Get the current weather in a given location","parameters":{"type":"object","properties":{
        "location":{"type":"string","description":"The city and state, e.g. San Francisco, CA"},
        "unit":{"type":"string","description":"The unit of temperature to return","enum":["celsius","fahrenheit"]}},"required":["location"]}}}]
        """;

    private readonly Tokenizers _tokenizers = new();

    [Theory]
    [InlineData("gpt-4-0613", 129)]
    [InlineData("gpt-3.5-turbo", 129)]
    [InlineData("gpt-4o", 124)]
    [InlineData("gpt-4o-mini", 124)]
    public void Count_MessagesWithNames_IsTheCookbooks(string model, int expected) => Assert.Equal(
        expected,
        Count(
            model,
            tools: null,
            new("system", null, "You are a helpful, pattern-following assistant that translates corporate jargon into plain English."),
            new("system", "example_user", "New synergies will help drive top-line growth."),
            new("system", "example_assistant", "Things working well together will increase revenue."),
            new("system", "example_user", "Let's circle back when we have more bandwidth to touch base on opportunities for increased leverage."),
            new("system", "example_assistant", "Let's talk later when we're less busy about how to do better."),
            new("user", null, "This late pivot means we don't have time to boil the ocean for the client deliverable.")));

    [Theory]
    [InlineData("gpt-4", 105)]
    [InlineData("gpt-3.5-turbo", 105)]
    [InlineData("gpt-4o", 101)]
    [InlineData("gpt-4o-mini", 101)]
    public void Count_WithATool_IsTheCookbooks(string model, int expected) => Assert.Equal(
        expected,
        Count(
            model,
            Weather,
            new("system", null, "You are a helpful assistant that can answer to questions about the weather."),
            new("user", null, "What's the weather like in San Francisco?")));

    [Fact]
    public void Count_NestedParameters_CountsEveryLevel()
    {
        var flat = Count("gpt-4o", """[{"name":"f","parameters":{"type":"object","properties":{"a":{"type":"object"}}}}]""");
        var nested = Count("gpt-4o", """[{"name":"f","parameters":{"type":"object","properties":{"a":{"type":"object","properties":{"b":{"type":"array","items":{"enum":["x","y"]}}}}}}}]""");

        // 3 for the inner properties, 3 for b, 3 for "b:array:", and of the values −3 and twice 3 + 1.
        Assert.Equal(flat + 3 + 3 + _tokenizers.For(Model("gpt-4o")).Count("b:array:") - 3 + (2 * 4), nested);
    }

    [Theory]
    [InlineData("gpt-4", ModelInfo.Cl100k)]
    [InlineData("gpt-4-0314", ModelInfo.Cl100k)]
    [InlineData("gpt-4-turbo", ModelInfo.Cl100k)]
    [InlineData("gpt-3.5-turbo-16k", ModelInfo.Cl100k)]
    [InlineData("text-embedding-3-small", ModelInfo.Cl100k)]
    [InlineData("gpt-4o", ModelInfo.O200k)]
    [InlineData("gpt-4.1-mini", ModelInfo.O200k)]
    [InlineData("o3", ModelInfo.O200k)]
    [InlineData("gpt-5", ModelInfo.O200k)]
    public void Catalogue_Model_NamesItsEncoding(string model, string expected) => Assert.Equal(expected, Model(model).Tokenizer);

    private static ModelInfo Model(string id) => ModelCatalogue.Default.TryGet(id, out var model) ? model : throw new ArgumentException(id, nameof(id));

    private int Count(string id, string? tools, params PromptMessage[] messages)
    {
        var model = Model(id);
        return PromptTokens.Count(model, _tokenizers.For(model), messages, tools);
    }
}
