namespace FakeAi.Engine.KvCache;

/// <summary>
/// One worker's blocks, the least recently used first out. Not thread-safe.
/// <para>
/// Of a prompt's blocks an earlier one always counts as used after a later one. So the latest go first, what is kept of a
/// prompt is always its beginning, and how much of it is kept is found by halving.
/// </para>
/// </summary>
/// <param name="capacity">Most blocks.</param>
/// <param name="idleUs">How long an unused block is kept, microseconds.</param>
internal sealed class BlockCache(int capacity, long idleUs)
{
    private const int None = -1;

    private readonly Dictionary<ulong, int> _index = [];
    private Node[] _nodes = [];
    private int _newest = None;
    private int _oldest = None;
    private int _free = None;
    private int _made;

    public int Capacity => capacity;

    public int Count => _index.Count;

    /// <summary>Blocks that had to go, for want of room or of use, since the start.</summary>
    public long Evictions { get; private set; }

    /// <summary>How many of a prompt's first blocks are kept.</summary>
    public int Match(ReadOnlySpan<ulong> hashes, long nowUs)
    {
        Expire(nowUs);
        var (least, most) = (0, hashes.Length);
        while (least < most)
        {
            var middle = (least + most + 1) / 2;
            if (_index.ContainsKey(hashes[middle - 1]))
            {
                least = middle;
            }
            else
            {
                most = middle - 1;
            }
        }

        return least;
    }

    /// <summary>Keeps a prompt's blocks as the most recently used; of one too long for the cache, as many as fit.</summary>
    public void Keep(ReadOnlySpan<ulong> hashes, long nowUs)
    {
        var known = Match(hashes, nowUs);
        var behind = None;
        for (var i = known - 1; i >= 0; i--)
        {
            var node = _index[hashes[i]];
            Unlink(node);
            LinkBehind(None, node, nowUs);
            behind = i == known - 1 ? node : behind;
        }

        for (var i = known; i < Math.Min(hashes.Length, capacity); i++)
        {
            var node = Take(hashes[i]);
            LinkBehind(behind, node, nowUs);
            behind = node;
        }
    }

    /// <summary>Drops what nobody used for too long.</summary>
    public void Expire(long nowUs)
    {
        while (_oldest != None && nowUs - _nodes[_oldest].UsedUs > idleUs)
        {
            Evict();
        }
    }

    private int Take(ulong hash)
    {
        if (_index.Count == capacity)
        {
            Evict();
        }

        var node = _free;
        if (node != None)
        {
            _free = _nodes[node].Newer;
        }
        else
        {
            node = _made++;
            if (node == _nodes.Length)
            {
                Array.Resize(ref _nodes, (int)Math.Min(capacity, Math.Max(64L, _nodes.Length * 2L)));
            }
        }

        _nodes[node].Hash = hash;
        _index[hash] = node;
        return node;
    }

    private void Evict()
    {
        var node = _oldest;
        Unlink(node);
        _index.Remove(_nodes[node].Hash);
        _nodes[node].Newer = _free;
        _free = node;
        Evictions++;
    }

    /// <summary>Puts a node behind another, that is next older, or in front of all.</summary>
    private void LinkBehind(int newer, int node, long nowUs)
    {
        var older = newer == None ? _newest : _nodes[newer].Older;
        _nodes[node].UsedUs = nowUs;
        _nodes[node].Newer = newer;
        _nodes[node].Older = older;
        if (newer == None)
        {
            _newest = node;
        }
        else
        {
            _nodes[newer].Older = node;
        }

        if (older == None)
        {
            _oldest = node;
        }
        else
        {
            _nodes[older].Newer = node;
        }
    }

    private void Unlink(int node)
    {
        var (newer, older) = (_nodes[node].Newer, _nodes[node].Older);
        if (newer == None)
        {
            _newest = older;
        }
        else
        {
            _nodes[newer].Older = older;
        }

        if (older == None)
        {
            _oldest = newer;
        }
        else
        {
            _nodes[older].Newer = newer;
        }
    }

    private struct Node
    {
        public ulong Hash;
        public long UsedUs;
        public int Newer;
        public int Older;
    }
}
