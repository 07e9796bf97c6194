using FakeAi.Engine.Media.Audio;

namespace FakeAi.Engine.Generation;

/// <summary>
/// Speaks a choice's content. Its steps are then tokens of sound, and each word is told with the one in which it begins to be
/// heard. The words count as tokens of text beside those of the sound, as OpenAI's usage does it.
/// </summary>
internal static class Speaking
{
    /// <summary>The spoken choice; the same one where there is no content.</summary>
    /// <param name="written">The choice as text, within the limit.</param>
    /// <param name="style">How to speak.</param>
    /// <param name="limit">Most tokens of text and sound together; above it the sound ends.</param>
    /// <param name="seed">The seed of the sound.</param>
    public static AnswerChoice Of(AnswerChoice written, SpeechStyle style, int limit, ulong seed)
    {
        var left = limit;
        var parts = new List<AnswerPart>(written.Parts.Count);
        foreach (var part in written.Parts)
        {
            var told = part.Kind == PartKind.Content && part.Text.Length > 0 ? Spoken(part, style, left, seed) : part;
            if (told.Tokens + told.HiddenTokens > left)
            {
                // It fitted before the sound took its tokens.
                return new AnswerChoice(parts, FinishReason.Length);
            }

            left -= told.Tokens + told.HiddenTokens;
            parts.Add(told);
            if (told.Speech is { } speech && told.Pieces.Count < speech.Score.Tokens)
            {
                return new AnswerChoice(parts, FinishReason.Length);
            }
        }

        return new AnswerChoice(parts, written.Finish);
    }

    private static AnswerPart Spoken(AnswerPart written, SpeechStyle style, int left, ulong seed)
    {
        var score = SpeechComposer.Compose(written.Text, style.Voice, style.SpeedPermille, seed);
        var pieces = new List<TextPiece>(Math.Min(score.Tokens, left));
        var (words, texts, end) = (0, 0, 0);
        for (var step = 0; step < score.Tokens; step++)
        {
            var until = (step + 1) * Pcm.SamplesPerToken;
            for (; words < score.Words.Count && score.Words[words].Sample < until; words++)
            {
                end = score.Words[words].End;
            }

            var tokens = 1;
            for (; texts < written.Pieces.Count && written.Pieces[texts].End <= end; texts++)
            {
                tokens += written.Pieces[texts].Tokens;
            }

            if (tokens > left)
            {
                break;
            }

            left -= tokens;
            pieces.Add(new TextPiece(end, tokens));
        }

        var told = pieces.Count == 0 ? "" : written.Text[..pieces[^1].End];
        return new AnswerPart(PartKind.Speech, told, pieces, hiddenTokens: written.HiddenTokens) { Speech = new Speech(score, style.Voice) };
    }
}
