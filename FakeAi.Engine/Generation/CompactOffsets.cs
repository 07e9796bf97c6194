namespace FakeAi.Engine.Generation;

/// <summary>Rising offsets, in half the memory where all are below 65,536: every stream holds some for as long as it runs.</summary>
internal readonly struct CompactOffsets
{
    private readonly ushort[]? _short;
    private readonly int[]? _long;

    public CompactOffsets(ReadOnlySpan<int> offsets)
    {
        if (!offsets.IsEmpty && offsets[^1] > ushort.MaxValue)
        {
            _long = offsets.ToArray();
            return;
        }

        _short = new ushort[offsets.Length];
        for (var i = 0; i < offsets.Length; i++)
        {
            _short[i] = (ushort)offsets[i];
        }
    }

    public int Count => _long?.Length ?? _short?.Length ?? 0;

    public int this[int index] => _long is null ? _short![index] : _long[index];
}
