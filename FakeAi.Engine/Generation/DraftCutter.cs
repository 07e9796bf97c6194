namespace FakeAi.Engine.Generation;

/// <summary>
/// Makes a choice of a draft: splits its parts into tokens, and ends it at the first stop text of its content or where the
/// limit of tokens is reached. The limit counts everything that is generated, hidden reasoning too.
/// </summary>
internal static class DraftCutter
{
    /// <summary>Tokens that frame a call, beside its name and arguments: an estimate, as vendors do not say.</summary>
    private const int CallFrameTokens = 3;

    public static AnswerChoice Cut(AnswerDraft draft, GenerationRequest request, ITokenizer tokenizer)
    {
        var parts = new List<AnswerPart>(draft.Parts.Count);
        var left = request.MaxTokens;
        foreach (var part in draft.Parts)
        {
            var (text, stop) = part.Kind == PartKind.Content ? UpToStop(part.Text, request.Stop) : (part.Text, null);
            var hidden = Math.Min(part.HiddenTokens, left);
            left -= hidden;
            if (hidden < part.HiddenTokens)
            {
                parts.Add(new AnswerPart(part.Kind, "", [], part.Call, hidden));
                return new AnswerChoice(parts, FinishReason.Length);
            }

            var pieces = Pieces(part, text, tokenizer, left);
            var told = Fitting(pieces, ref left);
            if (told == pieces.Count)
            {
                parts.Add(new AnswerPart(part.Kind, text, pieces, part.Call, hidden));
                if (stop is not null)
                {
                    return new AnswerChoice(parts, FinishReason.Stop) { StopText = stop };
                }

                continue;
            }

            // A character whose tokens do not all fit is left out whole, and so is a call whose name does not fit.
            pieces.RemoveRange(told, pieces.Count - told);
            if (told > 0 || part.Kind == PartKind.Content)
            {
                parts.Add(new AnswerPart(part.Kind, told == 0 ? "" : text[..pieces[^1].End], pieces, part.Call, hidden));
            }

            return new AnswerChoice(parts, FinishReason.Length);
        }

        var calls = draft.Parts.Any(static p => p.Kind == PartKind.ToolCall);
        return new AnswerChoice(parts, draft.Finish ?? (calls ? FinishReason.ToolCalls : FinishReason.Stop));
    }

    private static (string Text, string? Stop) UpToStop(string text, IReadOnlyList<string> stops)
    {
        var end = text.Length;
        string? first = null;
        foreach (var stop in stops)
        {
            var at = text.AsSpan(0, end).IndexOf(stop, StringComparison.Ordinal);
            (end, first) = at < 0 ? (end, first) : (at, stop);
        }

        return first is null ? (text, null) : (text[..end], first);
    }

    /// <summary>The pieces of a part. Of a long text that the limit cuts no more is split than is needed to know that.</summary>
    private static List<TextPiece> Pieces(DraftPart part, string text, ITokenizer tokenizer, int left)
    {
        var pieces = new List<TextPiece>(Math.Min(text.Length / 5, left) + 8);
        if (part.Call is { } call)
        {
            var name = tokenizer.Count(call.Name) + CallFrameTokens;
            pieces.Add(new TextPiece(0, name));
            left -= name;
        }

        tokenizer.Tokenize(text, pieces, left);
        return pieces;
    }

    private static int Fitting(List<TextPiece> pieces, ref int left)
    {
        for (var i = 0; i < pieces.Count; i++)
        {
            if (pieces[i].Tokens > left)
            {
                return i;
            }

            left -= pieces[i].Tokens;
        }

        return pieces.Count;
    }
}
