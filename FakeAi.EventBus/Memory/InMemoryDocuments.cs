using System.Globalization;
using FakeAi.EventBus.Streams;

namespace FakeAi.EventBus.Memory;

/// <summary>Documents, indexes and the version at which each document last changed. Guarded by its shard's lock.</summary>
internal sealed class InMemoryDocuments(TimeProvider time)
{
    private readonly Dictionary<string, Document> _documents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Index> _indexes = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, string>? Get(string name) =>
        Find(name) is { } document ? new Dictionary<string, string>(document.Fields, StringComparer.Ordinal) : null;

    public IReadOnlyList<KeyValuePair<string, long>> Range(string index, int count) =>
        _indexes.TryGetValue(index, out var found)
            ? [.. found.Members.Reverse().Take(count).Select(m => KeyValuePair.Create(m.Member, m.Score))]
            : [];

    public IReadOnlyList<string> ChangedAfter(long version) =>
        [.. _documents.Where(d => d.Value.Changed > version).Select(d => d.Key).Where(name => Find(name) is not null)];

    /// <summary>Adds to counters, to all or to none.</summary>
    /// <exception cref="EventLogRejectedException">A field is not a number, or has no room.</exception>
    public void Increment(IEnumerable<IncrementFields> increments, long version)
    {
        var sums = new Dictionary<(string Document, string Field), long>();
        foreach (var increment in increments)
        {
            foreach (var (field, by) in increment.Fields)
            {
                var name = (increment.Document, field);
                if (!sums.TryGetValue(name, out var value)
                    && Find(increment.Document)?.Fields.TryGetValue(field, out var text) == true
                    && !long.TryParse(text, CultureInfo.InvariantCulture, out value))
                {
                    throw new EventLogRejectedException("hash value is not an integer");
                }

                try
                {
                    sums[name] = checked(value + by);
                }
                catch (OverflowException e)
                {
                    throw new EventLogRejectedException("increment or decrement would overflow", e);
                }
            }
        }

        foreach (var ((document, field), value) in sums)
        {
            Make(document, version)[field] = value.ToString(CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Does what an operation says; increments are done already.</summary>
    public void Apply(StateOp op, long version)
    {
        switch (op)
        {
            case SetFields set:
                var fields = Make(set.Document, version);
                foreach (var (field, value) in set.Fields)
                {
                    fields[field] = value;
                }

                break;
            case RemoveFields remove when Find(remove.Document) is { } document:
                document.Changed = version;
                foreach (var field in remove.Fields)
                {
                    document.Fields.Remove(field);
                }

                break;
            case DeleteDocument delete:
                _documents.Remove(delete.Document);
                break;
            case ClearDocument clear:
                _documents[clear.Document] = Tombstone(clear.Seconds);
                break;
            case ExpireDocument expire when Find(expire.Document) is { } document:
                document.Expires = time.GetUtcNow().AddSeconds(expire.Seconds);
                break;
            case AddToIndex add:
                GetIndex(add.Index).Set(add.Member, add.Score);
                break;
            case RemoveFromIndex remove:
                GetIndex(remove.Index).Remove(remove.Member);
                break;
            case TrimIndex trim:
                var index = GetIndex(trim.Index);
                Trim(index, index.Members.Take(Math.Max(0, index.Members.Count - trim.Keep)), trim.DocumentPrefix);
                break;
            case TrimIndexBelow trim:
                var below = GetIndex(trim.Index);
                Trim(below, below.Members.TakeWhile(m => m.Score < trim.MinScore), trim.DocumentPrefix);
                break;
        }
    }

    public void Reset(StateReset reset, long version)
    {
        foreach (var name in _documents.Keys.Where(n => reset.DocumentPrefixes.Any(p => n.StartsWith(p, StringComparison.Ordinal))).ToList())
        {
            _documents.Remove(name);
            if (name.StartsWith(reset.TombstonePrefix, StringComparison.Ordinal))
            {
                _documents[name] = Tombstone(reset.TombstoneSeconds);
            }
        }

        foreach (var index in reset.Indexes)
        {
            _indexes.Remove(index);
        }

        if (reset.Mark is not null)
        {
            Apply(reset.Mark, version);
        }
    }

    private Document Tombstone(int seconds) => new()
    {
        Fields = { [StateReset.TombstoneField] = "1" },
        Expires = time.GetUtcNow().AddSeconds(seconds),
    };

    private void Trim(Index index, IEnumerable<(long Score, string Member)> members, string documentPrefix)
    {
        foreach (var (_, member) in members.ToList())
        {
            index.Remove(member);
            _documents.Remove(documentPrefix + member);
        }
    }

    private Dictionary<string, string> Make(string name, long version)
    {
        var document = Find(name) ?? (_documents[name] = new Document());
        document.Changed = version;
        return document.Fields;
    }

    private Document? Find(string name)
    {
        if (!_documents.TryGetValue(name, out var document))
        {
            return null;
        }

        if (document.Expires > time.GetUtcNow())
        {
            return document;
        }

        _documents.Remove(name);
        return null;
    }

    private Index GetIndex(string name)
    {
        if (!_indexes.TryGetValue(name, out var index))
        {
            _indexes[name] = index = new Index();
        }

        return index;
    }

    private sealed class Document
    {
        public Dictionary<string, string> Fields { get; } = new(StringComparer.Ordinal);

        public DateTimeOffset Expires { get; set; } = DateTimeOffset.MaxValue;

        /// <summary>0 for tombstones, which nobody needs to read anew.</summary>
        public long Changed { get; set; }
    }

    private sealed class Index
    {
        private readonly Dictionary<string, long> _scores = new(StringComparer.Ordinal);

        public SortedSet<(long Score, string Member)> Members { get; } =
            new(Comparer<(long Score, string Member)>.Create(static (a, b) =>
                a.Score != b.Score ? a.Score.CompareTo(b.Score) : string.CompareOrdinal(a.Member, b.Member)));

        public void Set(string member, long score)
        {
            Remove(member);
            _scores[member] = score;
            Members.Add((score, member));
        }

        public void Remove(string member)
        {
            if (_scores.Remove(member, out var score))
            {
                Members.Remove((score, member));
            }
        }
    }
}
