using FakeAi.Engine.Generation.Sources;

namespace FakeAi.Engine.Generation.Scripted;

/// <summary>Answers by the first rule that matches.</summary>
internal sealed class ScriptSource(ScriptBook book) : IAnswerSource
{
    public bool Serves(AnswerMode? mode) => mode is null or AnswerMode.Scripted;

    public SourcedAnswer? TryAnswer(GenerationRequest request, AnswerDemand demand)
    {
        var rules = book.Rules;
        if (rules.Count == 0)
        {
            return null;
        }

        var input = new ScriptInput(request, demand);
        for (var i = 0; i < rules.Count; i++)
        {
            if (rules[i].TryAnswer(input) is { } answer)
            {
                return answer;
            }
        }

        return null;
    }
}
