using System.Collections.Frozen;

namespace FakeAi.Engine.Streaming.Generators;

/// <summary>Finds generators by their name. The newest registration of a name wins.</summary>
internal sealed class StreamGenerators
{
    private readonly FrozenDictionary<string, IStreamGenerator> _byName;

    public StreamGenerators(IEnumerable<IStreamGenerator> generators)
    {
        var byName = new Dictionary<string, IStreamGenerator>(StringComparer.Ordinal);
        foreach (var generator in generators)
        {
            byName[generator.Name] = generator;
        }

        _byName = byName.ToFrozenDictionary(StringComparer.Ordinal);
        Names = string.Join(", ", byName.Keys.Order(StringComparer.Ordinal));
    }

    /// <summary>All names, for messages.</summary>
    public string Names { get; }

    public IStreamGenerator? Find(string name) => _byName.GetValueOrDefault(name);
}
