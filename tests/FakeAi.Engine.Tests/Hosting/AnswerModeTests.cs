using System.Net;
using System.Text.Json.Nodes;
using FakeAi.Contracts.Wire;
using FakeAi.Engine.Generation.Scripted;
using FakeAi.Engine.Tests.Dialects;
using FakeAi.TestKit;

namespace FakeAi.Engine.Tests.Hosting;

public sealed class AnswerModeTests
{
    private const string Body = """{"model":"gpt-4o-mini","messages":[{"role":"user","content":"Say  it:\n\"héllo\" 🚀"}]}""";
    private const string Said = "Say  it:\n\"héllo\" 🚀";

    [Fact]
    public async Task Echo_ByModelOrHeader_RepeatsTheLastUserMessage()
    {
        await using var host = await EngineHost.StartAsync(("FakeAi:Engine:TimeScale", "0"));
        Assert.Equal(Said, await ContentAsync(host, Body.Replace("gpt-4o-mini", "echo", StringComparison.Ordinal)));
        Assert.Equal(Said, await ContentAsync(host, Body, (PublicHeaders.Mode, "echo")));
        Assert.NotEqual(Said, await ContentAsync(host, Body));
        Assert.Equal(await ContentAsync(host, Body), await ContentAsync(host, Body, (PublicHeaders.Mode, "synthesised")));
    }

    [Theory]
    [InlineData("replay")]
    [InlineData("")]
    [InlineData("Echo")]
    public async Task Mode_Unknown_Is400(string mode)
    {
        await using var host = await EngineHost.StartAsync();
        using var response = await host.PostAsync(Body, (PublicHeaders.Mode, mode));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("invalid_header", JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["error"]!["code"]!.ToString());
    }

    [Fact]
    public async Task Scripts_InAFolder_AnswerWithTheirTimingAndAreReadAgain()
    {
        var folder = Directory.CreateTempSubdirectory("fakeai-scripts");
        try
        {
            var file = Path.Combine(folder.FullName, "a.yaml");
            await File.WriteAllTextAsync(file, "rules: [ { match: { user: say }, reply: first, timing: { ttft_ms: 7 } } ]", TestContext.Current.CancellationToken);
            await using var host = await EngineHost.StartAsync(("FakeAi:Engine:Scripts", folder.FullName));
            using var timed = await host.PostAsync(Body);
            Assert.Equal("7", timed.Headers.GetValues(PublicHeaders.ScheduledTtftMs).Single());
            using var overridden = await host.PostAsync(Body, (PublicHeaders.TtftMs, "3"));
            Assert.Equal("3", overridden.Headers.GetValues(PublicHeaders.ScheduledTtftMs).Single());
            Assert.Equal("first", await ContentAsync(host, Body));
            Assert.Equal(Said, await ContentAsync(host, Body, (PublicHeaders.Mode, "echo")));
            Assert.NotEqual("first", await ContentAsync(host, Body, (PublicHeaders.Mode, "synthesised"), (InternalHeaders.Fast, "1")));

            await File.WriteAllTextAsync(file, "rules: [ { reply: the second } ]", TestContext.Current.CancellationToken);
            await Eventually.IsTrueAsync(async () => await ContentAsync(host, Body) == "the second");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Scripts_WithParts_AreToldAsTheModelAndItsDialectTellThem()
    {
        var folder = Directory.CreateTempSubdirectory("fakeai-scripts");
        try
        {
            const string Script = """
                rules:
                  - match: { user: think }
                    reply: { reasoning: Let me see., content: Seen. }
                  - reply:
                      content: One moment.
                      tool_calls:
                        - { name: look, arguments: { q: "{{user}}" } }
                """;
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "a.yaml"), Script, TestContext.Current.CancellationToken);
            await using var host = await EngineHost.StartAsync(("FakeAi:Engine:Scripts", folder.FullName), ("FakeAi:Engine:TimeScale", "0"));
            var calls = await Told.AskAsync(host, Told.Request("gpt-4o", "where?", """{"n":2}"""));

            // A rule counts its uses, and each use has an id of its own: the rest is the same both ways.
            var streamed = calls.Calls(1).Single()!["function"]!;
            Assert.Equal(("One moment.", "look", """{"q":"where?"}"""), (calls.Joined(1, "content"), streamed["name"]!.ToString(), streamed["arguments"]!.ToString()));
            Assert.All(calls.Whole["choices"]!.AsArray(), c => Assert.Equal(
                ("One moment.", "look", """{"q":"where?"}""", "tool_calls"),
                (c!["message"]!["content"]!.ToString(), c["message"]!["tool_calls"]![0]!["function"]!["name"]!.ToString(),
                    c["message"]!["tool_calls"]![0]!["function"]!["arguments"]!.ToString(), c["finish_reason"]!.ToString())));

            // Only models that show their reasoning tell it; of the others it is counted.
            var shown = await Told.AskAsync(host, Told.Request("deepseek-ai/DeepSeek-R1", "think"));
            var hidden = await Told.AskAsync(host, Told.Request("o3", "think"));
            shown.AssertSame();
            hidden.AssertSame();
            Assert.Equal(("Let me see.", "Seen."), (shown.Message["reasoning_content"]!.ToString(), shown.Message["content"]!.ToString()));
            Assert.Equal((null, "Seen."), (hidden.Message["reasoning_content"], hidden.Message["content"]!.ToString()));
            Assert.All((Told[])[shown, hidden], t => Assert.InRange(t.Usage["completion_tokens_details"]!["reasoning_tokens"]!.GetValue<int>(), 3, 5));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Echo_OfACompletionsPrompts_AnswersEachWithItself()
    {
        await using var host = await EngineHost.StartAsync(("FakeAi:Engine:TimeScale", "0"));
        using var response = await host.PostToAsync(
            "/v1/completions", """{"model":"gpt-3.5-turbo-instruct","prompt":["one two","three"],"x-fakeai-mode":"echo"}""");
        var choices = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["choices"]!.AsArray();
        Assert.Equal(["one two", "three"], choices.Select(c => c!["text"]!.ToString()));
    }

    [Fact]
    public async Task Scripts_BrokenAtTheStart_StopIt()
    {
        var fault = await Assert.ThrowsAsync<ScriptException>(() => EngineHost.StartAsync(("FakeAi:Engine:Scripts", "/nowhere/at-all.yaml")));
        Assert.Contains("/nowhere/at-all.yaml", fault.Message, StringComparison.Ordinal);
    }

    private static async Task<string> ContentAsync(EngineHost host, string body, params (string, string)[] headers)
    {
        using var response = await host.PostAsync(body, headers);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return JsonNode.Parse(text)!["choices"]![0]!["message"]!["content"]!.ToString();
    }
}
