using System.Globalization;
using System.Text.Json;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>What a request says of searching the web.</summary>
/// <param name="ContextSize"><c>low</c>, <c>medium</c> or <c>high</c>.</param>
/// <param name="Results">How many results there are; 0 where the search is switched off.</param>
/// <param name="Domains">The domains to look in; empty for any.</param>
internal sealed record WebSearch(string ContextSize, int Results, IReadOnlyList<string> Domains)
{
    private const int MostDomains = 20;

    /// <summary>Days before the answer within which results are from.</summary>
    private const int Oldest = 900;

    private static readonly string[] s_sites =
        ["encyclopedia.example.org", "news.example.com", "journal.example.net", "docs.example.com", "blog.example.org", "forum.example.net", "magazine.example.com"];

    private static readonly string[] s_titles = ["{0}: an overview", "Understanding {0}", "{0} explained", "What is new in {0}", "{0}: questions and answers", "A short history of {0}"];

    /// <exception cref="OpenAiFault">A field cannot be understood.</exception>
    public static WebSearch Read(JsonElement root)
    {
        var size = "low";
        if (Fields.Given(root, "web_search_options", out var options))
        {
            Fields.Object(options, "web_search_options");
            size = CommonFields.Choice(options, "search_context_size", "low", "medium", "high") ?? size;
        }

        var domains = new List<string>();
        if (Fields.Given(root, "search_domain_filter", out var filter))
        {
            // Domains with a minus are to be left out: the invented ones are none of them.
            Fields.Array(filter, "search_domain_filter", most: MostDomains);
            domains.AddRange(filter.EnumerateArray().Select(static d => Fields.String(d, "search_domain_filter")).Where(static d => d.Length > 0 && d[0] != '-'));
        }

        var off = Fields.Given(root, "disable_search", out var disabled) && Fields.Boolean(disabled, "disable_search");
        return new WebSearch(size, off ? 0 : size switch { "low" => 5, "medium" => 8, _ => 12 }, domains);
    }

    /// <summary>Invented results: titles with the prompt's longest words, at addresses that nobody has unless the request names domains.</summary>
    /// <param name="prompt">What is asked.</param>
    /// <param name="seed">The request's seed.</param>
    /// <param name="created">When the answer was made, Unix seconds.</param>
    public IEnumerable<SearchResult> Find(string prompt, ulong seed, long created)
    {
        var random = new SeededRandom(seed);
        var subject = Subject(prompt);
        var slug = subject.Replace(' ', '-').ToLowerInvariant();
        var today = DateTimeOffset.FromUnixTimeSeconds(created);
        for (var i = 0; i < Results; i++)
        {
            var site = random.Pick(Domains.Count > 0 ? Domains : s_sites);
            var changed = today.AddDays(-random.Next(Oldest));
            yield return new SearchResult(
                string.Format(CultureInfo.InvariantCulture, random.Pick(s_titles), subject),
                $"https://{site}/{slug}-{random.Next(10_000).ToString(CultureInfo.InvariantCulture)}",
                Date(changed.AddDays(-random.Next(Oldest))), Date(changed));
        }

        static string Date(DateTimeOffset day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
    }

    private static string Subject(string prompt)
    {
        const int Words = 2;
        const int LongestPrompt = 4096;
        var text = prompt.Length <= LongestPrompt ? prompt : prompt[..LongestPrompt];
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Select(static w => string.Concat(w.Where(char.IsAsciiLetter))).Where(static w => w.Length is > 3 and <= 24)
            .Distinct(StringComparer.OrdinalIgnoreCase).ToArray();
        var longest = words.OrderByDescending(static w => w.Length).Take(Words).ToArray();
        return longest.Length == 0 ? "the web" : string.Join(' ', words.Where(w => longest.Contains(w, StringComparer.Ordinal)));
    }
}

/// <summary>A result of a search.</summary>
/// <param name="Title">The page's title.</param>
/// <param name="Url">Its address.</param>
/// <param name="Date">When it was published, <c>yyyy-MM-dd</c>.</param>
/// <param name="LastUpdated">When it was changed, <c>yyyy-MM-dd</c>.</param>
internal sealed record SearchResult(string Title, string Url, string Date, string LastUpdated);
