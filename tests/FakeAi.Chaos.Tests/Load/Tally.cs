using FakeAi.Contracts.Queries;

namespace FakeAi.Chaos.Tests.Load;

/// <summary>How many requests ended how, by model: as the clients saw it, or as the metrics tell it. Written as text, to be compared.</summary>
internal sealed class Tally
{
    private readonly SortedDictionary<string, (long Completed, long Failed, long Cancelled)> _models = new(StringComparer.Ordinal);

    /// <summary>Adds what clients saw.</summary>
    public void Add(IEnumerable<ClientOutcome> outcomes)
    {
        foreach (var outcome in outcomes)
        {
            var (completed, failed, cancelled) = _models.GetValueOrDefault(outcome.Request.Model);
            _models[outcome.Request.Model] = outcome.End switch
            {
                ClientEnd.Completed => (completed + 1, failed, cancelled),
                ClientEnd.Failed => (completed, failed + 1, cancelled),
                _ => (completed, failed, cancelled + 1),
            };
        }
    }

    /// <summary>What the metrics tell.</summary>
    public static Tally Of(MetricsSnapshot snapshot)
    {
        var tally = new Tally();
        foreach (var model in snapshot.ByModel)
        {
            tally._models[model.Model] = (model.Requests - model.Errors - model.Cancelled, model.Errors, model.Cancelled);
        }

        return tally;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Join("; ", _models.Select(m => $"{m.Key}: {m.Value.Completed} completed, {m.Value.Failed} failed, {m.Value.Cancelled} cancelled"));
}
