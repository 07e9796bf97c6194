namespace FakeAi.Collector.Metrics;

/// <summary>What counters are kept by.</summary>
/// <param name="Model">The model; empty where the request named none.</param>
/// <param name="Provider">The provider whose API was called.</param>
/// <param name="Endpoint">Route template.</param>
internal readonly record struct LabelSet(string Model, string Provider, string Endpoint)
{
    /// <summary>Label sets in all, models of the catalogue aside; each shard may name its share of them.</summary>
    public const int Limit = 1_000;

    /// <summary>What comes beyond the limit.</summary>
    public static readonly LabelSet Other = new("other", "other", "other");

    private const int MaxText = 128;
    private const char Separator = '\u001f';

    public static LabelSet Parse(string text)
    {
        var parts = text.Split(Separator);
        return parts.Length == 3 ? new LabelSet(parts[0], parts[1], parts[2]) : Other;
    }

    public override string ToString() => $"{Clean(Model)}{Separator}{Clean(Provider)}{Separator}{Clean(Endpoint)}";

    private static string Clean(string text)
    {
        text = text.Length > MaxText ? text[..MaxText] : text;
        return text.Contains(Separator, StringComparison.Ordinal) ? text.Replace(Separator, '?') : text;
    }
}
