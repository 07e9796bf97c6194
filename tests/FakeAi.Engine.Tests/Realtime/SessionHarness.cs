using System.Text;
using System.Text.Json;
using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Hosting;
using FakeAi.Engine.Latency;
using FakeAi.Engine.Pipeline;
using FakeAi.Engine.Realtime;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Tests.Dialects;
using FakeAi.Engine.Workers;
using FakeAi.TestKit;
using Microsoft.Extensions.Options;

namespace FakeAi.Engine.Tests.Realtime;

/// <summary>A session without a socket: events in, events out, and a clock that the test moves. Checks every event against OpenAI's description.</summary>
internal sealed class SessionHarness
{
    private static readonly Tokenizers s_tokenizers = new();

    private readonly List<JsonElement> _events = [];
    private readonly List<JsonElement> _news = [];
    private int _decided;

    public SessionHarness(double timeScale = 1, ulong seed = 1, string model = "gpt-realtime", Action<WorkerOptions>? workers = null)
    {
        Assert.True(ModelCatalogue.Default.TryGet(model, out var info));
        var options = Options.Create(new EngineOptions());
        workers?.Invoke(options.Value.Workers);
        var clock = new EngineClock(Time);
        Pool = new WorkerPool(clock, Time, options);
        var places = new WorkerPlaces(Pool, new LatencyProfiles(ModelCatalogue.Default, options), s_tokenizers, new RecordingPublisher(), options);
        var planner = new ResponsePlanner(new AnswerGenerator(s_tokenizers), s_tokenizers, new LatencyModel(timeScale), places);
        var call = new ResponseCall(new RequestArrival("req_1", 0, Deterministic: false), info, model, default);
        Session = new RealtimeSession(
            call, planner, response => new ResponsePlace(left => places.EnterAsync(response, left), () => Interlocked.Increment(ref _decided)),
            new RealtimeIds(seed), Take, 42, 1_900_000_000);
    }

    /// <summary>The workers' clock; the session's own is <see cref="NowUs"/>.</summary>
    public ManualTimeProvider Time { get; } = new();

    public WorkerPool Pool { get; }

    /// <summary>How often the session was told that a wait for a place is over.</summary>
    public int Decided => Volatile.Read(ref _decided);

    public RealtimeSession Session { get; }

    public long NowUs { get; private set; } = 1_000_000;

    /// <summary>All events so far.</summary>
    public IReadOnlyList<JsonElement> Events => _events;

    /// <summary>The events since the last call.</summary>
    public JsonElement[] News()
    {
        JsonElement[] news = [.. _news];
        _news.Clear();
        return news;
    }

    public static string[] Types(IEnumerable<JsonElement> events) => [.. events.Select(Type)];

    public static string Type(JsonElement e) => e.GetProperty("type").GetString()!;

    public JsonElement[] Send(string json)
    {
        Session.Receive(Encoding.UTF8.GetBytes(json), NowUs);
        return News();
    }

    public JsonElement[] Say(string text) => Send(JsonSerializer.Serialize(new
    {
        type = "conversation.item.create",
        item = new { type = "message", role = "user", content = new[] { new { type = "input_text", text } } },
    }));

    /// <summary>Sends sound in pieces of 100 ms: a tone of the given level, or silence.</summary>
    public JsonElement[] Hear(int ms, short level)
    {
        for (var at = 0; at < ms; at += 100)
        {
            Session.Receive(Encoding.UTF8.GetBytes($$"""{"type":"input_audio_buffer.append","audio":"{{Microphone.Sound(Math.Min(100, ms - at), level)}}"}"""), NowUs);
        }

        return News();
    }

    /// <summary>Lets time pass, a millisecond at a time.</summary>
    public JsonElement[] Pass(int ms)
    {
        for (var i = 0; i < ms; i++)
        {
            NowUs += 1000;
            Session.Advance(NowUs);
        }

        return News();
    }

    /// <summary>Lets time pass until nothing is due any more.</summary>
    public JsonElement[] PassAll()
    {
        while (Session.DueUs != long.MaxValue)
        {
            NowUs = Math.Max(NowUs, Session.DueUs);
            Session.Advance(NowUs);
        }

        return News();
    }

    private void Take(ReadOnlyMemory<byte> text)
    {
        var json = JsonElement.Parse(text.Span);
        RealtimeSchemas.AssertConforms(json);
        _events.Add(json);
        _news.Add(json);
    }
}

/// <summary>Makes what a microphone would send.</summary>
internal static class Microphone
{
    /// <summary>Base64 of a square tone of 200 Hz at 24 kHz; level 0 is silence.</summary>
    public static string Sound(int ms, short level)
    {
        var bytes = new byte[ms * 48];
        for (var i = 0; i < bytes.Length / 2; i++)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(2 * i), i / 60 % 2 == 0 ? level : (short)-level);
        }

        return Convert.ToBase64String(bytes);
    }
}

/// <summary>Which schema describes which event.</summary>
internal static class RealtimeSchemas
{
    public static void AssertConforms(JsonElement e) => MediaExchange.AssertConforms("RealtimeServerEvent" + Name(SessionHarness.Type(e)), e);

    private static string Name(string type) => type switch
    {
        "response.output_audio.delta" => "ResponseAudioDelta",
        "response.output_audio.done" => "ResponseAudioDone",
        "response.output_audio_transcript.delta" => "ResponseAudioTranscriptDelta",
        "response.output_audio_transcript.done" => "ResponseAudioTranscriptDone",
        "response.output_text.delta" => "ResponseTextDelta",
        "response.output_text.done" => "ResponseTextDone",
        _ => string.Concat(type.Split('.', '_').Select(w => char.ToUpperInvariant(w[0]) + w[1..])),
    };
}
