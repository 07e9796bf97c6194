using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Generation;

/// <summary>Cuts a text into chunks of whole tokens, each of a seeded number of them.</summary>
/// <param name="tokenizer">Whose tokens are counted.</param>
/// <param name="least">Fewest tokens of a chunk but the last; at least 1.</param>
/// <param name="most">Most tokens; not below <paramref name="least"/>. A piece of more tokens than that goes alone.</param>
internal sealed class TokenChunker(ITokenizer tokenizer, int least = 1, int most = 10)
{
    private const ulong Purpose = 0xC4C4;

    /// <summary>The chunks' ends and tokens: put together they are the text.</summary>
    /// <param name="text">What to cut.</param>
    /// <param name="seed">The same seed gives the same chunks.</param>
    public IReadOnlyList<TextPiece> Chunk(string text, ulong seed)
    {
        var pieces = new List<TextPiece>((text.Length / 4) + 1);
        tokenizer.Tokenize(text, pieces);
        var random = new SeededRandom(SeedHash.Derive(seed, Purpose));
        var chunks = new List<TextPiece>(pieces.Count);
        var (tokens, end, wanted) = (0, 0, Wanted(random));
        foreach (var piece in pieces)
        {
            if (tokens > 0 && tokens + piece.Tokens > wanted)
            {
                chunks.Add(new TextPiece(end, tokens));
                (tokens, wanted) = (0, Wanted(random));
            }

            tokens += piece.Tokens;
            end = piece.End;
        }

        if (tokens > 0)
        {
            chunks.Add(new TextPiece(end, tokens));
        }

        return chunks;
    }

    private int Wanted(SeededRandom random) => least + random.Next((most - least) + 1);
}
