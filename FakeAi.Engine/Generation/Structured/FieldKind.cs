using System.Collections.Frozen;

namespace FakeAi.Engine.Generation.Structured;

/// <summary>What a field means, guessed from its name.</summary>
internal enum FieldKind
{
    Other, Name, FirstName, LastName, UserName, Email, Phone, City, Country, Location, Street, PostalCode, Url, Image, Description, Title, Id,
    Price, Currency, Date, Time, DateTime, Year, Age, Temperature, Unit, Quantity, Rating, Percent, Fraction, Latitude, Longitude,
    Color, Language, Category, Status, Tag, Company, Job, Query, Code, Step, Sentiment, Version, Food, Product, Text, Key,
}

internal static class FieldKinds
{
    private static readonly FrozenDictionary<string, FieldKind> s_kinds = Read(
        (FieldKind.Name, "name fullname person author customer user contact sender recipient participant participants attendee attendees owner assignee people students actors cast friend friends"),
        (FieldKind.FirstName, "firstname forename given"),
        (FieldKind.LastName, "lastname surname family"),
        (FieldKind.UserName, "username login handle nickname"),
        (FieldKind.Email, "email mail emails"),
        (FieldKind.Phone, "phone telephone mobile tel fax"),
        (FieldKind.City, "city town destination origin capital departure arrival"),
        (FieldKind.Country, "country nation nationality"),
        (FieldKind.Location, "location place address venue region area where"),
        (FieldKind.Street, "street line1 road"),
        (FieldKind.PostalCode, "zip zipcode postal postcode"),
        (FieldKind.Url, "url uri link href website homepage endpoint source"),
        (FieldKind.Image, "image photo picture avatar thumbnail icon logo"),
        (FieldKind.Description, "description summary explanation details detail bio about abstract overview reason reasoning rationale comment comments review notes note feedback answer response message body content paragraph"),
        (FieldKind.Title, "title subject headline heading label topic theme"),
        (FieldKind.Id, "id uuid guid identifier ref reference sku isbn number"),
        (FieldKind.Price, "price cost amount total subtotal fee salary budget balance tax revenue value"),
        (FieldKind.Currency, "currency"),
        (FieldKind.Date, "date day birthday birthdate dob deadline due published released start end"),
        (FieldKind.Time, "time hour"),
        (FieldKind.DateTime, "datetime timestamp created updated at"),
        (FieldKind.Year, "year"),
        (FieldKind.Age, "age"),
        (FieldKind.Temperature, "temperature temp celsius fahrenheit degrees"),
        (FieldKind.Unit, "unit units scale"),
        (FieldKind.Quantity, "quantity count qty num servings guests nights days hours minutes size limit pages amounts stock level priority"),
        (FieldKind.Rating, "rating stars"),
        (FieldKind.Percent, "percent percentage humidity progress discount"),
        (FieldKind.Fraction, "confidence probability score likelihood weight relevance similarity"),
        (FieldKind.Latitude, "lat latitude"),
        (FieldKind.Longitude, "lon lng longitude"),
        (FieldKind.Color, "color colour"),
        (FieldKind.Language, "language lang locale"),
        (FieldKind.Category, "category type kind genre class department industry"),
        (FieldKind.Status, "status state"),
        (FieldKind.Tag, "tag tags keyword keywords labels topics skills hobbies interests categories"),
        (FieldKind.Company, "company organization organisation employer brand manufacturer publisher vendor team"),
        (FieldKind.Job, "job role position occupation profession"),
        (FieldKind.Query, "query search q question prompt input term"),
        (FieldKind.Code, "code snippet sql script command"),
        (FieldKind.Step, "step steps instruction instructions task tasks action actions"),
        (FieldKind.Sentiment, "sentiment mood tone"),
        (FieldKind.Version, "version"),
        (FieldKind.Food, "ingredient ingredients dish meal food recipe item items"),
        (FieldKind.Product, "product device model"),
        (FieldKind.Text, "text sentence quote caption output result"),
        (FieldKind.Key, "key slug token hash"));

    /// <summary>The kind of the last word of the name that has one; <c>departureCity</c> and <c>departure_city</c> are cities.</summary>
    public static FieldKind Of(string name)
    {
        if (s_kinds.TryGetValue(name.Replace("_", "", StringComparison.Ordinal).ToLowerInvariant(), out var whole))
        {
            return whole;
        }

        var words = Words(name);
        for (var i = words.Count - 1; i >= 0; i--)
        {
            if (s_kinds.TryGetValue(words[i], out var kind))
            {
                return kind switch
                {
                    FieldKind.Name when i > 0 && words[i - 1] is "first" or "given" => FieldKind.FirstName,
                    FieldKind.Name when i > 0 && words[i - 1] is "last" or "family" => FieldKind.LastName,
                    FieldKind.Name when i > 0 && words[i - 1] is "user" => FieldKind.UserName,
                    FieldKind.Name when i > 0 && s_kinds.TryGetValue(words[i - 1], out var before) => before,
                    _ => kind,
                };
            }
        }

        return FieldKind.Other;
    }

    /// <summary>The words of a name in lower case, whatever joins them.</summary>
    public static List<string> Words(string name)
    {
        var words = new List<string>();
        var from = 0;
        for (var i = 0; i <= name.Length; i++)
        {
            var ends = i == name.Length || !char.IsLetterOrDigit(name[i]);
            if (ends || (i > from && char.IsUpper(name[i]) && !char.IsUpper(name[i - 1])))
            {
                if (i > from)
                {
                    words.Add(name[from..i].ToLowerInvariant());
                }

                from = ends ? i + 1 : i;
            }
        }

        return words;
    }

    private static FrozenDictionary<string, FieldKind> Read(params (FieldKind Kind, string Words)[] kinds)
    {
        var words = new Dictionary<string, FieldKind>(StringComparer.Ordinal);
        foreach (var (kind, list) in kinds)
        {
            foreach (var word in list.Split(' '))
            {
                words.TryAdd(word, kind);
            }
        }

        return words.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
