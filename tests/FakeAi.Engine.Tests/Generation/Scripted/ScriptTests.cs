using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Dialects.OpenAiChat;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Generation.Scripted;
using FakeAi.Engine.Generation.Sources;

namespace FakeAi.Engine.Tests.Generation.Scripted;

public sealed class ScriptTests
{
    private static readonly ChatRequestParser s_parser = new(ModelCatalogue.Default, new Tokenizers());

    [Fact]
    public void Documentation_EveryExample_AnswersWhatItSays()
    {
        var document = File.ReadAllText(Path.Combine(Path.GetDirectoryName(ThisFile())!, "../../../../docs/scripted-answers.md"));
        ScriptSource? source = null;
        GenerationRequest? request = null;
        var answers = 0;
        foreach (var block in document.Split("\n```").Where((_, i) => i % 2 == 1))
        {
            var (kind, text) = (block[..block.IndexOf('\n', StringComparison.Ordinal)], block[(block.IndexOf('\n', StringComparison.Ordinal) + 1)..]);
            switch (kind)
            {
                case "yaml":
                    source = Source(text);
                    break;
                case "json":
                    request = Request(text);
                    break;
                default:
                    Assert.Equal(text.Trim(), Say(source!.TryAnswer(request!, new AnswerDemand(ChatHandler.Route))));
                    answers++;
                    break;
            }
        }

        Assert.Equal(8, answers);
    }

    [Fact]
    public void Read_EverythingWrong_IsToldWithLineAndField()
    {
        const string Script = """
            rules:
              - match: { usr: x, turn: -1 }
                reply: hi
              - match: { user: { regex: "(" } }
                reply: { content: "{{nobody}}", finish_reason: done }
              - name: neither
              - reply: {}
              - reply: { tool_calls: [ { arguments: {} } ] }
                times: 0
                timing: { ttft_ms: soon }
              - reply: fine
            """;
        var errors = new List<string>();
        ScriptReader.Read("a.yaml", Script, errors);
        string[] expected =
        [
            "a.yaml(2): rules[0].match.usr: unknown field", "a.yaml(2): rules[0].match.turn: expected a whole number from 0",
            "a.yaml(4): rules[1].match.user.regex: ", "a.yaml(5): rules[1].reply.content: '{{nobody}}' is unknown",
            "a.yaml(5): rules[1].reply.finish_reason: expected one of", "a.yaml(6): rules[2]: a rule has either 'reply' or 'sequence'",
            "a.yaml(7): rules[3].reply: a reply needs", "a.yaml(8): rules[4].reply.tool_calls[0]: a call needs 'name'",
            "a.yaml(9): rules[4].times: ", "a.yaml(10): rules[4].timing.ttft_ms: expected a number",
        ];
        Assert.All(expected, e => Assert.Contains(errors, x => x.StartsWith(e, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("a.json", "{\n\t\"rules\": [\n\t\t{ \"match\": { \"user\": { \"equals\": \"a\\/b\" } }, \"reply\": \"caf\\u00e9\" }\n\t]\n}")]
    [InlineData("a.yml", "rules:\n- match:\n    user:\n      equals: a/b\n  reply: café\n")]
    public void Read_YamlAndJson_MeanTheSame(string file, string text)
    {
        var errors = new List<string>();
        var rules = ScriptReader.Read(file, text, errors);
        Assert.Empty(errors);
        var source = new ScriptSource(new ScriptBook { Rules = rules });
        Assert.Equal("café", Say(source.TryAnswer(User("a/b"), default)));
        Assert.Null(source.TryAnswer(User("A/B"), default));
    }

    [Theory]
    [InlineData("rules: [")]
    [InlineData("rules: 3")]
    [InlineData("[]")]
    [InlineData("other: []")]
    [InlineData("a: &x [*x]")]
    public void Read_NoScript_IsAnError(string text)
    {
        var errors = new List<string>();
        Assert.Empty(ScriptReader.Read("a.yaml", text, errors));
        Assert.NotEmpty(errors);
    }

    [Fact]
    public void TryAnswer_TimesWithManyAtOnce_AnswersExactlySoOften()
    {
        var source = Source("rules: [ { times: 100, reply: yes } ]");
        var answered = 0;
        Parallel.For(0, 1000, _ =>
        {
            if (source.TryAnswer(User("x"), default) is not null)
            {
                Interlocked.Increment(ref answered);
            }
        });
        Assert.Equal(100, answered);
    }

    [Fact]
    public void TryAnswer_ValuesWithQuotes_StayJson()
    {
        var source = Source("rules: [ { match: { user: { regex: \"(?s).+\" } }, reply: { tool_calls: [ { name: f, arguments: { q: \"{{match}}\", n: [1.50, null, \"7\"] } }, { name: g, arguments: '{\"q\":{{json user}}}' } ] } } ]");
        var draft = source.TryAnswer(User("say \"hi\"\n{{user}}"), default)!.Draft;
        Assert.Equal("""{"q":"say \"hi\"\n{{user}}","n":[1.50,null,"7"]}""", draft.Parts[0].Text);
        Assert.Equal("say \"hi\"\n{{user}}", JsonDocument.Parse(draft.Parts[1].Text).RootElement.GetProperty("q").GetString());
        Assert.Matches("^call_[0-9A-Za-z]{24}$", draft.Parts[0].Call!.Id);
        Assert.NotEqual(draft.Parts[0].Call!.Id, draft.Parts[1].Call!.Id);
    }

    [Fact]
    public void TryAnswer_AThousandRules_TheLastStillMatches()
    {
        var script = new StringBuilder("rules:\n");
        for (var i = 0; i < 1000; i++)
        {
            script.Append(System.Globalization.CultureInfo.InvariantCulture, $"- match: {{ model: 'gpt*', user: 'marker {i} end' }}\n  reply: r{i}\n");
        }

        var source = Source(script.ToString());
        Assert.Equal("r999", Say(source.TryAnswer(User("a long text " + new string('x', 2000) + " marker 999 end"), default)));
    }

    private static ScriptSource Source(string script)
    {
        var errors = new List<string>();
        var rules = ScriptReader.Read("test.yaml", script, errors);
        Assert.Empty(errors);
        return new ScriptSource(new ScriptBook { Rules = rules });
    }

    private static GenerationRequest User(string text) =>
        Request($$"""{"model":"gpt-4o","messages":[{"role":"user","content":{{JsonSerializer.Serialize(text)}}}]}""");

    private static GenerationRequest Request(string json) => s_parser.Parse(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(json)), ChatVariant.OpenAi).Generation;

    private static string? Say(SourcedAnswer? answer) => answer is null ? null : string.Concat(answer.Draft.Parts.Select(p => p.Kind switch
    {
        PartKind.ToolCall => $"{p.Call!.Name}({p.Text})",
        PartKind.Content => p.Text,
        _ => $"{p.Kind.ToString().ToLowerInvariant()}: {p.Text}",
    }));

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
