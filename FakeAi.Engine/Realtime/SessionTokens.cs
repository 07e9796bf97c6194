using FakeAi.Engine.Streaming;
using FakeAi.Engine.Telemetry;

namespace FakeAi.Engine.Realtime;

/// <summary>When a session's tokens were told, as events tell it; their times are bounded, their number is not.</summary>
internal sealed class SessionTokens(StreamHandle handle, StreamEvents journal, long progressEveryUs)
{
    private const int MostTimes = 2_000;

    private readonly List<int> _deltas = [];
    private int _tokens;
    private long? _firstUs;
    private long _lastUs;
    private long _progressUs;

    /// <summary>Notes tokens that were told at a time.</summary>
    public void Told(int tokens, long nowUs)
    {
        if (tokens == 0)
        {
            return;
        }

        var at = nowUs - handle.ReceivedUs;
        handle.Recorder.Wrote(1, tokens, 0, nowUs);
        _tokens += tokens;
        for (var i = 0; i < tokens; i++)
        {
            if (_firstUs is null)
            {
                _firstUs = at;
                journal.FirstToken(at);
            }
            else if (_deltas.Count < MostTimes - 1)
            {
                _deltas.Add((int)Math.Min(int.MaxValue, at - _lastUs));
            }

            _lastUs = at;
        }

        if (at - _progressUs >= progressEveryUs)
        {
            _progressUs = at;
            journal.Progress(_tokens, at);
        }
    }

    /// <summary>How the session ended.</summary>
    public StreamOutcome Outcome() => new(
        StreamOutcome.EndOf(handle.Lifecycle.State), _tokens, _firstUs, _firstUs is null ? null : _lastUs, [.. _deltas], handle.Recorder.MaxLagUs,
        MergedChunks: 0, Started: true)
    {
        Cause = handle.Lifecycle.Cause,
    };
}
