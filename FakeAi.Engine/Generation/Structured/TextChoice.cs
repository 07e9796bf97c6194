using System.Text;
using FakeAi.Engine.Generation.Structured.Patterns;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Generation.Structured;

/// <summary>Chooses texts: of the format, matching the patterns, of an allowed length, else plausible for the field's name.</summary>
internal sealed class TextChoice(SeededRandom random, PromptFacts facts, PlausibleTexts texts, PatternMatcher patterns)
{
    private const int LongestText = 50_000;
    private const int Tries = 40;
    private const int PlausibleTries = 3;
    private const int UsualRoom = 8;

    /// <summary>Chooses a text; null, with what cannot be met, where there is none.</summary>
    public string? TryChoose(SchemaUnion union, string name, out SchemaFault? fault)
    {
        var (least, most) = (0, int.MaxValue);
        SchemaPlace longer = default, matching = default, formatted = default;
        var wanted = new List<string>();
        foreach (var part in union.Parts)
        {
            (least, longer) = part.Count("minLength") is { } own && own > least ? (own, part) : (least, longer);
            most = Math.Min(most, part.Count("maxLength") ?? int.MaxValue);
            if (part.Text("pattern") is { } pattern)
            {
                wanted.Add(pattern);
                matching = part;
            }

            formatted = part.Text("format") is null ? formatted : part;
        }

        if (least > most || least > LongestText)
        {
            fault = new SchemaFault(longer.At("minLength"), least > most ? "No length is both long and short enough." : "Longer than what is built.");
            return null;
        }

        fault = null;
        var format = formatted.Text("format");
        for (var i = 0; i < Tries; i++)
        {
            var text = Candidate(union, name, format, wanted, least, most, i);
            if (text is not null && SchemaValidator.LengthOf(text) is var length && length >= least && length <= most
                && wanted.TrueForAll(p => patterns.IsMatch(text, p)))
            {
                return text;
            }
        }

        fault = wanted.Count > 0 ? new SchemaFault(matching.At("pattern"), "No text could be made that matches the pattern.")
            : format is not null ? new SchemaFault(formatted.At("format"), "No text of the format has an allowed length.")
            : new SchemaFault(longer.At("minLength"), "No text has an allowed length.");
        return null;
    }

    /// <summary>A text that matches a pattern and has an allowed length; null where none was found.</summary>
    public string? Matching(string pattern, int least, int most)
    {
        if (PatternParser.TryParse(pattern) is not { } parsed)
        {
            return null;
        }

        var writer = new PatternText(random);
        for (var i = 0; i < Tries; i++)
        {
            if (FromPattern(writer, parsed, pattern, least, most, i) is var text && patterns.IsMatch(text, pattern)
                && SchemaValidator.LengthOf(text) is var length && length >= least && length <= most)
            {
                return text;
            }
        }

        return null;
    }

    private string? Candidate(SchemaUnion union, string name, string? format, List<string> wanted, int least, int most, int attempt)
    {
        if (format is not null && (wanted.Count == 0 || attempt < PlausibleTries) && FormatTexts.For(format, random, facts, texts) is { } formed)
        {
            return Shorter(formed, format, most);
        }

        if (wanted.Count == 0 || attempt < PlausibleTries)
        {
            return union.Parts.Exists(static p => p.Text("contentEncoding") == "base64")
                ? Base64(texts.For(name), least, most)
                : Fitted(texts.For(name), least, most);
        }

        var pattern = wanted[attempt % wanted.Count];
        return PatternParser.TryParse(pattern) is { } parsed ? FromPattern(new PatternText(random), parsed, pattern, least, most, attempt) : null;
    }

    private string FromPattern(PatternText writer, PatternNode parsed, string pattern, int least, int most, int attempt)
    {
        var from = Math.Max(least, parsed.Least);
        var to = (int)Math.Min(Math.Min(most, parsed.Most), (long)from + UsualRoom + attempt);
        var text = writer.Write(parsed, to <= from ? from : from + random.Next(to - from + 1));

        // A pattern without an end may be followed by anything; one with look-aheads may need more than it shows.
        return text.Length < least && PatternParser.EndsOpen(pattern) ? text + random.NextText(CharacterClass.Lower, least - text.Length) : text;
    }

    /// <summary>Cuts at a word's end, or lengthens with further sentences.</summary>
    private string Fitted(string text, int least, int most)
    {
        if (text.Length < least)
        {
            var longer = new StringBuilder(text);
            while (longer.Length < least)
            {
                longer.Append(' ').Append(texts.More());
            }

            text = longer.ToString();
        }

        if (text.Length <= most)
        {
            return text;
        }

        var cut = text.LastIndexOf(' ', most);
        var end = cut >= Math.Max(least, 1) ? cut : most;
        return text[..(end > 0 && char.IsHighSurrogate(text[end - 1]) ? end - 1 : end)];
    }

    private static string Shorter(string text, string format, int most) => text.Length <= most ? text : format switch
    {
        "email" or "idn-email" => "a@b.co",
        "uri" or "url" or "iri" => "http://a.co",
        "hostname" or "idn-hostname" => "a.co",
        "ipv6" => "::1",
        "ipv4" => "8.8.8.8",
        "duration" => "P1D",
        "uri-reference" or "iri-reference" or "json-pointer" => "/a",
        "regex" or "password" => "a",
        _ => text,
    };

    private static string Base64(string text, int least, int most)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var count = Math.Min(bytes.Length, most / 4 * 3);
        var padded = new byte[Math.Max(count, (least + 3) / 4 * 3)];
        bytes.AsSpan(0, Math.Min(bytes.Length, padded.Length)).CopyTo(padded);
        return Convert.ToBase64String(padded);
    }
}
