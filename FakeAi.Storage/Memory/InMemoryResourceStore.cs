using FakeAi.Storage.Resources;

namespace FakeAi.Storage.Memory;

/// <summary>The store of a single process without Redis: the same behaviour, gone with the process.</summary>
internal sealed class InMemoryResourceStore(TimeProvider time) : IResourceStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Kind, string Id), Entry> _documents = [];
    private readonly Dictionary<(string Kind, string Owner), SortedList<long, Entry>> _indexes = [];
    private readonly Dictionary<(string Kind, string Id), Lease> _leases = [];
    private long _sequence;

    public ValueTask<CreateOutcome> CreateAsync(Resource resource, int most, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(resource);
        lock (_lock)
        {
            var index = Index(resource.Kind, resource.Owner);
            if (_documents.ContainsKey((resource.Kind, resource.Id)))
            {
                return ValueTask.FromResult(CreateOutcome.Exists);
            }

            if (index.Count >= most)
            {
                return ValueTask.FromResult(CreateOutcome.Full);
            }

            var entry = new Entry(++_sequence, resource with { Version = 1 });
            _documents.Add((resource.Kind, resource.Id), entry);
            index.Add(entry.Sequence, entry);
            return ValueTask.FromResult(CreateOutcome.Created);
        }
    }

    public ValueTask<Resource?> GetAsync(string kind, string owner, string id, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return ValueTask.FromResult(Find(kind, owner, id) is { } entry && IsAlive(entry) ? entry.Resource : null);
        }
    }

    public ValueTask<bool> ExistsAsync(string kind, string id, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return ValueTask.FromResult(_documents.ContainsKey((kind, id)));
        }
    }

    public ValueTask<ResourcePage?> ListAsync(ResourceQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(query.Limit, nameof(query));
        lock (_lock)
        {
            var (lowId, highId) = query.Descending ? (query.Before, query.After) : (query.After, query.Before);
            if (!TryBound(query, lowId, 0, out var low) || !TryBound(query, highId, long.MaxValue, out var high))
            {
                return ValueTask.FromResult<ResourcePage?>(null);
            }

            var backwards = query is { Before: not null, After: null };
            var upwards = query.Descending == backwards;
            var all = Index(query.Kind, query.Owner).Values
                .Where(e => e.Sequence > low && e.Sequence < high && IsAlive(e) && (query.Label is null || e.Resource.Label == query.Label))
                .Select(static e => e.Resource);
            var found = (upwards ? all : all.Reverse()).Take(query.Limit + 1).ToList();
            var more = found.Count > query.Limit;
            if (more)
            {
                found.RemoveAt(query.Limit);
            }

            if (backwards)
            {
                found.Reverse();
            }

            return ValueTask.FromResult<ResourcePage?>(new ResourcePage(found, more));
        }
    }

    public ValueTask<ChangeOutcome> ReplaceAsync(Resource changed, string? leaseHolder, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(changed);
        lock (_lock)
        {
            if (Find(changed.Kind, changed.Owner, changed.Id) is not { } entry)
            {
                return ValueTask.FromResult(ChangeOutcome.Missing);
            }

            if (entry.Resource.Version != changed.Version)
            {
                return ValueTask.FromResult(ChangeOutcome.Conflict);
            }

            if (leaseHolder is not null && HolderOf(changed.Kind, changed.Id) != leaseHolder)
            {
                return ValueTask.FromResult(ChangeOutcome.LeaseLost);
            }

            entry.Resource = changed with { Version = changed.Version + 1 };
            return ValueTask.FromResult(ChangeOutcome.Changed);
        }
    }

    public ValueTask<bool> DeleteAsync(string kind, string owner, string id, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (Find(kind, owner, id) is not { } entry)
            {
                return ValueTask.FromResult(false);
            }

            _documents.Remove((kind, id));
            _leases.Remove((kind, id));
            Index(kind, owner).Remove(entry.Sequence);
            return ValueTask.FromResult(true);
        }
    }

    public ValueTask<IReadOnlyList<Resource>> ExpiredAsync(int most, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return ValueTask.FromResult<IReadOnlyList<Resource>>(
                [.. _documents.Values.Where(e => !IsAlive(e)).OrderBy(static e => e.Resource.ExpiresAt).Take(most).Select(static e => e.Resource)]);
        }
    }

    public ValueTask<IReadOnlyList<Resource>> OpenAsync(string kind, int most, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return ValueTask.FromResult<IReadOnlyList<Resource>>(
                [.. _documents.Values.Where(e => e.Resource.Open && e.Resource.Kind == kind).OrderBy(static e => e.Sequence).Take(most).Select(static e => e.Resource)]);
        }
    }

    public ValueTask<bool> TryLeaseAsync(string kind, string id, string holder, TimeSpan life, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (HolderOf(kind, id) is { } other && other != holder)
            {
                return ValueTask.FromResult(false);
            }

            _leases[(kind, id)] = new Lease(holder, time.GetUtcNow() + life);
            return ValueTask.FromResult(true);
        }
    }

    public ValueTask ReleaseAsync(string kind, string id, string holder, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (HolderOf(kind, id) == holder)
            {
                _leases.Remove((kind, id));
            }
        }

        return ValueTask.CompletedTask;
    }

    private SortedList<long, Entry> Index(string kind, string owner)
    {
        if (!_indexes.TryGetValue((kind, owner), out var index))
        {
            _indexes.Add((kind, owner), index = []);
        }

        return index;
    }

    private Entry? Find(string kind, string owner, string id) =>
        _documents.TryGetValue((kind, id), out var entry) && entry.Resource.Owner == owner ? entry : null;

    private bool TryBound(ResourceQuery query, string? id, long otherwise, out long bound)
    {
        bound = otherwise;
        if (id is null)
        {
            return true;
        }

        if (Find(query.Kind, query.Owner, id) is not { } entry)
        {
            return false;
        }

        bound = entry.Sequence;
        return true;
    }

    private string? HolderOf(string kind, string id) =>
        _leases.TryGetValue((kind, id), out var lease) && lease.Until > time.GetUtcNow() ? lease.Holder : null;

    private bool IsAlive(Entry entry) => entry.Resource.ExpiresAt is not { } end || end > time.GetUtcNow();

    private sealed class Entry(long sequence, Resource resource)
    {
        public long Sequence => sequence;

        public Resource Resource { get; set; } = resource;
    }

    private readonly record struct Lease(string Holder, DateTimeOffset Until);
}
