using FakeAi.Engine.Media.Audio;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>Counts the tokens of sound that a client sends, by its length in time: 100 ms each, as in realtime sessions.</summary>
internal static class InputSound
{
    /// <summary>An estimate: what most MP3 files of speech and music are encoded with, 128 kbit/s.</summary>
    private const int Mp3BytesPerSecond = 16_000;

    private const int HeaderCharacters = (WavHeader.Length + 2) / 3 * 4;

    /// <summary>Tokens of a sound; a begun one counts, and each sound is one at least.</summary>
    /// <param name="base64">The file.</param>
    /// <param name="wav">Whether it is a WAV file, whose header tells how many bytes a second has; else it is an MP3 file.</param>
    public static int Tokens(string base64, bool wav)
    {
        var bytes = base64.Length * 3L / 4;
        var perSecond = wav ? WavBytesPerSecond(base64) : Mp3BytesPerSecond;
        var samples = bytes * Pcm.SampleRate / perSecond;
        return (int)Math.Max(1, (samples + Pcm.SamplesPerInputToken - 1) / Pcm.SamplesPerInputToken);
    }

    private static int WavBytesPerSecond(string base64)
    {
        Span<byte> header = stackalloc byte[HeaderCharacters / 4 * 3];
        var read = base64.Length >= HeaderCharacters && Convert.TryFromBase64Chars(base64.AsSpan(0, HeaderCharacters), header, out var length)
            ? WavHeader.BytesPerSecond(header[..length])
            : 0;
        return read > 0 ? read : Pcm.SampleRate * Pcm.BytesPerSample;
    }
}
