using FakeAi.Engine.Latency;

namespace FakeAi.Engine.Streaming;

/// <summary>When each token of a stream was told. Microseconds after the request was received.</summary>
/// <param name="content">What is told.</param>
/// <param name="schedule">When each step was due.</param>
/// <param name="streamed">False for an answer that is sent whole: of it only the number is kept.</param>
/// <param name="observer">Told of the first token and of progress.</param>
/// <param name="progressEveryUs">How often of progress.</param>
internal sealed class TokenTimes(IPacedContent content, StreamSchedule schedule, bool streamed, IStreamObserver observer, long progressEveryUs)
{
    private const int TickUs = 1000;

    // Made with the first token: many streams wait long for it.
    private int[] _deltas = [];
    private long _lastUs;
    private long _progressUs;

    public int Tokens { get; private set; }

    public long? FirstUs { get; private set; }

    public long? LastUs => Tokens > 0 ? _lastUs : null;

    /// <summary>For each token but the first the time since the one before it; empty for an answer that is sent whole.</summary>
    public int[] Deltas() => FirstUs is null || Tokens < 2 ? [] : _deltas.AsSpan(0, Tokens - 1).ToArray();

    /// <summary>Notes the steps that were told at a time; gives how many of them were merged with a later one.</summary>
    public int Told(int from, int to, long at)
    {
        var lastTick = schedule.DueUs(to - 1) / TickUs;
        var merged = 0;
        for (var step = from; step < to; step++)
        {
            if (streamed)
            {
                merged += schedule.DueUs(step) / TickUs < lastTick ? 1 : 0;
                Told(content.TokensIn(step), at);
            }
            else
            {
                Tokens += content.TokensIn(step);
            }
        }

        _lastUs = at;
        if (to < schedule.Steps && at - _progressUs >= progressEveryUs)
        {
            _progressUs = at;
            observer.Progress(Tokens, at);
        }

        return merged;
    }

    private void Told(int tokens, long at)
    {
        for (var i = 0; i < tokens; i++, Tokens++)
        {
            if (FirstUs is null)
            {
                FirstUs = at;
                _deltas = new int[content.OutputTokens - 1];
                observer.FirstToken(at);
            }
            else
            {
                _deltas[Tokens - 1] = (int)Math.Min(int.MaxValue, at - _lastUs);
            }

            _lastUs = at;
        }
    }
}
