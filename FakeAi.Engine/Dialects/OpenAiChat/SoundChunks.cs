using System.Buffers.Text;
using System.Globalization;
using System.Text;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Media.Audio;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>
/// The chunks of one choice's sound, as bare samples. A token of it is made when it is due (some 10 µs): long answers take no memory.
/// </summary>
/// <param name="part">The spoken part.</param>
/// <param name="firstStep">The choice's step in which it begins.</param>
/// <param name="expiresAt">Until when it can be named, Unix seconds.</param>
internal sealed class SoundChunks(AnswerPart part, int firstStep, long expiresAt)
{
    private readonly SpeechRenderer _renderer = new(part.Speech!.Score, part.Speech.Voice);
    private readonly byte[] _base64 = new byte[Base64.GetMaxEncodedToUtf8Length(Pcm.BytesPerToken)];

    /// <summary>What comes before a token's samples in its chunk.</summary>
    public static ReadOnlySpan<byte> Open => "\"audio\":{\"data\":\""u8;

    /// <summary>What comes behind them.</summary>
    public static ReadOnlySpan<byte> Close => "\"}},\"logprobs\":null,\"finish_reason\":null}"u8;

    public int FirstStep => firstStep;

    /// <summary>The step behind its last one.</summary>
    public int EndStep { get; } = firstStep + part.Pieces.Count;

    /// <summary>The rest of the chunk that ends the sound.</summary>
    public byte[] Expiry { get; } = Encoding.ASCII.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $"\"audio\":{{\"expires_at\":{expiresAt}}}}},\"logprobs\":null,\"finish_reason\":null}}"));

    /// <summary>The next token's samples in base64; valid until the next call.</summary>
    public ReadOnlySpan<byte> Next()
    {
        var length = _renderer.Render(_base64.AsSpan(0, Pcm.BytesPerToken));
        Base64.EncodeToUtf8InPlace(_base64, length, out var written);
        return _base64.AsSpan(0, written);
    }
}
