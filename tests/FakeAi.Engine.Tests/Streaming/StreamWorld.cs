using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Latency;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Streaming.Formatters;
using FakeAi.TestKit;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace FakeAi.Engine.Tests.Streaming;

/// <summary>Wheel, clock and manager on a clock that a test moves; no thread of its own.</summary>
internal sealed class StreamWorld : IDisposable
{
    private readonly WheelThread _thread;
    private int _ids;

    public StreamWorld(EngineOptions? options = null)
    {
        Clock = new EngineClock(Time);
        _thread = new WheelThread(Wheel, Clock, NullLogger<WheelThread>.Instance);
        Manager = new StreamManager(
            _thread, Clock, new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance), Options.Create(options ?? new EngineOptions()));
    }

    public ManualTimeProvider Time { get; } = new();

    public ClockWheel Wheel { get; } = new();

    public EngineClock Clock { get; }

    public StreamManager Manager { get; }

    public StreamHandle Open(string? id = null, StreamType type = StreamType.Chat) => Manager.Open(
        new StreamContext { Id = id ?? $"req_{_ids++}", Type = type, Model = "gpt-4o", Endpoint = "/v1/chat/completions" }, Clock.NowUs);

    /// <summary>A stream that runs: so many tokens, the first after a time, then one each so often.</summary>
    public PacedStream Start(
        int tokens, int firstMs, int everyMs, PipeWriter? output, IStreamObserver? observer = null, IChunkEncoder? encoder = null,
        AdaptiveChunker? chunker = null, StreamFrame? frame = null)
    {
        var stream = Make(Every(tokens, firstMs, everyMs), output, observer, encoder, chunker, frame);
        stream.Handle.Lifecycle.TryMove(StreamState.Running);
        stream.Handle.Item = stream;
        Wheel.Schedule(stream, stream.FirstDueUs);
        return stream;
    }

    public PacedStream Make(
        StreamSchedule schedule, PipeWriter? output, IStreamObserver? observer = null, IChunkEncoder? encoder = null,
        AdaptiveChunker? chunker = null, StreamFrame? frame = null) =>
        new(Words(schedule.Steps), schedule, Clock, Open(), observer ?? new Observer(), output, output is null ? null : encoder ?? new Encoder(), frame, chunker);

    /// <summary>Lets time pass, a tick each millisecond.</summary>
    public void Run(int milliseconds)
    {
        for (var i = 0; i < milliseconds; i++)
        {
            Time.Advance(TimeSpan.FromMilliseconds(1));
            Wheel.Tick(Clock.NowUs);
        }
    }

    public void Dispose() => _thread.Dispose();

    public static StreamSchedule Every(int steps, int firstMs, int everyMs) =>
        new(firstMs * 1000L, [.. Enumerable.Range(0, steps).Select(i => (firstMs + (i * everyMs)) * 1000L)]);

    public static Answer Words(int tokens) =>
        new([new AnswerChoice(
            [new AnswerPart(PartKind.Content, new string('x', tokens), [.. Enumerable.Range(1, tokens).Select(end => new TextPiece(end, 1))])], FinishReason.Stop)]);

    /// <summary>Takes all that can be read by now.</summary>
    public static string Take(PipeReader reader)
    {
        if (!reader.TryRead(out var read))
        {
            return "";
        }

        var text = Encoding.UTF8.GetString(read.Buffer);
        reader.AdvanceTo(read.Buffer.End);
        return text;
    }

    internal sealed class Encoder(int throwAt = -1) : IChunkEncoder
    {
        public void WriteStart(PipeWriter output) => output.Write("<"u8);

        public void WriteStep(PipeWriter output, int step)
        {
            if (step == throwAt)
            {
                throw new InvalidOperationException("broken");
            }

            output.Write(System.Text.Encoding.UTF8.GetBytes($"t{step}"));
        }

        public void WriteEnd(PipeWriter output) => output.Write(">"u8);
    }

    internal sealed class Observer : IStreamObserver
    {
        public List<long> First { get; } = [];

        public List<(int Tokens, long Us)> Told { get; } = [];

        public void FirstToken(long afterUs) => First.Add(afterUs);

        public void Progress(int tokens, long afterUs) => Told.Add((tokens, afterUs));
    }
}
