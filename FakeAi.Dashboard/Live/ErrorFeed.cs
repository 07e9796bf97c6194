using FakeAi.Contracts.Queries;

namespace FakeAi.Dashboard.Live;

/// <summary>The newest errors. Not thread-safe.</summary>
internal sealed class ErrorFeed
{
    /// <summary>Most errors that are kept.</summary>
    public const int Max = 1000;

    private readonly Dictionary<string, ErrorItem> _byId = new(StringComparer.Ordinal);

    /// <summary>Forgets all errors.</summary>
    public void Clear() => _byId.Clear();

    /// <summary>Takes an error in, unless it is known.</summary>
    /// <returns>All errors, newest first.</returns>
    public IReadOnlyList<ErrorItem> Add(ErrorItem error) => AddRange([error]);

    /// <summary>Takes errors in, unless they are known.</summary>
    /// <returns>All errors, newest first.</returns>
    public IReadOnlyList<ErrorItem> AddRange(IReadOnlyList<ErrorItem> errors)
    {
        foreach (var error in errors)
        {
            _byId.TryAdd(error.Id, error);
        }

        ErrorItem[] ordered = [.. _byId.Values.OrderByDescending(e => e.Timestamp).ThenBy(e => e.Id, StringComparer.Ordinal)];
        foreach (var old in ordered.Skip(Max))
        {
            _byId.Remove(old.Id);
        }

        return ordered.Length > Max ? ordered[..Max] : ordered;
    }
}
