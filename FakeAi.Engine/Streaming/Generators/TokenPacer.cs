using FakeAi.Engine.Latency;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Streaming.Generators;

/// <summary>
/// The latency model's times for a stream whose length nobody knows: its schedule is laid out block by block, each from a seed
/// of its own.
/// </summary>
/// <param name="latency">The model.</param>
/// <param name="inputs">What its times depend on.</param>
/// <param name="seed">The stream's seed.</param>
/// <param name="timing">The timing that the request asks for.</param>
internal sealed class TokenPacer(LatencyModel latency, LatencyInputs inputs, ulong seed, LatencyOverrides timing)
{
    private const ulong Purpose = 0x9ACE2;
    private const int Gaps = 256;

    private readonly long _leastGapUs = !timing.Fast && timing.MaxTokensPerSecond is { } cap and > 0 ? (long)((1e6 / cap) + 0.5) : 0;

    // The cap holds across blocks and chunks: it is applied here, to each token.
    private readonly LatencyOverrides _timing = timing with { MaxTokensPerSecond = null };
    private StreamSchedule? _block;
    private ulong _blocks;
    private int _gap;
    private bool _begun;
    private long _atUs;

    /// <summary>When a chunk is due, microseconds after the request's receipt: when all its tokens are there.</summary>
    public long Next(StreamChunk chunk)
    {
        if (chunk.Delay is { } delay)
        {
            _begun = true;
            return _atUs += Math.Max(0, delay.Ticks / TimeSpan.TicksPerMicrosecond);
        }

        var gaps = chunk.TokenCount;
        if (!_begun)
        {
            _begun = true;
            _atUs = Block().TtftUs;
            gaps--;
        }

        for (; gaps > 0; gaps--)
        {
            _atUs += Math.Max(_leastGapUs, NextGap());
        }

        return _atUs;
    }

    private long NextGap()
    {
        var block = Block();
        var gap = block.DueUs(_gap + 1) - block.DueUs(_gap);
        if (++_gap == Gaps)
        {
            (_block, _gap) = (null, 0);
        }

        return gap;
    }

    private StreamSchedule Block() => _block ??= latency.Plan(
        inputs, Gaps + 1, static _ => 1, SeedHash.Derive(seed, Purpose + (_blocks++ << 24)), _timing);
}
