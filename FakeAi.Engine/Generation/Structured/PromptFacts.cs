using System.Collections.Frozen;
using System.Globalization;

namespace FakeAi.Engine.Generation.Structured;

/// <summary>
/// The numbers, dates, places, names and quotations of a prompt, in their order. Fields take them one after the other, so
/// that "from Berlin to Rome" fills two fields. Not thread-safe.
/// </summary>
internal sealed class PromptFacts
{
    private const int LongestScan = 4000;
    private const int MostFacts = 32;

    private static readonly FrozenSet<string> s_openers = FrozenSet.ToFrozenSet(
        ("a all an and answer any are as ask at be book build but by can check classify compare compose could create describe did do does draft "
        + "each every explain extract fill find for from generate get give go has have he hello help hey hi how i i'd i'm i've if in is it "
        + "its json let list look make me my name no not now of ok on or our output parse per place plan please produce provide reply respond "
        + "return say schedule search send set she should show so some suggest summarise summarize take tell thanks that the their them then "
        + "there they this to today tomorrow translate turn use using was we were what what's when where which who why will with write yes you your").Split(' '),
        StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> s_calendar = FrozenSet.ToFrozenSet(
        ("monday tuesday wednesday thursday friday saturday sunday january february march april june july august september "
        + "october november december").Split(' '),
        StringComparer.OrdinalIgnoreCase);

    private static readonly string[] s_generic =
        ["detail", "details", "json", "general", "total", "order", "short", "fact", "words", "english", "advance", "home", "once", "least", "most", "degrees", "celsius", "fahrenheit"];

    private readonly Dictionary<Fact, Queue<string>> _facts = [];
    private readonly string _lower;

    private PromptFacts(string prompt) => _lower = prompt.ToLowerInvariant();

    /// <summary>Reads a prompt; of a long one the beginning.</summary>
    public static PromptFacts Of(string prompt)
    {
        var text = prompt.Length > LongestScan ? prompt[..LongestScan] : prompt;
        var facts = new PromptFacts(text);
        facts.ReadQuotes(text);
        facts.ReadWords(text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return facts;
    }

    /// <summary>Whether the prompt names a word or phrase, as a whole word, in any case.</summary>
    public bool Names(string phrase)
    {
        var wanted = phrase.ToLowerInvariant();
        if (wanted.Length < 2)
        {
            return false;
        }

        for (var at = _lower.IndexOf(wanted, StringComparison.Ordinal); at >= 0; at = _lower.IndexOf(wanted, at + 1, StringComparison.Ordinal))
        {
            var end = at + wanted.Length;
            if ((at == 0 || !char.IsLetterOrDigit(_lower[at - 1])) && (end == _lower.Length || !char.IsLetterOrDigit(_lower[end])))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The next fact of a kind, without taking it.</summary>
    public string? Peek(Fact kind) => _facts.TryGetValue(kind, out var queue) && queue.TryPeek(out var fact) ? fact : null;

    /// <summary>Takes a fact. The last one stays, so that a repeated field says the same; numbers are used up.</summary>
    public string? Take(Fact kind)
    {
        if (!_facts.TryGetValue(kind, out var queue) || queue.Count == 0)
        {
            return null;
        }

        return queue.Count == 1 && kind != Fact.Number ? queue.Peek() : queue.Dequeue();
    }

    private void ReadQuotes(string text)
    {
        var from = -1;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is not ('"' or '“' or '”'))
            {
                continue;
            }

            if (from >= 0 && i - from is > 1 and < 200)
            {
                Add(Fact.Quote, text[(from + 1)..i]);
                from = -1;
            }
            else
            {
                from = i;
            }
        }
    }

    private void ReadWords(string[] words)
    {
        var run = new List<string>();
        string? before = null;
        var opens = true;
        for (var i = 0; i < words.Length; i++)
        {
            var word = words[i].Trim(',', '.', '!', '?', ';', ':', '(', ')', '"', '\'', '“', '”', '[', ']');
            if (word.EndsWith("'s", StringComparison.Ordinal) || word.EndsWith("’s", StringComparison.Ordinal))
            {
                word = word[..^2];
            }

            var capital = word.Length > 1 && char.IsUpper(word[0]) && !s_calendar.Contains(word) && !(opens && s_openers.Contains(word));
            if (capital)
            {
                run.Add(word);
            }

            if (run.Count > 0 && (!capital || i == words.Length - 1 || !char.IsLetterOrDigit(words[i][^1])))
            {
                Add(before is "in" or "at" or "from" or "to" or "near" or "around" ? Fact.Place : Fact.Name, string.Join(' ', run));
                run.Clear();
            }

            if (!capital)
            {
                Single(word, before);
            }

            if (!capital || before is null)
            {
                before = capital ? before : word.ToLowerInvariant();
            }

            opens = words[i][^1] is '.' or '!' or '?' or ':';
        }
    }

    private void Single(string word, string? before)
    {
        if (word.Contains('@', StringComparison.Ordinal) && word.IndexOf('.', StringComparison.Ordinal) > 0)
        {
            Add(Fact.Email, word);
        }
        else if (word.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || word.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
        {
            Add(Fact.Url, word);
        }
        else if (DateOnly.TryParseExact(word, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
        {
            Add(Fact.Date, word);
        }
        else if (word.Length > 0 && decimal.TryParse(
            word.Trim('$', '€', '£', '%', '°'), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
        {
            Add(Fact.Number, number.ToString(CultureInfo.InvariantCulture));
        }
        else if (s_calendar.Contains(word))
        {
            Add(Fact.Day, word);
        }
        else if (before is "in" or "near" && word.Length > 2 && word.All(char.IsLetter) && !s_openers.Contains(word) && !s_generic.Contains(word))
        {
            Add(Fact.Word, char.ToUpperInvariant(word[0]) + word[1..]);
        }
    }

    private void Add(Fact kind, string fact)
    {
        if (!_facts.TryGetValue(kind, out var queue))
        {
            _facts.Add(kind, queue = new Queue<string>());
        }

        if (queue.Count < MostFacts)
        {
            queue.Enqueue(fact);
        }
    }
}

/// <summary>Kinds of facts.</summary>
internal enum Fact
{
    Number,

    /// <summary>An ISO date.</summary>
    Date,

    /// <summary>A weekday or month.</summary>
    Day,

    /// <summary>A capitalised phrase after "in", "from", "to" and the like.</summary>
    Place,

    /// <summary>Another capitalised phrase.</summary>
    Name,
    Email,
    Url,

    /// <summary>Text between quotation marks.</summary>
    Quote,

    /// <summary>A plain word after "in" or "near": a place that was not capitalised.</summary>
    Word,
}
