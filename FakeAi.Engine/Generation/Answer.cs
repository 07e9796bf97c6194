using FakeAi.Engine.Generation.Sources;
using FakeAi.Engine.Streaming;

namespace FakeAi.Engine.Generation;

/// <summary>
/// A whole answer, ready to be paced. In step <c>i</c> every choice that has a step <c>i</c> tells it; what is generated
/// without being told (<see cref="HiddenSteps"/>) takes its time before the first step.
/// </summary>
internal sealed class Answer : IPacedContent
{
    public Answer(IReadOnlyList<AnswerChoice> choices, PredictionUse prediction = default)
    {
        Choices = choices;
        Prediction = prediction;
        foreach (var choice in choices)
        {
            Steps = Math.Max(Steps, choice.Steps);
            HiddenSteps = Math.Max(HiddenSteps, choice.HiddenTokens);
            OutputTokens += choice.Tokens;
            HiddenTokens += choice.HiddenTokens;
            ReasoningTokens += choice.ReasoningTokens;
            AudioTokens += choice.AudioTokens;
        }
    }

    public IReadOnlyList<AnswerChoice> Choices { get; }

    /// <summary>How far a prediction that the client sent came true.</summary>
    public PredictionUse Prediction { get; }

    /// <summary>Steps of the longest choice.</summary>
    public int Steps { get; }

    /// <summary>When the answer comes, where its source says so; the request's own timing beats it.</summary>
    public AnswerTiming? Timing { get; init; }

    /// <summary>Tokens that the longest hidden reasoning generates, one after the other, before the first step.</summary>
    public int HiddenSteps { get; }

    /// <summary>Tokens told, of all choices.</summary>
    public int OutputTokens { get; }

    /// <summary>Tokens generated and not told, of all choices.</summary>
    public int HiddenTokens { get; }

    /// <summary>Tokens of reasoning, told or hidden, of all choices.</summary>
    public int ReasoningTokens { get; }

    /// <summary>Tokens of sound among those told, of all choices.</summary>
    public int AudioTokens { get; }

    /// <summary>All that is charged for: tokens told, hidden ones, and a prediction's rejected ones.</summary>
    public int CompletionTokens => OutputTokens + HiddenTokens + Prediction.Rejected;

    /// <summary>Lets go of the parts' texts: whoever writes them has them in his own form.</summary>
    public void ForgetTexts()
    {
        foreach (var choice in Choices)
        {
            foreach (var part in choice.Parts)
            {
                part.ForgetText();
            }
        }
    }

    /// <summary>How many tokens are told in a step.</summary>
    public int TokensIn(int step)
    {
        var count = 0;

        // By index: an enumerator would be an allocation for each chunk.
        for (var i = 0; i < Choices.Count; i++)
        {
            count += Choices[i].TokensIn(step);
        }

        return count;
    }
}

/// <summary>One choice: its parts, told one after the other.</summary>
internal sealed class AnswerChoice
{
    public AnswerChoice(IReadOnlyList<AnswerPart> parts, FinishReason finish)
    {
        Parts = parts;
        Finish = finish;
        foreach (var part in parts)
        {
            Steps += part.Pieces.Count;
            Tokens += part.Tokens;
            HiddenTokens += part.HiddenTokens;
            ReasoningTokens += part.Kind == PartKind.Reasoning ? part.Tokens + part.HiddenTokens : 0;
            AudioTokens += part.AudioTokens;
        }
    }

    public IReadOnlyList<AnswerPart> Parts { get; }

    public FinishReason Finish { get; }

    /// <summary>The stop text that ended it; null where none did.</summary>
    public string? StopText { get; init; }

    /// <summary>Pieces of all parts.</summary>
    public int Steps { get; }

    /// <summary>Tokens told.</summary>
    public int Tokens { get; }

    /// <summary>Tokens generated and not told.</summary>
    public int HiddenTokens { get; }

    /// <summary>Tokens of reasoning, told or hidden.</summary>
    public int ReasoningTokens { get; }

    /// <summary>Tokens of sound among those told.</summary>
    public int AudioTokens { get; }

    /// <summary>The content, without reasoning, refusal and calls.</summary>
    public string Text => TextOf(PartKind.Content) ?? "";

    /// <summary>The text of all parts of a kind; null where there is none.</summary>
    public string? TextOf(PartKind kind)
    {
        string? text = null;
        foreach (var part in Parts)
        {
            if (part.Kind == kind)
            {
                text += part.Text;
            }
        }

        return text;
    }

    /// <summary>How many tokens are told in a step; 0 beyond the last.</summary>
    public int TokensIn(int step)
    {
        for (var i = 0; i < Parts.Count; i++)
        {
            var pieces = Parts[i].Pieces;
            if (step < pieces.Count)
            {
                return pieces[step].Tokens;
            }

            step -= pieces.Count;
        }

        return 0;
    }
}

/// <summary>How an answer used a prediction. Both are 0 where none was sent.</summary>
/// <param name="Accepted">The prediction's tokens that the answer holds.</param>
/// <param name="Rejected">Its other tokens.</param>
internal readonly record struct PredictionUse(int Accepted, int Rejected);

internal enum FinishReason
{
    /// <summary>A natural end, or a stop text.</summary>
    Stop,

    /// <summary>The limit of tokens.</summary>
    Length,

    /// <summary>Tools are called, and their results are waited for.</summary>
    ToolCalls,

    /// <summary>A filter ended it.</summary>
    ContentFilter,
}
