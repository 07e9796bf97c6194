using FakeAi.Engine.Media.Audio;

namespace FakeAi.Engine.Generation;

/// <summary>
/// A part of a choice: its text, and the pieces in which it is told. The first piece of a tool call has no text: it tells
/// the tool's name, the others tell the arguments. The text of speech is its transcript, and each piece is a token of sound
/// with the words that begin to be heard in it, if any.
/// </summary>
/// <param name="kind">What it is.</param>
/// <param name="text">Its text; of a call its arguments or input.</param>
/// <param name="pieces">The text's pieces in order; the last one ends where the text ends.</param>
/// <param name="call">Of a call: which tool.</param>
/// <param name="hiddenTokens">Tokens that are generated here and told nowhere.</param>
internal sealed class AnswerPart(PartKind kind, string text, IReadOnlyList<TextPiece> pieces, CalledTool? call = null, int hiddenTokens = 0)
{
    public PartKind Kind { get; } = kind;

    public string Text { get; private set; } = text;

    public IReadOnlyList<TextPiece> Pieces { get; } = pieces as CompactPieces ?? new CompactPieces(pieces);

    public CalledTool? Call { get; } = call;

    public int HiddenTokens { get; } = hiddenTokens;

    /// <summary>Of speech: what is heard; null for everything else.</summary>
    public Speech? Speech { get; init; }

    /// <summary>Tokens of sound among those of the pieces.</summary>
    public int AudioTokens => Speech is null ? 0 : Pieces.Count;

    /// <summary>Tokens of all pieces.</summary>
    public int Tokens { get; } = pieces.Sum(static p => p.Tokens);

    /// <summary>Lets go of the text; the pieces' lengths and tokens stay.</summary>
    public void ForgetText() => Text = "";

    public ReadOnlySpan<char> Piece(int index)
    {
        var from = index == 0 ? 0 : Pieces[index - 1].End;
        return Text.AsSpan(from, Pieces[index].End - from);
    }
}

internal enum PartKind
{
    Reasoning,
    Content,

    /// <summary>Content that is spoken.</summary>
    Speech,
    Refusal,
    ToolCall,
}

/// <summary>What is heard of a spoken part.</summary>
/// <param name="Score">The sound; a part that a limit cuts tells its beginning alone.</param>
/// <param name="Voice">Who speaks.</param>
internal sealed record Speech(SpeechScore Score, Voice Voice)
{
    /// <summary>Bytes of so many tokens of the sound from its beginning; the last one may be shorter than the others.</summary>
    public int Bytes(int tokens) => Math.Min(tokens * Pcm.BytesPerToken, Score.Samples * Pcm.BytesPerSample);
}

/// <summary>Which tool a part calls.</summary>
/// <param name="Id">The call's id, as the client must name it with the result.</param>
/// <param name="Name">The tool's name.</param>
/// <param name="IsCustom">Whether its input is free text instead of JSON arguments.</param>
internal sealed record CalledTool(string Id, string Name, bool IsCustom);
