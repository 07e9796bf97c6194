namespace FakeAi.Engine.Streaming;

/// <summary>
/// Finds how many pieces of an answer go into one chunk. While chunks come later than the target the size doubles, so that
/// relief comes fast; while they come within half of it the size shrinks by a quarter, so that one late chunk is soon forgotten.
/// </summary>
/// <param name="targetDelayMs">The delay to stay under, milliseconds.</param>
/// <param name="initial">The size to begin with and to come back to.</param>
/// <param name="most">The largest size.</param>
internal sealed class AdaptiveChunker(double targetDelayMs = 50, int initial = 1, int most = 64)
{
    private readonly int _initial = initial;
    private int _size = initial;

    /// <summary>Pieces a chunk, from the initial size to the largest.</summary>
    public int Size => _size;

    /// <summary>Takes in how late the newest chunk was, milliseconds.</summary>
    public void Adjust(double delayMs)
    {
        if (delayMs > targetDelayMs)
        {
            _size = Math.Min(most, _size * 2);
        }
        else if (delayMs < targetDelayMs / 2)
        {
            _size = Math.Max(_initial, _size - Math.Max(1, _size / 4));
        }
    }
}
