using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Generation;

/// <summary>
/// Predicted outputs: a client sends the text that it expects, mostly a file of which a little changes. The answer is that
/// text with one word changed; what is the same at its beginning and end counts as accepted.
/// </summary>
internal static class PredictedOutput
{
    private const ulong Purpose = 0x93ED1C;
    private const int FewestWords = 4;
    private const int ShortestWord = 4;

    /// <summary>The answer by the prediction; null where there is none, or one too short to change.</summary>
    public static string? Write(GenerationRequest request, Topic topic, ulong seed)
    {
        if (request.Prediction is not { } text || !request.Model.Can(ModelCapabilities.Prediction))
        {
            return null;
        }

        var words = Words(text);
        if (words.Count < FewestWords)
        {
            return null;
        }

        var word = words[new SeededRandom(SeedHash.Derive(seed, Purpose)).Next(words.Count)];
        var with = topic.Main.Split(' ')[^1];
        with = text.AsSpan()[word].SequenceEqual(with) ? with + "2" : with;
        return $"{text.AsSpan(0, word.Start.Value)}{with}{text.AsSpan(word.End.Value)}";
    }

    /// <summary>Counts the prediction's tokens, over all choices, that came true and that did not.</summary>
    public static PredictionUse Use(GenerationRequest request, IReadOnlyList<AnswerChoice> choices, ITokenizer tokenizer)
    {
        if (request.Prediction is not { } text || !request.Model.Can(ModelCapabilities.Prediction))
        {
            return default;
        }

        var pieces = new List<TextPiece>((text.Length / 5) + 8);
        tokenizer.Tokenize(text, pieces);
        var predicted = new AnswerPart(PartKind.Content, text, pieces);
        var (accepted, rejected) = (0, 0);
        foreach (var choice in choices)
        {
            var same = choice.Parts.FirstOrDefault(static p => p.Kind == PartKind.Content) is { } told ? Same(predicted, told) : 0;
            accepted += same;
            rejected += predicted.Tokens - same;
        }

        return new PredictionUse(accepted, rejected);
    }

    private static int Same(AnswerPart predicted, AnswerPart told)
    {
        var tokens = 0;
        var most = Math.Min(predicted.Pieces.Count, told.Pieces.Count);
        var front = 0;
        for (; front < most && predicted.Piece(front).SequenceEqual(told.Piece(front)); front++)
        {
            tokens += predicted.Pieces[front].Tokens;
        }

        for (var back = 1; back <= most - front && predicted.Piece(predicted.Pieces.Count - back).SequenceEqual(told.Piece(told.Pieces.Count - back)); back++)
        {
            tokens += predicted.Pieces[^back].Tokens;
        }

        return tokens;
    }

    private static List<Range> Words(string text)
    {
        var words = new List<Range>();
        for (var i = 0; i < text.Length; i++)
        {
            var from = i;
            while (i < text.Length && char.IsAsciiLetter(text[i]))
            {
                i++;
            }

            if (i - from >= ShortestWord)
            {
                words.Add(from..i);
            }
        }

        return words;
    }
}
