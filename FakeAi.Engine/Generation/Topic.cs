using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace FakeAi.Engine.Generation;

/// <summary>What a prompt is about, and what kind of answer it asks for.</summary>
/// <param name="Main">The phrase the answer is about.</param>
/// <param name="Others">Further phrases of the prompt, none equal to the main one.</param>
/// <param name="Intent">The kind of answer.</param>
/// <param name="Words">How many words were asked for; 0 where the prompt does not say.</param>
/// <param name="PromptWords">Words of the message.</param>
internal sealed record Topic(string Main, IReadOnlyList<string> Others, Intent Intent, int Words, int PromptWords)
{
    private const int LongestScan = 4000;
    private const int MostPhrases = 24;

    private static readonly FrozenSet<string> s_stopWords = FrozenSet.ToFrozenSet(
        ("a about above after again all also am an and answer any are as ask at be because been before being best better "
        + "between both briefly bullet but by can code compare could create define describe detail details did difference do does doing "
        + "done each easy else essay etc even ever every example examples explain few find first for from function generate get give "
        + "go going good got great had has have having he hello help her here hey hi him his how i i'd i'll i'm i've idea ideas if in into is it "
        + "it's its just kind know least less let let's like list long look lot made make many may me mean might mine more most much "
        + "must my name need new no not now of off ok on one only or other our out over own paragraph paragraphs per please points "
        + "program provide question quick quickly really reply respond same say script see sentence sentences shall she short should show "
        + "simple simply so some something step steps still story such summarise summarize summary take talk tell text than thank thanks that the "
        + "their them then there these they thing things think this those three through to too top two under until up us use using "
        + "very versus vs want was way ways we well were what what's when where which while who whom whose why will with without "
        + "word words work would write writing yes yet you your yours").Split(' '),
        StringComparer.Ordinal);

    private static readonly FrozenSet<string> s_greetings = FrozenSet.ToFrozenSet(
        ["hi", "hello", "hey", "hiya", "howdy", "greetings", "yo", "hola", "bonjour", "hallo", "ping", "test"], StringComparer.Ordinal);

    /// <summary>Whether a lower-case word tells nothing about a subject.</summary>
    public static bool IsStopWord(string word) => s_stopWords.Contains(word);

    /// <summary>Reads a user's message.</summary>
    public static Topic Of(string message)
    {
        var (words, phrases) = Split(message.Length > LongestScan ? message[..LongestScan] : message);
        var intent = IntentOf(words);
        var asked = WordsAsked(words);
        if (phrases.Count == 0)
        {
            return new Topic(words.Count == 0 ? "an empty message" : "this question", [], intent, asked, words.Count);
        }

        var main = Longest(phrases);
        var others = phrases.Where(p => !string.Equals(p, main, StringComparison.OrdinalIgnoreCase))
            .Distinct(StringComparer.OrdinalIgnoreCase).Take(6).ToArray();
        return new Topic(main, others, intent, asked, words.Count);
    }

    /// <summary>The longest of the first phrases; of equal ones the first.</summary>
    private static string Longest(List<string> phrases)
    {
        var main = phrases[0];
        foreach (var phrase in phrases.Take(6))
        {
            if (phrase.Length > main.Length + 2)
            {
                main = phrase;
            }
        }

        return main;
    }

    /// <summary>All words in lower case, and the runs of at most three words that are no stop words; an article or "of" may link them.</summary>
    private static (List<string> Words, List<string> Phrases) Split(string message)
    {
        var words = new List<string>();
        var phrases = new List<string>();
        var phrase = new List<string>(3);
        var word = new StringBuilder();
        string? link = null;
        foreach (var rune in message.EnumerateRunes())
        {
            var inWord = Rune.IsLetterOrDigit(rune) || rune.Value is '\'' or '-' or '+' or '#' or '_' || IsSymbol(rune);
            if (inWord && word.Length < 24)
            {
                word.Append(rune.ToString());
                continue;
            }

            EndWord();
            if (!Rune.IsWhiteSpace(rune))
            {
                EndPhrase();
            }
        }

        EndWord();
        EndPhrase();
        return (words, phrases);

        void EndWord()
        {
            var raw = word.ToString().Trim('\'', '-', '_', '+');
            word.Clear();
            if (raw.Length == 0 || raw == "#")
            {
                return;
            }

            var lower = raw.ToLowerInvariant();
            words.Add(lower);
            if (phrase.Count > 0 && link is null && lower is "a" or "an" or "the" or "of")
            {
                link = lower;
                return;
            }

            if (s_stopWords.Contains(lower) || s_greetings.Contains(lower) || (raw.Length < 2 && char.IsAscii(raw[0]))
                || raw.All(char.IsAsciiDigit))
            {
                EndPhrase();
                return;
            }

            var cased = IsTitle(raw) && words.Count == 1 ? lower : raw;
            phrase.Add(link is null ? cased : $"{link} {cased}");
            link = null;
            if (phrase.Count == 3)
            {
                EndPhrase();
            }
        }

        void EndPhrase()
        {
            if (phrase.Count > 0 && phrases.Count < MostPhrases)
            {
                phrases.Add(string.Join(' ', phrase));
            }

            phrase.Clear();
            link = null;
        }
    }

    private static bool IsTitle(string word) => char.IsUpper(word[0]) && word.Skip(1).All(c => !char.IsUpper(c) && !char.IsDigit(c));

    private static bool IsSymbol(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.OtherSymbol or UnicodeCategory.NonSpacingMark
        || rune.Value == 0x200D;

    private static Intent IntentOf(List<string> words)
    {
        if (words.Count is > 0 and <= 4 && s_greetings.Contains(words[0]))
        {
            return Intent.Greeting;
        }

        if (words.Count is > 0 and <= 6 && words[0] is "thanks" or "thank" or "thx" or "cheers")
        {
            return Intent.Thanks;
        }

        foreach (var word in words)
        {
            switch (word)
            {
                case "code" or "function" or "script" or "snippet" or "regex" or "implement" or "program" or "class" or "sql":
                    return Intent.Code;
                case "list" or "steps" or "bullet" or "bullets" or "checklist" or "ideas" or "tips" or "points":
                    return Intent.List;
                case "vs" or "versus" or "compare" or "difference" or "differences":
                    return Intent.Comparison;
                default:
                    break;
            }
        }

        return Intent.Prose;
    }

    /// <summary>Finds <c>500 words</c>, <c>500-word</c>.</summary>
    private static int WordsAsked(List<string> words)
    {
        for (var i = 0; i < words.Count; i++)
        {
            var dash = words[i].IndexOf("-word", StringComparison.Ordinal);
            var digits = dash > 0 ? words[i].AsSpan(0, dash)
                : i + 1 < words.Count && words[i + 1] is "words" or "word" ? words[i].AsSpan()
                : default;
            if (int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0)
            {
                return Math.Min(count, AnswerGenerator.MostWords);
            }
        }

        return 0;
    }
}

internal enum Intent
{
    Prose,
    Greeting,
    Thanks,
    List,
    Code,
    Comparison,
}
