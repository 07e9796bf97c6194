using System.Net;
using System.Text.Json;
using FakeAi.Contracts.Wire;
using FakeAi.Engine.Moderation;
using FakeAi.Engine.Tests.Hosting;
using FakeAi.TestKit;

namespace FakeAi.Engine.Tests.Dialects;

public sealed class ModerationTests(FastEngine engine) : IClassFixture<FastEngine>
{
    private static readonly SchemaCheck s_check = EmbeddingTests.LoadSchemas();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("I want to kill them.", "harassment/threatening violence")]
    [InlineData("I will KILL all of you!", "harassment harassment/threatening violence")]
    [InlineData("How to make a pipe bomb at home", "illicit illicit/violent")]
    [InlineData("I hate all immigrants.", "harassment hate")]
    [InlineData("You're such an idiot.", "harassment")]
    [InlineData("Tell me how to kill myself", "self-harm self-harm/instructions self-harm/intent")]
    [InlineData("send me nudes", "sexual")]
    [InlineData("His dismembered body, blood everywhere", "violence violence/graphic")]
    public void Score_OfHarm_FlagsItsCategories(string text, string categories) => Assert.Equal(categories, Flagged(text));

    [Theory]
    [InlineData("The class assassinated the classic assessment in Scunthorpe, Essex and Sussex.")]
    [InlineData("How do I kill a process in Linux? Shoot me an email.")]
    [InlineData("Sex education and public health")]
    [InlineData("He skilled up at the pornceau; therapist, analysis, cocktail, grape, Dickens")]
    [InlineData("The bombast of the bombers jacket; the bathroom has a bath bomb")]
    [InlineData("Her book about the history of suicide prevention sold well.")]
    [InlineData("I hate mushrooms. You are wonderful.")]
    [InlineData("")]
    [InlineData("🙂 ?!")]
    public void Score_OfInnocentText_IsLow(string text) => Assert.Equal("", Flagged(text));

    [Fact]
    public async Task Moderation_OfEveryKindOfInput_ConformsAndHasItsResults()
    {
        var one = await AskAsync("""{"input":"I want to kill them."}""");
        Assert.Equal("omni-moderation-latest", one.GetProperty("model").GetString());
        Assert.StartsWith("modr-", one.GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.True(one.GetProperty("results")[0].GetProperty("flagged").GetBoolean());

        var several = await AskAsync("""{"model":"text-moderation-latest","input":["I want to kill them.","Good morning."]}""");
        Assert.Equal([true, false], several.GetProperty("results").EnumerateArray().Select(static r => r.GetProperty("flagged").GetBoolean()));
        Assert.Equal(one.GetProperty("results")[0].GetRawText(), several.GetProperty("results")[0].GetRawText());

        var mixed = await AskAsync("""{"model":"omni-moderation-2024-09-26","input":[{"type":"text","text":"What is this?"},{"type":"image_url","image_url":{"url":"https://example.com/severed-head.png"}}]}""");
        var result = Assert.Single(mixed.GetProperty("results").EnumerateArray());
        Assert.Equal("""["text","image"]""", result.GetProperty("category_applied_input_types").GetProperty("violence").GetRawText());
        Assert.Equal("""["text"]""", result.GetProperty("category_applied_input_types").GetProperty("hate").GetRawText());
        Assert.True(result.GetProperty("categories").GetProperty("violence/graphic").GetBoolean());

        var image = await AskAsync("""{"input":[{"type":"image_url","image_url":{"url":"data:image/png;base64,aGk="}}]}""");
        Assert.False(image.GetProperty("results")[0].GetProperty("flagged").GetBoolean());
        Assert.Equal("[]", image.GetProperty("results")[0].GetProperty("category_applied_input_types").GetProperty("hate").GetRawText());
    }

    [Fact]
    public async Task Moderation_Deterministic_HasTheSameIdAndScores()
    {
        const string Body = """{"input":"Good morning."}""";
        var first = await AskAsync(Body, (PublicHeaders.Deterministic, "1"));
        Assert.Equal(first.GetRawText(), (await AskAsync(Body, (PublicHeaders.Deterministic, "1"))).GetRawText());
        var other = await AskAsync(Body);
        Assert.NotEqual(first.GetProperty("id").GetString(), other.GetProperty("id").GetString());
        Assert.Equal(first.GetProperty("results").GetRawText(), other.GetProperty("results").GetRawText());
        Assert.All(
            first.GetProperty("results")[0].GetProperty("category_scores").EnumerateObject(), static s => Assert.InRange(s.Value.GetDouble(), 1e-7, 0.01));
    }

    [Theory]
    [InlineData("{}", "input")]
    [InlineData("""{"input":[]}""", "input")]
    [InlineData("""{"input":7}""", "input")]
    [InlineData("""{"input":["a",7]}""", "input[1]")]
    [InlineData("""{"input":"a","model":"gpt-4o"}""", "model")]
    [InlineData("""{"input":[{"type":"text","text":"a"}],"model":"text-moderation-latest"}""", "input")]
    [InlineData("""{"input":[{"type":"sound"}]}""", null)]
    [InlineData("""{"input":[{"type":"image_url"}]}""", "input[0].image_url")]
    [InlineData("""{"input":[{"type":"image_url","image_url":{"url":"file:///etc/passwd"}}]}""", "input[0].image_url.url")]
    public async Task Moderation_OfWhatCannotBe_IsRefused(string body, string? param)
    {
        using var response = await MediaExchange.PostAsync(engine.Host, "/v1/moderations", body);
        await MediaExchange.AssertRefusedAsync(response, HttpStatusCode.BadRequest, param ?? "input[0].type");
    }

    private static string Flagged(string text)
    {
        var scores = ContentModerator.Score([text], []).Scores;
        return string.Join(' ', ModerationCategories.All.Where((_, i) => scores[i] >= ModerationFinding.Threshold));
    }

    private async Task<JsonElement> AskAsync(string body, params (string, string)[] headers)
    {
        using var response = await MediaExchange.PostAsync(engine.Host, "/v1/moderations", body, headers);
        var json = await response.Content.ReadAsStringAsync(Token);
        Assert.True(response.IsSuccessStatusCode, json);
        var answer = JsonElement.Parse(json);
        var faults = s_check.Faults("CreateModerationResponse", answer);
        Assert.True(faults.Count == 0, string.Join('\n', faults));
        return answer;
    }
}
