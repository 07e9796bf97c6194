using System.Buffers.Binary;

namespace FakeAi.Engine.Media.Audio;

/// <summary>
/// Makes the samples of a score, in order, as many at a time as are asked for. Integer arithmetic alone: the same bytes on
/// every machine. About 5 ns a sample; allocates nothing. Not thread-safe.
/// </summary>
internal sealed class SpeechRenderer(SpeechScore score, Voice voice)
{
    private const int AttackSamples = Pcm.SampleRate * 12 / 1000;
    private const int ReleaseSamples = Pcm.SampleRate * 25 / 1000;
    private const int PhaseShift = 22;

    private readonly short[][] _waves = Waveforms.Of(voice);
    private uint _phase;
    private uint _noise = 0x2545F491;
    private int _segment;
    private int _at;

    /// <summary>Samples not rendered yet.</summary>
    public int Left { get; private set; } = score.Samples;

    /// <summary>Renders the next samples.</summary>
    /// <param name="bytes">Where to; little-endian.</param>
    /// <returns>How many bytes were written: all asked for, or less at the end.</returns>
    public int Render(Span<byte> bytes)
    {
        var written = 0;
        while (written + Pcm.BytesPerSample <= bytes.Length && _segment < score.Segments.Count)
        {
            var segment = score.Segments[_segment];
            var count = Math.Min(segment.Samples - _at, (bytes.Length - written) / Pcm.BytesPerSample);
            Render(segment, bytes.Slice(written, count * Pcm.BytesPerSample));
            written += count * Pcm.BytesPerSample;
            _at += count;
            if (_at == segment.Samples)
            {
                _at = 0;
                _segment++;
            }
        }

        Left -= written / Pcm.BytesPerSample;
        return written;
    }

    private void Render(in SpeechSegment segment, Span<byte> bytes)
    {
        if (segment.Kind == SegmentKind.Silence)
        {
            bytes.Clear();
            return;
        }

        var wave = _waves[segment.Vowel];
        var attack = Math.Min(AttackSamples, segment.Samples / 3);
        var release = Math.Min(ReleaseSamples, segment.Samples / 3);
        var slope = (long)segment.StepTo - segment.StepFrom;
        for (var i = 0; i < bytes.Length; i += Pcm.BytesPerSample)
        {
            var at = _at + (i / Pcm.BytesPerSample);
            int level;
            if (segment.Kind == SegmentKind.Noise)
            {
                _noise ^= _noise << 13;
                _noise ^= _noise >> 17;
                _noise ^= _noise << 5;
                level = (short)_noise;
            }
            else
            {
                level = wave[_phase >> PhaseShift];
                _phase += (uint)(segment.StepFrom + (slope * at / segment.Samples));
            }

            var sample = level * segment.Amplitude / Waveforms.Peak;
            var left = segment.Samples - at;
            sample = at < attack ? sample * at / attack : left < release ? sample * left / release : sample;
            BinaryPrimitives.WriteInt16LittleEndian(bytes[i..], (short)sample);
        }
    }
}
