namespace FakeAi.EventBus;

/// <summary>32-bit FNV-1a over UTF-16 code units, low byte first. The same on every machine: it decides which shard an event goes to.</summary>
internal static class Fnv1a
{
    private const uint Offset = 2166136261;
    private const uint Prime = 16777619;

    public static uint Hash(ReadOnlySpan<char> text)
    {
        var hash = Offset;
        foreach (var c in text)
        {
            hash = (hash ^ (byte)c) * Prime;
            if (c > 0xFF)
            {
                hash = (hash ^ (uint)(c >> 8)) * Prime;
            }
        }

        return hash;
    }

    /// <summary>The shard of a request or, for events without one, of an instance.</summary>
    public static int Shard(ReadOnlySpan<char> key, int shards) => (int)(Hash(key) % (uint)shards);
}
