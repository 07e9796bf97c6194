namespace FakeAi.Engine.Generation.Tokens;

/// <summary>
/// A binary heap of pairs: the lowest rank first, of equal ranks the leftmost. Each merge takes at least one pair and
/// brings at most two, so twice as many places as bytes are enough.
/// </summary>
internal ref struct PairHeap(Span<ulong> places)
{
    private readonly Span<ulong> _places = places;
    private int _count;

    public void Push(int rank, int at)
    {
        var item = ((ulong)rank << 32) | (uint)at;
        var hole = _count++;
        while (hole > 0)
        {
            var parent = (hole - 1) >> 1;
            if (_places[parent] <= item)
            {
                break;
            }

            _places[hole] = _places[parent];
            hole = parent;
        }

        _places[hole] = item;
    }

    public bool TryPop(out int rank, out int at)
    {
        if (_count == 0)
        {
            (rank, at) = (0, 0);
            return false;
        }

        (rank, at) = ((int)(_places[0] >> 32), (int)(uint)_places[0]);
        var item = _places[--_count];
        var hole = 0;
        while ((2 * hole) + 1 is var child && child < _count)
        {
            if (child + 1 < _count && _places[child + 1] < _places[child])
            {
                child++;
            }

            if (_places[child] >= item)
            {
                break;
            }

            _places[hole] = _places[child];
            hole = child;
        }

        _places[hole] = item;
        return true;
    }
}
