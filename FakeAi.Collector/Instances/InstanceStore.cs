using System.Globalization;
using System.Text.Json;
using FakeAi.Collector.State;
using FakeAi.Contracts;
using FakeAi.Contracts.Queries;

namespace FakeAi.Collector.Instances;

/// <summary>What the processes last told of themselves.</summary>
internal sealed class InstanceStore : IDocumentSink
{
    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(15);

    private readonly Dictionary<string, (int Shard, DateTimeOffset Time, InstanceHealth Health)> _instances = new(StringComparer.Ordinal);

    public string Prefix => StateNames.Instance;

    public void Put(int shard, string name, IReadOnlyDictionary<string, string> document)
    {
        if (JsonSerializer.Deserialize(document[InstancesProjection.Json], ContractsJsonContext.Default.InstanceHealth) is { } health)
        {
            var time = DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(document[InstancesProjection.Time], CultureInfo.InvariantCulture) / 1_000);
            _instances[health.Name] = (shard, time, health);
        }
    }

    public void Clear(int shard)
    {
        foreach (var (name, instance) in _instances)
        {
            if (instance.Shard == shard)
            {
                _instances.Remove(name);
            }
        }
    }

    public void Trim(DateTimeOffset now)
    {
        foreach (var (name, instance) in _instances)
        {
            if (now - instance.Time > s_silence)
            {
                _instances.Remove(name);
            }
        }
    }

    /// <summary>Those heard from lately, by name.</summary>
    public IReadOnlyList<InstanceHealth> Heard(DateTimeOffset now) =>
        [.. _instances.Values.Where(i => now - i.Time <= s_silence).Select(i => i.Health).OrderBy(h => h.Name, StringComparer.Ordinal)];
}
