namespace FakeAi.Engine.Media.Audio;

/// <summary>What is to be heard, segment by segment, and which text is heard when. Never changes.</summary>
internal sealed class SpeechScore(IReadOnlyList<SpeechSegment> segments, IReadOnlyList<SpokenWord> words, int samples)
{
    public IReadOnlyList<SpeechSegment> Segments => segments;

    /// <summary>The text in pieces, each with the time at which it begins to be heard; put together they are the text again.</summary>
    public IReadOnlyList<SpokenWord> Words => words;

    /// <summary>Samples in all.</summary>
    public int Samples => samples;

    /// <summary>Output tokens of the sound.</summary>
    public int Tokens => Pcm.Tokens(samples);
}

internal enum SegmentKind
{
    Silence,

    /// <summary>A voiced tone.</summary>
    Tone,

    /// <summary>Breath: an unvoiced consonant.</summary>
    Noise,
}

/// <summary>A stretch of sound.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Samples">How long.</param>
/// <param name="Vowel">Which waveform, for tones.</param>
/// <param name="StepFrom">Phase per sample at its beginning, in 2⁻³² periods.</param>
/// <param name="StepTo">Phase per sample at its end.</param>
/// <param name="Amplitude">Peak, 0 to 32,767.</param>
internal readonly record struct SpeechSegment(SegmentKind Kind, int Samples, int Vowel, uint StepFrom, uint StepTo, int Amplitude);

/// <summary>A piece of the text with its time.</summary>
/// <param name="End">Where it ends in the text, UTF-16 units.</param>
/// <param name="Sample">When it begins to be heard.</param>
internal readonly record struct SpokenWord(int End, int Sample);
