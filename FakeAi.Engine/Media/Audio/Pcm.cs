namespace FakeAi.Engine.Media.Audio;

/// <summary>The one form of sound that is made: 24 kHz, 16 bits, signed, little-endian, mono, as OpenAI's <c>pcm</c>.</summary>
internal static class Pcm
{
    /// <summary>Samples a second.</summary>
    public const int SampleRate = 24_000;

    public const int BytesPerSample = 2;

    /// <summary>Samples of one output token: 50 ms, OpenAI's figure for the audio of its realtime models.</summary>
    public const int SamplesPerToken = SampleRate / 20;

    /// <summary>Bytes of one output token.</summary>
    public const int BytesPerToken = SamplesPerToken * BytesPerSample;

    /// <summary>Samples of one input token: 100 ms, OpenAI's figure for what users say.</summary>
    public const int SamplesPerInputToken = SampleRate / 10;

    /// <summary>The token that a sample falls into, when a sound is told token by token.</summary>
    public static int TokenOf(int sample) => sample / SamplesPerToken;

    /// <summary>How many tokens so many samples are; a begun one counts.</summary>
    public static int Tokens(int samples) => (samples + SamplesPerToken - 1) / SamplesPerToken;

    public static int Milliseconds(long samples) => (int)(samples * 1000 / SampleRate);
}
