namespace FakeAi.Engine.Generation;

/// <summary>What a choice is to say, before stop texts and limits cut it and the tokenizer splits it.</summary>
/// <param name="Parts">The parts, in the order in which they are told.</param>
/// <param name="Finish">How it ends if nothing cuts it; null: by its parts, <see cref="FinishReason.ToolCalls"/> where one is a call.</param>
internal sealed record AnswerDraft(IReadOnlyList<DraftPart> Parts, FinishReason? Finish = null)
{
    /// <summary>An answer of content alone.</summary>
    public static AnswerDraft Content(string text) => new([new DraftPart(PartKind.Content, text)]);
}

/// <summary>One part of a draft.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its text; of a call its arguments or input.</param>
/// <param name="Call">Of a call: which tool.</param>
/// <param name="HiddenTokens">Tokens that are generated here and told nowhere.</param>
internal sealed record DraftPart(PartKind Kind, string Text, CalledTool? Call = null, int HiddenTokens = 0);
