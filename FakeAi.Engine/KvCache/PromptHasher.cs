using System.Numerics;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.KvCache;

/// <summary>
/// Cuts a prompt into blocks of tokens and hashes them as a chain, in one pass: model, tools, then the messages in order
/// with marks for their roles. Two prompts share their first n hashes exactly as far as they share the tokens.
/// </summary>
internal ref struct PromptHasher
{
    private const ulong Prime = 0x9E3779B97F4A7C15;
    private const ulong ToolsMark = 1;
    private const ulong MessageMark = 2;
    private const ulong RoleMark = 3;
    private const ulong NameMark = 4;
    private const ulong TextMark = 5;
    private const ulong AttachmentMark = 6;

    /// <summary>Longer lists of pieces are not kept for the next prompt.</summary>
    private const int MostKept = 16_384;

    [ThreadStatic]
    private static List<TextPiece>? s_pieces;

    private readonly ITokenizer _tokenizer;
    private readonly int _blockTokens;
    private readonly ulong[] _hashes;
    private ulong _state;
    private int _blocks;
    private int _inBlock;
    private long _steps;

    private PromptHasher(ITokenizer tokenizer, int blockTokens, int mostBlocks)
    {
        _tokenizer = tokenizer;
        _blockTokens = blockTokens;
        _hashes = new ulong[mostBlocks];
    }

    /// <summary>Hashes a request's prompt.</summary>
    /// <param name="request">The request; its count of prompt tokens bounds the blocks.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="blockTokens">Tokens of a block.</param>
    /// <param name="mostBlocks">Blocks beyond these are left out; no cache could hold them.</param>
    public static PromptBlocks Hash(GenerationRequest request, ITokenizer tokenizer, int blockTokens, int mostBlocks)
    {
        var blocks = Math.Min(request.PromptTokens / blockTokens, mostBlocks);
        if (blocks == 0)
        {
            return PromptBlocks.None;
        }

        var hasher = new PromptHasher(tokenizer, blockTokens, blocks);
        hasher.Fold(HashOf(request.Model.Id));
        if (request.Tools?.Definitions is { } tools)
        {
            hasher.Fold(ToolsMark);
            hasher.Text(tools);
        }

        foreach (var message in request.Messages)
        {
            hasher.Message(message);
        }

        var mostHits = Math.Min(hasher._blocks, (request.PromptTokens - 1) / blockTokens);
        return new PromptBlocks(hasher._hashes.AsMemory(0, hasher._blocks), blockTokens, mostHits, hasher._steps);
    }

    private void Message(PromptMessage message)
    {
        // The marks around a message count as three tokens.
        Token(MessageMark);
        Token(RoleMark);
        Text(message.Role);
        if (message.Name is { } name)
        {
            Token(NameMark);
            Text(name);
        }

        Token(TextMark);
        if (message.Attachments is { } attachments)
        {
            var hash = HashOf(attachments);
            _steps += attachments.Length;
            Fold(AttachmentMark ^ hash);
            for (var i = 0; i < message.AttachmentTokens && _blocks < _hashes.Length; i++)
            {
                Token(hash + (ulong)i);
            }
        }

        Text(message.Text);
    }

    private void Text(string text)
    {
        if (_blocks == _hashes.Length)
        {
            return;
        }

        var pieces = s_pieces ?? new List<TextPiece>();
        s_pieces = null;
        _tokenizer.Tokenize(text, pieces);
        var from = 0;
        foreach (var piece in pieces)
        {
            if (_blocks == _hashes.Length)
            {
                break;
            }

            var hash = HashOf(text.AsSpan(from, piece.End - from));
            _steps += piece.End - from;
            from = piece.End;
            for (var i = 0; i < piece.Tokens; i++)
            {
                Token(hash + (ulong)i);
            }
        }

        pieces.Clear();
        s_pieces = pieces.Capacity <= MostKept ? pieces : null;
    }

    private void Token(ulong hash)
    {
        Fold(hash);
        if (++_inBlock == _blockTokens)
        {
            _inBlock = 0;
            _state = SeedHash.Mix(_state);
            if (_blocks < _hashes.Length)
            {
                _hashes[_blocks++] = _state;
            }
        }
    }

    private void Fold(ulong hash)
    {
        _steps++;
        _state = (BitOperations.RotateLeft(_state, 23) ^ hash) * Prime;
    }

    private static ulong HashOf(ReadOnlySpan<char> text)
    {
        var hash = (ulong)text.Length;
        foreach (var c in text)
        {
            hash = (hash ^ c) * Prime;
            hash ^= hash >> 29;
        }

        return SeedHash.Mix(hash);
    }
}
