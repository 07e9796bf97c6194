using FakeAi.Engine.Generation;
using FakeAi.Engine.Generation.Tools;

namespace FakeAi.Engine.Tests.Generation;

public sealed class ToolSelectionTests
{
    private static readonly ToolDefinition[] s_tools =
    [
        new("get_weather", "Get the current weather for a location", null),
        new("searchFlights", "Finds flights between two airports", null),
        new("send_email", "Sends an email to a person", null),
        new("search", "Search the web for anything", null),
    ];

    [Theory]
    [InlineData("What's the weather like?", "get_weather")]
    [InlineData("WEATHERS of the world", "get_weather")]
    [InlineData("Are there flights today?", "searchFlights")]
    [InlineData("Search the web for cats", "search")]
    [InlineData("Check the weather and send an email to Bob", "send_email,get_weather")]
    [InlineData("Weather in Paris, Rome and New York please", "get_weather,get_weather,get_weather")]
    [InlineData("Tell me a joke", "")]
    [InlineData("Get me a good current idea", "")]
    [InlineData("", "")]
    public void Plan_Auto_CallsTheToolsThatTheMessageSpeaksOf(string message, string expected) =>
        Assert.Equal(expected, string.Join(',', Plan(ToolMode.Auto, message).Select(c => c.Tool.Name)));

    [Fact]
    public void Plan_SeveralNames_GivesEachCallItsOwn() =>
        Assert.Equal(["Weather in Paris", "Weather in New York"], Plan(ToolMode.Auto, "Weather in Paris and New York").Select(c => c.Prompt));

    [Fact]
    public void Plan_Required_CallsTheFirstWhereNothingFits() =>
        Assert.Equal(["get_weather"], Plan(ToolMode.Required, "Tell me a joke").Select(c => c.Tool.Name));

    [Fact]
    public void Plan_AHostileMessage_IsBounded() =>
        Assert.True(Plan(ToolMode.Auto, string.Concat(Enumerable.Repeat("Aa, Bb and ", 100_000)) + "weather").Count <= 4);

    private static IReadOnlyList<PlannedCall> Plan(ToolMode mode, string message) =>
        ToolSelection.Plan(new ToolOffer(s_tools, "[]", mode, Parallel: true), [new PromptMessage("user", null, message)], message);
}
