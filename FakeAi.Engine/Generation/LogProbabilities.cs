using System.Globalization;
using System.Text;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Generation;

/// <summary>One token with its probability, and the tokens that could have stood in its place.</summary>
/// <param name="Token">Its text; where its bytes are no whole characters, those spelled as <c>\xe2\x80</c>.</param>
/// <param name="Bytes">Its bytes in UTF-8.</param>
/// <param name="LogProbability">Natural logarithm of its probability; at most 0.</param>
/// <param name="Top">The likeliest tokens, the token itself first, likelier ones before others.</param>
internal sealed record TokenProbability(string Token, byte[] Bytes, double LogProbability, IReadOnlyList<TokenProbability> Top)
{
    /// <summary>Whether the bytes are whole characters.</summary>
    public bool IsText { get; init; } = true;
}

/// <summary>
/// Invents probabilities for the tokens of a part: mostly near certainty, now and then a real choice. A token's figures
/// depend on the seed and its place alone, not on how many alternatives are asked for.
/// </summary>
internal static class LogProbabilities
{
    private const ulong Purpose = 0x109B;

    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly string[] s_alternatives =
    [
        " the", " a", " and", " of", " to", " in", " is", " that", " it", " for", " with", " as", " on", " this", " are", " be",
        ",", ".", " or", " an", " by", " from", " can", " which", " more", " at", " not", " but", " also", " you", " we", " have",
        " how", " when", " one", " most", " often", " some", " their", " its", ":", " -", "\n", "\n\n", " The", " In", "It", "This",
    ];

    /// <summary>The probabilities of each piece of a part: as many as the piece has tokens.</summary>
    /// <param name="part">The part.</param>
    /// <param name="seed">A seed of the choice.</param>
    /// <param name="top">How many of the likeliest tokens to tell; 0 to 20.</param>
    /// <param name="tokenizer">The tokenizer that made the pieces.</param>
    public static TokenProbability[][] Of(AnswerPart part, ulong seed, int top, ITokenizer tokenizer)
    {
        var told = new TokenProbability[part.Pieces.Count][];
        var own = SeedHash.Derive(seed, Purpose + (ulong)part.Kind);
        for (var i = 0; i < told.Length; i++)
        {
            var tokens = TokensOf(part.Piece(i), part.Pieces[i].Tokens, tokenizer);
            var random = new SeededRandom(SeedHash.Derive(own, (ulong)i));
            told[i] = new TokenProbability[tokens.Length];
            for (var t = 0; t < tokens.Length; t++)
            {
                told[i][t] = One(tokens[t], random, top);
            }
        }

        return told;
    }

    /// <summary>The bytes of a piece's tokens.</summary>
    private static byte[][] TokensOf(ReadOnlySpan<char> piece, int count, ITokenizer tokenizer)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(piece)];
        Encoding.UTF8.GetBytes(piece, bytes);
        if (count == 1)
        {
            return [bytes];
        }

        var ids = new List<int>(count);
        tokenizer.Encode(piece, ids);
        if (ids.Count == count)
        {
            return [.. ids.Select(id => tokenizer.BytesOf(id).ToArray())];
        }

        // Beside its neighbours the piece is split otherwise than alone: its tokens then share its bytes as evenly as can be.
        var tokens = Math.Min(count, bytes.Length);
        return [.. Enumerable.Range(0, tokens).Select(t => bytes[(bytes.Length * t / tokens)..(bytes.Length * (t + 1) / tokens)])];
    }

    private static TokenProbability One(byte[] bytes, SeededRandom random, int top)
    {
        var draw = Uniform(random);
        var probability = 1 - (0.9 * draw * draw * draw) - 1e-6;
        var (token, isText) = Spell(bytes);
        var chosen = new TokenProbability(token, bytes, Round(PortableMath.Log(probability)), []) { IsText = isText };
        if (top == 0)
        {
            return chosen;
        }

        var likeliest = new List<TokenProbability>(top) { chosen };
        var left = 1 - probability;
        var at = random.Next(s_alternatives.Length);
        while (likeliest.Count < top)
        {
            // Each takes a part of what is left, and never more than the one before it.
            probability = Math.Min(left * (0.35 + (0.3 * Uniform(random))), probability * 0.95);
            left -= probability;
            at = (at + 1) % s_alternatives.Length;
            at = s_alternatives[at] == token ? (at + 1) % s_alternatives.Length : at;
            var alternative = s_alternatives[at];
            likeliest.Add(new TokenProbability(alternative, Encoding.UTF8.GetBytes(alternative), Round(PortableMath.Log(probability)), []));
        }

        return chosen with { Top = likeliest };
    }

    /// <summary>From 0 up to, not including, 1.</summary>
    private static double Uniform(SeededRandom random) => (random.NextUInt64() >> 11) * (1.0 / (1UL << 53));

    private static double Round(double value) => Math.Round(value * 1e8) / 1e8;

    private static (string Text, bool IsText) Spell(byte[] bytes)
    {
        try
        {
            return (s_strict.GetString(bytes), true);
        }
        catch (DecoderFallbackException)
        {
            return (string.Concat(bytes.Select(static b => "\\x" + b.ToString("x2", CultureInfo.InvariantCulture))), false);
        }
    }
}
