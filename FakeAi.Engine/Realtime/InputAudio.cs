using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using FakeAi.Engine.Dialects.OpenAiChat;
using FakeAi.Engine.Media.Audio;

namespace FakeAi.Engine.Realtime;

/// <summary>
/// What the user says. The sound is heard, measured and forgotten: a session takes no more memory however long somebody
/// speaks. Positions count from the session's first sample.
/// </summary>
internal sealed class InputAudio(EventSink sink, RealtimeIds ids, Conversation conversation)
{
    private const int LeastCommitMs = 100;

    private readonly VoiceDetector _detector = new();
    private long _committed;
    private long _turnStart;
    private long _turnEnd;
    private string? _turnItem;

    /// <summary>Hears a piece of sound.</summary>
    /// <param name="base64">The sound.</param>
    /// <param name="turns">How turns are heard; null: they are not.</param>
    /// <param name="turned">Told when the user began (true) or ended to speak.</param>
    /// <exception cref="OpenAiFault">It is no base64.</exception>
    public void Append(string base64, TurnDetection? turns, Action<bool> turned)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Base64.GetMaxDecodedFromUtf8Length(base64.Length));
        try
        {
            if (!Convert.TryFromBase64String(base64, bytes, out var length))
            {
                throw new OpenAiFault(400, "Invalid 'audio': expected base64-encoded audio bytes.", "audio", "invalid_value");
            }

            // A threshold that nothing reaches: the sound is only counted.
            _detector.Hear(
                bytes.AsSpan(0, length), turns?.Threshold ?? double.MaxValue, turns?.SilenceMs ?? 0, (began, sample) => Turn(began, sample, turns!, turned));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <summary>Makes a message of all that was heard since the last one.</summary>
    /// <exception cref="OpenAiFault">That is too little.</exception>
    public void Commit(RealtimeConfig config)
    {
        var samples = _detector.Heard - _committed;
        if (Pcm.Milliseconds(samples) < LeastCommitMs)
        {
            throw new OpenAiFault(
                400,
                $"Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, but buffer only has {Pcm.Milliseconds(samples)}.00ms of audio.",
                code: "input_audio_buffer_commit_empty");
        }

        Commit(_turnItem ?? ids.Item(), samples, config);
        Forget();
    }

    /// <summary>Makes a message of the turn that has just ended.</summary>
    public void CommitTurn(RealtimeConfig config)
    {
        Commit(_turnItem ?? ids.Item(), _turnEnd - _turnStart, config);
        _turnItem = null;
        _committed = _turnEnd;
    }

    public void Clear()
    {
        Forget();
        sink.Send("input_audio_buffer.cleared");
    }

    /// <summary>Drops what was heard and not committed.</summary>
    public void Forget()
    {
        _detector.Reset();
        _turnItem = null;
        _committed = _detector.Heard;
    }

    private void Turn(bool began, long sample, TurnDetection turns, Action<bool> turned)
    {
        if (began)
        {
            _turnStart = Math.Max(_committed, sample - ((long)turns.PrefixMs * Pcm.SampleRate / 1000));
            _turnItem = ids.Item();
            sink.Send("input_audio_buffer.speech_started", json =>
            {
                json.WriteNumber("audio_start_ms"u8, Pcm.Milliseconds(_turnStart));
                json.WriteString("item_id"u8, _turnItem);
            });
        }
        else
        {
            _turnEnd = sample;
            sink.Send("input_audio_buffer.speech_stopped", json =>
            {
                json.WriteNumber("audio_end_ms"u8, Pcm.Milliseconds(_turnEnd));
                json.WriteString("item_id"u8, _turnItem);
            });
        }

        turned(began);
    }

    private void Commit(string id, long samples, RealtimeConfig config)
    {
        var transcript = config.Transcription is null ? null : ResponsePlanner.Transcript(samples);
        var item = new ConversationItem { Id = id, Kind = ItemKind.Message, Role = "user", Content = [new ContentPart(ContentKind.InputAudio, null, samples)] };
        var before = conversation.Append(item);
        sink.Send("input_audio_buffer.committed", json =>
        {
            json.WriteString("previous_item_id"u8, before);
            json.WriteString("item_id"u8, id);
        });
        sink.Item("conversation.item.added", before, item);
        sink.Item("conversation.item.done", before, item);
        if (transcript is not null)
        {
            conversation.Replace(item with { Content = [item.Content[0] with { Text = transcript }] });
            sink.Send("conversation.item.input_audio_transcription.delta", json => WriteTranscript(json, id, "delta", transcript));
            sink.Send("conversation.item.input_audio_transcription.completed", json =>
            {
                WriteTranscript(json, id, "transcript", transcript);
                json.WriteStartObject("usage"u8);
                json.WriteString("type"u8, "duration"u8);
                json.WriteNumber("seconds"u8, samples / (decimal)Pcm.SampleRate);
                json.WriteEndObject();
            });
        }
    }

    private static void WriteTranscript(Utf8JsonWriter json, string id, string name, string transcript)
    {
        json.WriteString("item_id"u8, id);
        json.WriteNumber("content_index"u8, 0);
        json.WriteString(name, transcript);
    }
}
