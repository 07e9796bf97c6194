using System.Security.Cryptography;
using FakeAi.Engine.Media.Audio;

namespace FakeAi.Engine.Tests.Media;

public sealed class SpeechSoundTests
{
    private const string English =
        "The committee met on Tuesday, and after a long discussion it agreed that the bridge should be repaired before winter. "
        + "Nobody was surprised. Who would pay for it? That question was left to the next meeting, where members of the public may speak too.";

    public static TheoryData<string> Voices => [.. Voice.Names];

    [Theory]
    [InlineData("alloy", 1000)]
    [InlineData("onyx", 1000)]
    [InlineData("nova", 2000)]
    [InlineData("nova", 500)]
    public void Compose_EnglishText_IsSpokenAtSome150WordsAMinute(string voice, int speed)
    {
        var score = SpeechComposer.Compose(English, Voice.Find(voice)!, speed, 1);
        var minutes = (double)score.Samples / Pcm.SampleRate / 60 * speed / 1000;
        Assert.InRange(English.Split(' ').Length / minutes, 125, 175);
    }

    [Theory]
    [InlineData(English)]
    [InlineData("  leading blanks, 42 numbers and e-mail: a@b.c?!")]
    [InlineData("日本語のテキスト。Ünïcödé 👍 émoji")]
    [InlineData("...")]
    [InlineData("x")]
    public void Compose_AnyText_ItsWordsAreTheTextInTheOrderOfTime(string text)
    {
        var score = SpeechComposer.Compose(text, Voice.Find("ash")!, 1000, 3);
        Assert.Equal(text.Length, score.Words[^1].End);
        Assert.Equal(score.Words.Select(w => w.End).Order(), score.Words.Select(w => w.End));
        Assert.Equal(score.Words.Select(w => w.Sample).Order(), score.Words.Select(w => w.Sample));
        Assert.True(score.Words[^1].Sample < score.Samples);
        Assert.Equal(score.Segments.Sum(s => s.Samples), score.Samples);
    }

    [Fact]
    public void Render_InPiecesOfAnySize_GivesTheSameBytes()
    {
        var score = SpeechComposer.Compose(English, Voice.Find("coral")!, 1300, 7);
        var whole = Render(score, "coral", int.MaxValue);
        Assert.Equal(score.Samples * 2, whole.Length);
        Assert.Equal(whole, Render(score, "coral", Pcm.BytesPerToken));
        Assert.Equal(whole, Render(score, "coral", 2));
        Assert.NotEqual(whole, Render(SpeechComposer.Compose(English, Voice.Find("coral")!, 1300, 8), "coral", int.MaxValue));
    }

    [Fact]
    public void Render_FixedSeed_GivesTheBytesOfEveryMachine()
    {
        var hash = new System.Text.StringBuilder();
        foreach (var voice in (string[])["alloy", "shimmer"])
        {
            var score = SpeechComposer.Compose(English, Voice.Find(voice)!, 1000, 42);
            hash.Append(Convert.ToHexString(SHA256.HashData(Render(score, voice, int.MaxValue)).AsSpan(0, 8))).Append(' ');
        }

        Assert.Equal("E5A172EC61A3395C CDC0BEB3539524E0 ", hash.ToString());
    }

    [Theory]
    [MemberData(nameof(Voices))]
    public void Render_EveryVoice_HasItsOwnPitchAndLoudness(string name)
    {
        var voice = Voice.Find(name)!;
        var score = SpeechComposer.Compose("aaaa baba mama papa.", voice, 1000, 5);
        var samples = WavReader.Samples16(Render(score, name, int.MaxValue));
        var tone = score.Segments.Index().First(s => s.Item is { Kind: SegmentKind.Tone, Vowel: 0 });
        var from = score.Segments.Take(tone.Index).Sum(s => s.Samples) + (tone.Item.Samples / 3);
        Assert.InRange(PitchOf(samples.AsSpan(from, tone.Item.Samples / 2)), voice.PitchHz * 0.9, voice.PitchHz * 1.25);
        Assert.InRange(samples.Max(s => Math.Abs((int)s)), 8_000, 20_000);
    }

    [Fact]
    public void Render_PausesAndSyllables_AlternateAsInSpeech()
    {
        var samples = WavReader.Samples16(Render(SpeechComposer.Compose(English, Voice.Find("sage")!, 1000, 5), "sage", int.MaxValue));
        var loud = samples.Chunk(480).Select(c => c.Max(s => Math.Abs((int)s)) > 1500).ToArray();
        var changes = loud.Zip(loud.Skip(1)).Count(p => p.First != p.Second);

        // Four to eight bursts a second, a fifth or more of the time silent: no steady tone.
        Assert.InRange(changes / 2.0 / (samples.Length / 24_000.0), 1.5, 8);
        Assert.InRange(loud.Count(l => !l) / (double)loud.Length, 0.15, 0.6);
    }

    /// <summary>The lag at which the sound is most like itself.</summary>
    private static double PitchOf(ReadOnlySpan<short> samples)
    {
        var (best, bestLag) = (double.MinValue, 0);
        for (var lag = 24_000 / 320; lag <= 24_000 / 70; lag++)
        {
            double sum = 0;
            for (var i = 0; i + lag < samples.Length; i++)
            {
                sum += (double)samples[i] * samples[i + lag];
            }

            sum /= samples.Length - lag;
            (best, bestLag) = sum > best * 1.02 ? (sum, lag) : (best, bestLag);
        }

        return 24_000.0 / bestLag;
    }

    private static byte[] Render(SpeechScore score, string voice, int piece)
    {
        var renderer = new SpeechRenderer(score, Voice.Find(voice)!);
        var bytes = new byte[score.Samples * 2];
        for (var at = 0; at < bytes.Length;)
        {
            var asked = Math.Min(piece, bytes.Length - at);
            Assert.Equal(asked, renderer.Render(bytes.AsSpan(at, asked)));
            at += asked;
        }

        Assert.Equal(0, renderer.Left);
        Assert.Equal(0, renderer.Render(new byte[4]));
        return bytes;
    }
}
