using System.Globalization;
using System.Text;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Generation.Structured;

/// <summary>Texts of the formats that JSON Schema and OpenAPI name.</summary>
internal static class FormatTexts
{
    private const string Hex = "0123456789abcdef";

    /// <summary>A text of the format; null for one that is not known, which then means nothing.</summary>
    /// <param name="format">The keyword's value.</param>
    /// <param name="random">The draws.</param>
    /// <param name="facts">Dates, addresses of the prompt.</param>
    /// <param name="texts">Plausible texts.</param>
    public static string? For(string format, SeededRandom random, PromptFacts facts, PlausibleTexts texts)
    {
        switch (format)
        {
            case "date":
                return facts.Take(Fact.Date) ?? texts.Date();
            case "date-time":
                return $"{facts.Take(Fact.Date) ?? texts.Date()}T{Time(random)}Z";
            case "time":
                return $"{Time(random)}Z";
            case "duration":
                return $"PT{Number(random, 1, 12)}H{Number(random, 5, 50)}M";
            case "email" or "idn-email":
                return facts.Take(Fact.Email) ?? $"{texts.UserName()}@example.com";
            case "hostname" or "idn-hostname":
                return $"{texts.Slug()}.example.com";
            case "ipv4":
                return $"192.0.2.{Number(random, 1, 254)}";
            case "ipv6":
                return $"2001:db8::{random.NextText(Hex[1..], 1)}{random.NextText(Hex, 3)}";
            case "uri" or "url" or "iri":
                return facts.Take(Fact.Url) ?? $"https://example.com/{texts.Slug()}";
            case "uri-reference" or "iri-reference":
                return $"/{texts.Slug()}";
            case "uri-template":
                return $"https://example.com/{texts.Slug()}/{{id}}";
            case "uuid":
                return $"{random.NextText(Hex, 8)}-{random.NextText(Hex, 4)}-4{random.NextText(Hex, 3)}-{random.NextText("89ab", 1)}{random.NextText(Hex, 3)}-{random.NextText(Hex, 12)}";
            case "json-pointer":
                return $"/{texts.Slug()}/0";
            case "relative-json-pointer":
                return $"0/{texts.Slug()}";
            case "regex":
                return $"^{texts.Slug()}[0-9]+$";
            case "byte" or "base64":
                return Convert.ToBase64String(Encoding.UTF8.GetBytes(texts.Slug()));
            case "phone":
                return $"+1-555-01{texts.Digits(2)}";
            default:
                return null;
        }
    }

    private static string Time(SeededRandom random) => $"{Number(random, 8, 18, "00")}:{Number(random, 0, 59, "00")}:00";

    private static string Number(SeededRandom random, int from, int to, string format = "0") =>
        (from + random.Next(to - from + 1)).ToString(format, CultureInfo.InvariantCulture);
}
