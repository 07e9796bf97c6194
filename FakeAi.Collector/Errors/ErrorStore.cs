using System.Text.Json;
using FakeAi.Collector.State;
using FakeAi.Contracts;
using FakeAi.Contracts.Queries;

namespace FakeAi.Collector.Errors;

/// <summary>The newest errors of all shards.</summary>
internal sealed class ErrorStore : IDocumentSink
{
    private readonly SortedDictionary<(long Timestamp, string Id), (int Shard, ErrorItem Item)> _errors = [];

    public string Prefix => StateNames.Error;

    public void Put(int shard, string name, IReadOnlyDictionary<string, string> document)
    {
        if (JsonSerializer.Deserialize(document[ErrorsProjection.Json], ContractsJsonContext.Default.ErrorItem) is { } item)
        {
            _errors[(item.Timestamp, item.Id)] = (shard, item);
        }
    }

    public void Clear(int shard)
    {
        foreach (var key in _errors.Where(e => e.Value.Shard == shard).Select(e => e.Key).ToList())
        {
            _errors.Remove(key);
        }
    }

    public void Trim(DateTimeOffset now)
    {
        while (_errors.Count > ErrorsProjection.MaxErrors)
        {
            _errors.Remove(_errors.First().Key);
        }
    }

    public IReadOnlyList<ErrorItem> Newest(int count) => [.. _errors.Reverse().Take(count).Select(e => e.Value.Item)];
}
