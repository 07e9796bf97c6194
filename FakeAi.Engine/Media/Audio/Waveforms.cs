using System.Collections.Concurrent;

namespace FakeAi.Engine.Media.Audio;

/// <summary>
/// One period of each vowel in each voice: harmonics weighted by two resonances, the vowel's formants (Peterson and
/// Barney 1952, mean of men). Only IEEE + − × ÷ on doubles, then rounded to integers, so that every machine has the same
/// tables; the sine comes from its Taylor series for the same reason.
/// </summary>
internal static class Waveforms
{
    /// <summary>Entries of a period; a power of two.</summary>
    public const int Length = 1024;

    /// <summary>The largest absolute entry.</summary>
    public const int Peak = 32_767;

    /// <summary>a, e, i, o, u, and the neutral vowel of consonants.</summary>
    public const int Vowels = 6;

    public const int Neutral = 5;

    private const int MostHarmonics = 24;
    private const double HighestHz = 4_500;

    private static readonly (double First, double Second)[] s_formants =
        [(730, 1090), (530, 1840), (270, 2290), (570, 840), (300, 870), (500, 1500)];

    private static readonly double[] s_sine = Sine();

    private static readonly ConcurrentDictionary<Voice, short[][]> s_byVoice = new();

    /// <summary>The tables of a voice, by vowel. Made once.</summary>
    public static short[][] Of(Voice voice) => s_byVoice.GetOrAdd(voice, static v => [.. Enumerable.Range(0, Vowels).Select(vowel => Build(v, vowel))]);

    private static short[] Build(Voice voice, int vowel)
    {
        var scale = voice.FormantPercent / 100.0;
        var (first, second) = (s_formants[vowel].First * scale, s_formants[vowel].Second * scale);
        var samples = new double[Length];
        for (var h = 1; h <= MostHarmonics && h * voice.PitchHz < HighestHz; h++)
        {
            var hz = (double)(h * voice.PitchHz);
            var tilt = 1.0 / (1.0 + ((h - 1) * 100.0 / voice.BrightnessPercent));
            var weight = tilt * (0.15 + Resonance(hz, first, 90) + (0.7 * Resonance(hz, second, 130)));
            for (var i = 0; i < Length; i++)
            {
                samples[i] += weight * s_sine[i * h % Length];
            }
        }

        var most = samples.Max(Math.Abs);
        var table = new short[Length];
        for (var i = 0; i < Length; i++)
        {
            var value = samples[i] / most * Peak;
            table[i] = (short)(value < 0 ? value - 0.5 : value + 0.5);
        }

        return table;
    }

    /// <summary>A resonance of the given width: 1 at its centre, 1/2 one width away.</summary>
    private static double Resonance(double hz, double centre, double width)
    {
        var distance = (hz - centre) / width;
        return 1.0 / (1.0 + (distance * distance));
    }

    private static double[] Sine()
    {
        const double HalfPi = 1.5707963267948966;
        const int Quarter = Length / 4;
        var sine = new double[Length];
        for (var i = 0; i <= Quarter; i++)
        {
            var x = HalfPi * i / Quarter;
            var square = x * x;
            var (term, sum) = (x, x);
            for (var n = 1; n <= 10; n++)
            {
                term = -term * square / ((2 * n) * ((2 * n) + 1));
                sum += term;
            }

            sine[i] = sum;
        }

        for (var i = 1; i < Length - Quarter; i++)
        {
            // The first quarter, mirrored and turned over.
            var at = Quarter + i;
            sine[at] = at <= Length / 2 ? sine[(Length / 2) - at] : -sine[at - (Length / 2)];
        }

        return sine;
    }
}
