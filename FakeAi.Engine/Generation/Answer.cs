namespace FakeAi.Engine.Generation;

/// <summary>A whole answer, ready to be paced. In step <c>i</c> every choice that has a token <c>i</c> tells it.</summary>
internal sealed class Answer
{
    public Answer(IReadOnlyList<AnswerChoice> choices)
    {
        Choices = choices;
        foreach (var choice in choices)
        {
            Steps = Math.Max(Steps, choice.Tokens);
            OutputTokens += choice.Tokens;
        }
    }

    public IReadOnlyList<AnswerChoice> Choices { get; }

    /// <summary>Tokens of the longest choice.</summary>
    public int Steps { get; }

    /// <summary>Tokens of all choices.</summary>
    public int OutputTokens { get; }

    /// <summary>How many tokens are told in a step.</summary>
    public int TokensIn(int step)
    {
        if (Choices.Count == 1)
        {
            return 1;
        }

        var count = 0;
        foreach (var choice in Choices)
        {
            count += step < choice.Tokens ? 1 : 0;
        }

        return count;
    }
}

/// <summary>One choice: its text and where its tokens end.</summary>
internal sealed record AnswerChoice(string Text, IReadOnlyList<int> TokenEnds, FinishReason Finish)
{
    public int Tokens => TokenEnds.Count;

    public ReadOnlySpan<char> Token(int index)
    {
        var from = index == 0 ? 0 : TokenEnds[index - 1];
        return Text.AsSpan(from, TokenEnds[index] - from);
    }
}

internal enum FinishReason
{
    /// <summary>A natural end, or a stop text.</summary>
    Stop,

    /// <summary>The limit of tokens.</summary>
    Length,
}
