using FakeAi.Engine.Streaming;

namespace FakeAi.Engine.Generation;

/// <summary>A whole answer, ready to be paced. In step <c>i</c> every choice that has a piece <c>i</c> tells it.</summary>
internal sealed class Answer : IPacedContent
{
    public Answer(IReadOnlyList<AnswerChoice> choices)
    {
        Choices = choices;
        foreach (var choice in choices)
        {
            Steps = Math.Max(Steps, choice.Pieces.Count);
            OutputTokens += choice.Tokens;
        }
    }

    public IReadOnlyList<AnswerChoice> Choices { get; }

    /// <summary>Pieces of the longest choice.</summary>
    public int Steps { get; }

    /// <summary>Tokens of all choices.</summary>
    public int OutputTokens { get; }

    /// <summary>How many tokens are told in a step.</summary>
    public int TokensIn(int step)
    {
        var count = 0;
        foreach (var choice in Choices)
        {
            count += step < choice.Pieces.Count ? choice.Pieces[step].Tokens : 0;
        }

        return count;
    }
}

/// <summary>One choice: its text and the pieces in which it is told.</summary>
internal sealed record AnswerChoice(string Text, IReadOnlyList<TextPiece> Pieces, FinishReason Finish)
{
    /// <summary>Tokens of all pieces.</summary>
    public int Tokens { get; } = Pieces.Sum(static p => p.Tokens);

    public ReadOnlySpan<char> Piece(int index)
    {
        var from = index == 0 ? 0 : Pieces[index - 1].End;
        return Text.AsSpan(from, Pieces[index].End - from);
    }
}

internal enum FinishReason
{
    /// <summary>A natural end, or a stop text.</summary>
    Stop,

    /// <summary>The limit of tokens.</summary>
    Length,
}
