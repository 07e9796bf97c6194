using System.Globalization;

namespace FakeAi.Collector.Requests;

/// <summary>Reads a request's row: resolves what several events tell of the same thing.</summary>
internal readonly struct RequestView(IReadOnlyDictionary<string, string> fields)
{
    /// <summary>Whether the gateway told of it; rows that only the engine told of are not shown or counted yet.</summary>
    public bool IsKnown => fields.ContainsKey(RowFields.Started) || IsEnded;

    public bool IsEnded => fields.ContainsKey(RowFields.Status);

    /// <summary><c>completed</c>, <c>failed</c>, <c>cancelled</c>, or null while under way.</summary>
    public string? Status => fields.GetValueOrDefault(RowFields.Status);

    public string Endpoint => First(RowFields.EndEndpoint, RowFields.Endpoint, RowFields.EngineEndpoint) ?? "";

    public string? Model => First(RowFields.EndModel, RowFields.Model, RowFields.EngineModel);

    public string Provider => First(RowFields.EndProvider, RowFields.Provider, RowFields.Provider) ?? "";

    public bool IsStream => string.Equals(First(RowFields.EndStream, RowFields.Stream, RowFields.EngineStream), "1", StringComparison.Ordinal);

    public string? Upstream => fields.GetValueOrDefault(RowFields.Upstream);

    /// <summary>Unix microseconds.</summary>
    public long StartUs => Number(RowFields.Started) ?? EndUs - DurationUs;

    /// <summary>Unix microseconds; 0 while under way.</summary>
    public long EndUs => Number(RowFields.Ended) ?? 0;

    public long DurationUs => Number(RowFields.DurationUs) ?? 0;

    /// <summary>The gateway's figure, else the engine's, for streams only.</summary>
    public long? TtftUs => IsStream ? Number(RowFields.TtftUs) ?? Number(RowFields.FirstTokenUs) : null;

    public long? E2eUs => Number(RowFields.E2eUs);

    public long InputTokens => Number(RowFields.InputTokens) ?? Number(RowFields.EngineInputTokens) ?? 0;

    /// <summary>All that were generated: the most that anybody told, as the engine tells of those alone that were sent.</summary>
    public long OutputTokens => Math.Max(
        Math.Max(Number(RowFields.OutputTokens) ?? 0, Number(RowFields.EngineOutputTokens) ?? 0), Progress().LastOrDefault().Count);

    /// <summary>Those of them that were sent to the client: without hidden reasoning.</summary>
    public long SentTokens => Number(RowFields.EngineOutputTokens) ?? OutputTokens;

    public int? StatusCode => (int?)Number(RowFields.StatusCode);

    public string? Reason => First(RowFields.Reason, RowFields.EngineReason, RowFields.EngineReason);

    public string? TokenOffsets => fields.GetValueOrDefault(RowFields.TokenOffsets);

    /// <summary>How many tokens were sent in which second.</summary>
    public IEnumerable<(long Second, long Count)> SentPerSecond()
    {
        if (fields.TryGetValue(RowFields.TokensPerSecond, out var exact))
        {
            return Requests.TokenOffsets.ReadPerSecond(exact);
        }

        var progress = Progress();
        if (progress.Count > 0)
        {
            return progress.Select((p, i) => (p.Second, p.Count - (i == 0 ? 0 : progress[i - 1].Count)));
        }

        return IsEnded && OutputTokens > 0 ? [(EndUs / 1_000_000, OutputTokens)] : [];
    }

    /// <summary>Tokens sent up to each second of which progress was told, in order, never falling.</summary>
    private List<(long Second, long Count)> Progress()
    {
        var progress = new List<(long Second, long Count)>();
        foreach (var (field, value) in fields)
        {
            if (RequestMerge.IsProgress(field))
            {
                progress.Add((long.Parse(field.AsSpan(1), CultureInfo.InvariantCulture), long.Parse(value, CultureInfo.InvariantCulture)));
            }
        }

        progress.Sort();
        for (var i = 1; i < progress.Count; i++)
        {
            progress[i] = (progress[i].Second, Math.Max(progress[i].Count, progress[i - 1].Count));
        }

        return progress;
    }

    private string? First(string a, string b, string c) =>
        fields.GetValueOrDefault(a) ?? fields.GetValueOrDefault(b) ?? fields.GetValueOrDefault(c);

    private long? Number(string field) =>
        fields.TryGetValue(field, out var text) ? long.Parse(text, CultureInfo.InvariantCulture) : null;
}
