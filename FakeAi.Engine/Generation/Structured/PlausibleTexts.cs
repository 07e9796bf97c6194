using System.Globalization;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Generation.Structured;

/// <summary>Texts that fit a field's name and the prompt.</summary>
internal sealed class PlausibleTexts(SeededRandom random, PromptFacts facts, Topic topic)
{
    private static readonly string[] s_first = ["Alice", "Ben", "Carla", "David", "Elena", "Farid", "Grace", "Hugo", "Ines", "Jonas", "Kira", "Liam", "Maya", "Noah", "Priya", "Tomas"];
    private static readonly string[] s_last = ["Anderson", "Becker", "Costa", "Dubois", "Evans", "Fischer", "Garcia", "Haddad", "Ito", "Jensen", "Kowalski", "Moreau", "Novak", "Okafor", "Rossi", "Silva"];
    private static readonly string[] s_cities = ["Paris", "Berlin", "London", "Madrid", "Tokyo", "Toronto", "Oslo", "Lisbon", "Vienna", "Sydney"];
    private static readonly string[] s_countries = ["France", "Germany", "Spain", "Japan", "Canada", "Norway", "Portugal", "Austria", "Australia", "Brazil"];
    private static readonly string[] s_streets = ["12 Station Road", "48 Mill Lane", "7 Harbour Street", "230 Oak Avenue", "95 Park Row"];
    private static readonly string[] s_colors = ["blue", "green", "red", "yellow", "orange", "purple", "white", "black"];
    private static readonly string[] s_companies = ["Northwind Labs", "Blue Harbor", "Contoso", "Acme Works", "Brightfield", "Summit Partners"];
    private static readonly string[] s_jobs = ["software engineer", "project manager", "designer", "data analyst", "teacher", "nurse", "architect"];
    private static readonly string[] s_categories = ["general", "technology", "science", "travel", "health", "finance", "education", "culture"];
    private static readonly string[] s_statuses = ["active", "pending", "completed", "open", "confirmed"];
    private static readonly string[] s_foods = ["flour", "olive oil", "garlic", "tomatoes", "basil", "eggs", "butter", "rice", "lemon", "salt"];
    private static readonly string[] s_products = ["wireless headphones", "desk lamp", "travel mug", "mechanical keyboard", "backpack", "water bottle"];
    private static readonly string[] s_steps = ["Gather what is needed", "Check the starting point", "Work through the parts in order", "Compare the results", "Write down what was found", "Review the outcome"];
    private static readonly string[] s_words = ["value", "primary", "sample", "standard", "first", "central", "simple", "common", "basic", "regular"];

    private readonly Sentences _sentences = new(random, topic);

    /// <summary>A text for a field of that name.</summary>
    public string For(string name)
    {
        var kind = FieldKinds.Of(name);
        return FromPrompt(kind) ?? Invented(kind, name);
    }

    private string? FromPrompt(FieldKind kind) => kind switch
    {
        FieldKind.City or FieldKind.Location or FieldKind.Country => facts.Take(Fact.Place) ?? facts.Take(Fact.Name) ?? facts.Take(Fact.Word),
        FieldKind.Name => facts.Take(Fact.Name),
        FieldKind.FirstName => facts.Peek(Fact.Name)?.Split(' ')[0],
        FieldKind.LastName => facts.Peek(Fact.Name) is { } full && full.Contains(' ', StringComparison.Ordinal) ? full[(full.LastIndexOf(' ') + 1)..] : null,
        FieldKind.Email => facts.Take(Fact.Email),
        FieldKind.Url => facts.Take(Fact.Url),
        FieldKind.Date => facts.Take(Fact.Date) ?? facts.Take(Fact.Day),
        FieldKind.Text or FieldKind.Title or FieldKind.Product or FieldKind.Company => facts.Take(Fact.Quote),
        FieldKind.Query => facts.Take(Fact.Quote) ?? (topic.PromptWords > 0 ? topic.Main : null),
        _ => null,
    };

    private string Invented(FieldKind kind, string name) => kind switch
    {
        FieldKind.Name => FullName(),
        FieldKind.FirstName => random.Pick(s_first),
        FieldKind.LastName => random.Pick(s_last),
        FieldKind.UserName => UserName(),
        FieldKind.Email => $"{UserName()}@example.com",
        FieldKind.Phone => $"+1-555-01{Digits(2)}",
        FieldKind.City or FieldKind.Location => random.Pick(s_cities),
        FieldKind.Country => random.Pick(s_countries),
        FieldKind.Street => random.Pick(s_streets),
        FieldKind.PostalCode => Digits(5),
        FieldKind.Url => $"https://example.com/{Slug()}",
        FieldKind.Image => $"https://example.com/images/{Slug()}.png",
        FieldKind.Title => Capital(topic.Main),
        FieldKind.Id or FieldKind.Key => $"{Slug()}-{Digits(4)}",
        FieldKind.Price or FieldKind.Quantity or FieldKind.Age or FieldKind.Percent or FieldKind.Rating => Whole(1 + random.Next(90)),
        FieldKind.Currency => random.Pick((string[])["USD", "EUR", "GBP"]),
        FieldKind.Date => Date(),
        FieldKind.Time => $"{Two(8 + random.Next(11))}:{Two(random.Next(4) * 15)}",
        FieldKind.DateTime => $"{Date()}T{Two(8 + random.Next(11))}:{Two(random.Next(60))}:00Z",
        FieldKind.Year => Whole(2015 + random.Next(12)),
        FieldKind.Temperature => $"{Whole(5 + random.Next(25))}°C",
        FieldKind.Unit => random.Pick((string[])["celsius", "metric", "km", "kg"]),
        FieldKind.Fraction => $"0.{Digits(2)}",
        FieldKind.Latitude or FieldKind.Longitude => $"{Whole(1 + random.Next(60))}.{Digits(4)}",
        FieldKind.Color => random.Pick(s_colors),
        FieldKind.Language => random.Pick((string[])["en", "de", "fr", "es"]),
        FieldKind.Category => random.Pick(s_categories),
        FieldKind.Status => random.Pick(s_statuses),
        FieldKind.Tag => Tag(),
        FieldKind.Company => random.Pick(s_companies),
        FieldKind.Job => random.Pick(s_jobs),
        FieldKind.Query => topic.Main,
        FieldKind.Code => $"print(\"{Slug()}\")",
        FieldKind.Step => random.Pick(s_steps),
        FieldKind.Sentiment => random.Pick((string[])["positive", "neutral", "negative"]),
        FieldKind.Version => $"{Whole(1 + random.Next(4))}.{Whole(random.Next(10))}.{Whole(random.Next(10))}",
        FieldKind.Food => random.Pick(s_foods),
        FieldKind.Product => random.Pick(s_products),
        FieldKind.Description or FieldKind.Text => _sentences.Next(Phrasebook.Bodies),
        _ => Other(name),
    };

    private string Other(string name)
    {
        var phrases = topic.Others;
        return random.Next(3) switch
        {
            0 when phrases.Count > 0 => random.Pick(phrases),
            0 or 1 => topic.PromptWords > 0 ? topic.Main : random.Pick(s_words),
            _ => FieldKinds.Words(name) is { Count: > 0 } words ? $"{random.Pick(s_words)} {string.Join(' ', words)}" : random.Pick(s_words),
        };
    }

    /// <summary>Further words to lengthen a text with.</summary>
    public string More() => _sentences.Next(Phrasebook.Bodies);

    /// <summary>A short lower-case word of ASCII letters.</summary>
    public string Slug() => random.Pick(s_words);

    public string UserName() => $"{random.Pick(s_first)}.{random.Pick(s_last)}".ToLowerInvariant();

    /// <summary>A day of the years 2024 to 2027, <c>yyyy-MM-dd</c>; never that of a clock.</summary>
    public string Date() => $"{Whole(2024 + random.Next(4))}-{Two(1 + random.Next(12))}-{Two(1 + random.Next(28))}";

    public string Digits(int count) => random.NextText("0123456789", count);

    private string FullName() => $"{random.Pick(s_first)} {random.Pick(s_last)}";

    private string Tag() => topic.Others.Count > 0 && random.Next(2) == 0 ? random.Pick(topic.Others) : random.Pick(s_categories);

    private static string Capital(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];

    private static string Whole(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Two(int number) => number.ToString("00", CultureInfo.InvariantCulture);
}
