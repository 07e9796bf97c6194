using System.Buffers;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Media.Audio;

/// <summary>
/// Turns text into a score with the rhythm and melody of speech: a tone for each syllable, breath for unvoiced consonants,
/// pauses at marks, a pitch that falls over a sentence and rises at the end of a question. Ordinary English comes to about
/// 150 words a minute at speed 1. Characters of scripts without our vowels are a syllable each.
/// </summary>
internal sealed class SpeechComposer
{
    private const ulong Purpose = 0x5BEEC4;
    private const int SyllableMs = 175;
    private const int OnsetMs = 45;
    private const int WordGapMs = 75;
    private const int CommaMs = 170;
    private const int SentenceMs = 360;
    private const int LeadMs = 60;
    private const int Loud = 13_000;

    private static readonly SearchValues<char> s_unvoiced = SearchValues.Create("cfhkpqstxCFHKPQSTX");
    private static readonly SearchValues<char> s_ends = SearchValues.Create(".!?。！？");

    private readonly Voice _voice;
    private readonly int _speedPermille;
    private readonly SeededRandom _random;
    private readonly List<SpeechSegment> _segments = [];
    private readonly List<SpokenWord> _words = [];
    private int _samples;
    private int _sentenceSyllables;
    private bool _question;

    private SpeechComposer(Voice voice, int speedPermille, ulong seed)
    {
        _voice = voice;
        _speedPermille = speedPermille;
        _random = new SeededRandom(SeedHash.Derive(seed, Purpose));
    }

    /// <summary>Composes the score of a text.</summary>
    /// <param name="text">What to say.</param>
    /// <param name="voice">Who says it.</param>
    /// <param name="speedPermille">How fast: 1000 is the voice's own speed, 250 to 4000.</param>
    /// <param name="seed">The seed of the small irregularities.</param>
    public static SpeechScore Compose(string text, Voice voice, int speedPermille, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(voice);
        ArgumentOutOfRangeException.ThrowIfLessThan(speedPermille, 250);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(speedPermille, 4000);
        return new SpeechComposer(voice, speedPermille, seed).Write(text);
    }

    private SpeechScore Write(string text)
    {
        Silence(LeadMs);
        _question = IsQuestion(text, 0);
        var at = 0;
        while (at < text.Length)
        {
            var start = at;
            while (at < text.Length && !IsSpoken(text[at]))
            {
                at++;
            }

            var from = at;
            while (at < text.Length && IsSpoken(text[at]))
            {
                at++;
            }

            var heard = _samples;
            if (at > from)
            {
                Word(text.AsSpan(from, at - from));
            }

            // Marks and blanks belong to the word before them; those at the very beginning to the first one.
            var pause = WordGapMs;
            while (at < text.Length && !IsSpoken(text[at]))
            {
                pause = Math.Max(pause, PauseAt(text, at));
                at++;
            }

            _words.Add(new SpokenWord(at, start == 0 ? 0 : heard));
            Silence(pause);
            if (pause == SentenceMs)
            {
                _sentenceSyllables = 0;
                _question = IsQuestion(text, at);
            }
        }

        return new SpeechScore(_segments, _words, _samples);
    }

    private static bool IsSpoken(char c) => char.IsLetterOrDigit(c) || char.IsSurrogate(c) || c is '\'' or '’';

    private static int PauseAt(string text, int at) => text[at] switch
    {
        '.' or '!' or '?' or '\n' or '。' or '！' or '？' => SentenceMs,
        ',' or ';' or ':' or '–' or '—' or '、' or '，' or '(' or ')' => CommaMs,
        _ => WordGapMs,
    };

    private static bool IsQuestion(string text, int from)
    {
        var end = text.AsSpan(from).IndexOfAny(s_ends);
        return end >= 0 && text[from + end] is '?' or '？';
    }

    private void Word(ReadOnlySpan<char> word)
    {
        var at = 0;
        while (at < word.Length)
        {
            var consonants = at;
            while (at < word.Length && IsConsonant(word[at]))
            {
                at++;
            }

            var unvoiced = word[consonants..at].IndexOfAny(s_unvoiced) >= 0;
            if (at == word.Length)
            {
                // Consonants alone, or those that close the word.
                Consonant(unvoiced, at - consonants == word.Length);
                return;
            }

            var vowel = VowelOf(word[at]);
            at += char.IsHighSurrogate(word[at]) && at + 1 < word.Length ? 2 : 1;
            while (at < word.Length && vowel != Waveforms.Neutral && VowelOf(word[at]) != Waveforms.Neutral && IsVowel(word[at]))
            {
                at++;
            }

            // A silent e at the end of a longer word makes no syllable.
            if (at == word.Length && word[^1] is 'e' or 'E' && consonants > 0 && at - consonants > 1 && !char.IsDigit(word[^1]))
            {
                Consonant(unvoiced, alone: false);
                return;
            }

            if (at - consonants > 1)
            {
                Consonant(unvoiced, alone: false);
            }

            Syllable(vowel);
        }
    }

    /// <summary>Letters that belong to the next syllable; everything else that is spoken makes a syllable.</summary>
    private static bool IsConsonant(char c) => (char.IsAsciiLetter(c) && !IsVowel(c)) || c is '\'' or '’';

    private static bool IsVowel(char c) => "aeiouyAEIOUY".Contains(c, StringComparison.Ordinal) || (c is >= 'À' and <= 'ÿ' && VowelOf(c) != Waveforms.Neutral);

    private static int VowelOf(char c) => c switch
    {
        'a' or 'A' or (>= 'à' and <= 'æ') or (>= 'À' and <= 'Æ') => 0,
        'e' or 'E' or (>= 'è' and <= 'ë') or (>= 'È' and <= 'Ë') => 1,
        'i' or 'I' or 'y' or 'Y' or (>= 'ì' and <= 'ï') or (>= 'Ì' and <= 'Ï') or 'ý' or 'ÿ' or 'Ý' => 2,
        'o' or 'O' or (>= 'ò' and <= 'ö') or (>= 'Ò' and <= 'Ö') or 'ø' or 'Ø' => 3,
        'u' or 'U' or (>= 'ù' and <= 'ü') or (>= 'Ù' and <= 'Ü') => 4,
        >= '0' and <= '9' => (c - '0') % 5,
        _ => Waveforms.Neutral,
    };

    private void Syllable(int vowel)
    {
        // Falls by a fifth over some fifteen syllables; a question's last ones rise instead, which cannot be known
        // syllable by syllable, so that all of it rises a little.
        var fall = Math.Min(_sentenceSyllables, 15);
        var percent = _question ? 96 + (fall * 3 / 2) : 112 - (fall * 5 / 3);
        percent += _random.Next(9) - 4;
        var glide = _question ? 5 : -4 + _random.Next(5);
        _sentenceSyllables++;
        var duration = SyllableMs + _random.Next(41) - 20;
        Add(SegmentKind.Tone, duration, vowel, Step(percent), Step(percent + glide), Loud + (_random.Next(2001) - 1000));
    }

    private void Consonant(bool unvoiced, bool alone)
    {
        var duration = alone ? SyllableMs : OnsetMs;
        var step = Step(100);
        if (unvoiced)
        {
            Add(SegmentKind.Noise, duration, 0, 0, 0, Loud / 5);
        }
        else
        {
            Add(SegmentKind.Tone, duration, Waveforms.Neutral, step, step, Loud / 3);
        }
    }

    private void Silence(int ms) => Add(SegmentKind.Silence, ms, 0, 0, 0, 0);

    private void Add(SegmentKind kind, int ms, int vowel, uint from, uint to, int amplitude)
    {
        var samples = (int)((long)ms * Pcm.SampleRate / _speedPermille);
        _segments.Add(new SpeechSegment(kind, samples, vowel, from, to, amplitude));
        _samples += samples;
    }

    /// <summary>Phase per sample of the voice's pitch, in percent of it.</summary>
    private uint Step(int percent) => (uint)((ulong)_voice.PitchHz * (ulong)percent * (1UL << 32) / (100UL * Pcm.SampleRate));
}
