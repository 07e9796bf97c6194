using System.Text.Json;
using FakeAi.Engine.Dialects.OpenAiChat;
using FakeAi.Engine.Latency;
using FakeAi.Engine.Media.Audio;

namespace FakeAi.Engine.Realtime;

/// <summary>A response under way: tells its events step by step.</summary>
internal sealed class ActiveResponse : IDisposable
{
    private readonly ResponsePlan _plan;
    private readonly ResponsePlace _place;
    private readonly EventSink _sink;
    private readonly Conversation _conversation;
    private readonly string _conversationId;
    private readonly SpeechRenderer? _renderer;
    private readonly byte[] _sound = new byte[Pcm.BytesPerToken];
    private readonly string _callId;
    private readonly JsonEncodedText _id;
    private readonly string _itemId;
    private StreamSchedule? _schedule;
    private ConversationItem? _item;
    private int _step;
    private int _told;

    public ActiveResponse(
        ResponsePlan plan, ResponsePlace place, EventSink sink, Conversation conversation, string conversationId, RealtimeIds ids, long nowUs)
    {
        _plan = plan;
        _place = place;
        _sink = sink;
        _conversation = conversation;
        _conversationId = conversationId;
        _renderer = plan.Part.Speech is { } speech ? new SpeechRenderer(speech.Score, speech.Voice) : null;
        _id = JsonEncodedText.Encode(ids.Response());
        _itemId = ids.Item();
        _callId = plan.Function is null ? "" : ids.Call();
        StartUs = nowUs;
        _sink.Send("response.created", json => WriteResponse(json, "in_progress", reason: null));
    }

    public string Id => _id.Value;

    /// <summary>When it was created; later when it was held in between.</summary>
    public long StartUs { get; set; }

    /// <summary>When its next step, or its end, is due; while it waits for its place, when that is decided.</summary>
    public long DueUs =>
        _schedule is { } schedule ? StartUs + (_step < schedule.Steps ? schedule.DueUs(_step) : schedule.EndUs)
        : _place.IsDecided ? StartUs
        : long.MaxValue;

    /// <summary>Whether its steps have their times.</summary>
    public bool IsScheduled => _schedule is not null;

    public bool Over => _step >= _plan.Part.Pieces.Count;

    public int InputTokens => _plan.InputTextTokens + _plan.InputAudioTokens;

    /// <summary>Tokens told so far: of sound, and of text.</summary>
    public int OutputTokens { get; private set; }

    private int AudioTokens => _renderer is null ? 0 : _step;

    /// <summary>Gives its steps their times once its place is decided. False where there is none for it.</summary>
    public bool TrySchedule(ResponsePlanner planner)
    {
        if (_place.Slot is not { } slot)
        {
            return false;
        }

        _schedule = planner.Schedule(_plan, slot);
        return true;
    }

    /// <summary>Tells the next step.</summary>
    /// <returns>How many tokens it told.</returns>
    public int Step()
    {
        Begin();
        var piece = _plan.Part.Pieces[_step];

        // The words that begin to be heard in this step go ahead of it.
        TellText(piece.End);
        _step++;
        if (_renderer is not null)
        {
            var length = _renderer.Render(_sound);
            _sink.Send("response.output_audio.delta", json =>
            {
                WritePlace(json, content: true);
                json.WriteBase64String("delta"u8, _sound.AsSpan(0, length));
            });
        }

        OutputTokens += piece.Tokens;
        return piece.Tokens;
    }

    /// <summary>Frees its place.</summary>
    public void Dispose() => _place.Dispose();

    /// <summary>Tells its end.</summary>
    /// <param name="status"><c>completed</c>, <c>cancelled</c> or <c>failed</c>; a response that its limit cuts is <c>incomplete</c>.</param>
    /// <param name="reason">Why, of a cancelled one.</param>
    public void Finish(string status, string? reason)
    {
        if (status == "completed")
        {
            Begin();
            (status, reason) = _plan.Cut ? ("incomplete", "max_output_tokens") : (status, reason);
        }

        if (_item is not null)
        {
            EndItem(status == "completed" ? status : "incomplete");
        }

        _sink.Send("response.done", json => WriteResponse(json, status, reason));
    }

    private void Begin()
    {
        if (_item is not null)
        {
            return;
        }

        _item = new ConversationItem
        {
            Id = _itemId, Kind = _plan.Function is null ? ItemKind.Message : ItemKind.FunctionCall, Role = "assistant", Status = "in_progress",
            CallId = _callId, Name = _plan.Function ?? "",
        };
        var before = _conversation.Append(_item);
        _sink.Send("response.output_item.added", WriteItem);
        _sink.Item("conversation.item.added", before, _item);
        if (_plan.Function is null)
        {
            _sink.Send("response.content_part.added", json => WritePart(json, ""));
        }
    }

    private void TellText(int end)
    {
        if (end <= _told)
        {
            return;
        }

        var delta = _plan.Part.Text[_told..end];
        _told = end;
        var type = _renderer is not null ? "response.output_audio_transcript.delta"
            : _plan.Function is not null ? "response.function_call_arguments.delta"
            : "response.output_text.delta";
        _sink.Send(type, json =>
        {
            WritePlace(json, content: _plan.Function is null);
            json.WriteString("delta"u8, delta);
        });
    }

    private void EndItem(string status)
    {
        var told = _plan.Part.Text[.._told];
        if (_plan.Function is not null)
        {
            _item = _item! with { Status = status, Payload = told };
            _sink.Send("response.function_call_arguments.done", json =>
            {
                WritePlace(json, content: false);
                json.WriteString("name"u8, _plan.Function);
                json.WriteString("arguments"u8, told);
            });
        }
        else
        {
            var part = _renderer is null
                ? new ContentPart(ContentKind.OutputText, told)
                : new ContentPart(ContentKind.OutputAudio, told, _plan.Part.Speech!.Bytes(_step) / Pcm.BytesPerSample);
            _item = _item! with { Status = status, Content = [part] };
            if (_renderer is not null)
            {
                _sink.Send("response.output_audio.done", json => WritePlace(json, content: true));
            }

            _sink.Send(_renderer is null ? "response.output_text.done" : "response.output_audio_transcript.done", json =>
            {
                WritePlace(json, content: true);
                json.WriteString(_renderer is null ? "text"u8 : "transcript"u8, told);
            });
            _sink.Send("response.content_part.done", json => WritePart(json, told));
        }

        if (_conversation.Has(_itemId))
        {
            _conversation.Replace(_item);
            _sink.Item("conversation.item.done", _conversation.Before(_itemId), _item);
        }

        _sink.Send("response.output_item.done", WriteItem);
    }

    private void WritePlace(Utf8JsonWriter json, bool content)
    {
        json.WriteString("response_id"u8, _id);
        json.WriteString("item_id"u8, _itemId);
        json.WriteNumber("output_index"u8, 0);
        if (content)
        {
            json.WriteNumber("content_index"u8, 0);
        }
        else
        {
            json.WriteString("call_id"u8, _callId);
        }
    }

    private void WriteItem(Utf8JsonWriter json)
    {
        json.WriteString("response_id"u8, _id);
        json.WriteNumber("output_index"u8, 0);
        json.WritePropertyName("item"u8);
        _item!.Write(json);
    }

    private void WritePart(Utf8JsonWriter json, string told)
    {
        WritePlace(json, content: true);
        json.WriteStartObject("part"u8);
        json.WriteString("type"u8, _renderer is null ? "text"u8 : "audio"u8);
        json.WriteString(_renderer is null ? "text"u8 : "transcript"u8, told);
        json.WriteEndObject();
    }

    private void WriteResponse(Utf8JsonWriter json, string status, string? reason)
    {
        json.WriteStartObject("response"u8);
        json.WriteString("object"u8, "realtime.response"u8);
        json.WriteString("id"u8, _id);
        json.WriteString("status"u8, status);
        if (reason is not null)
        {
            json.WriteStartObject("status_details"u8);
            json.WriteString("type"u8, status);
            json.WriteString("reason"u8, reason);
            json.WriteEndObject();
        }
        else if (status == "failed")
        {
            WriteFailure(json);
        }

        json.WriteStartArray("output"u8);
        _item?.Write(json);
        json.WriteEndArray();
        json.WriteString("conversation_id"u8, _conversationId);
        RealtimeConfig.WriteModalities(json, _plan.Config.Speaks);
        _plan.Config.WriteMaxOutputTokens(json);
        json.WriteStartObject("audio"u8);
        json.WriteStartObject("output"u8);
        RealtimeConfig.WriteFormat(json);
        json.WriteString("voice"u8, _plan.Config.Voice.Name);
        json.WriteEndObject();
        json.WriteEndObject();
        if (status != "in_progress")
        {
            WriteUsage(json);
        }

        json.WriteEndObject();
    }

    private void WriteFailure(Utf8JsonWriter json)
    {
        json.WriteStartObject("status_details"u8);
        json.WriteString("type"u8, "failed"u8);
        json.WriteStartObject("error"u8);
        json.WriteString("type"u8, OpenAiFault.ServerError);
        json.WriteString("code"u8, (_place.TimedOut ? OpenAiFault.TimedOut() : OpenAiFault.Overloaded()).Code);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void WriteUsage(Utf8JsonWriter json)
    {
        json.WriteStartObject("usage"u8);
        json.WriteNumber("total_tokens"u8, InputTokens + OutputTokens);
        json.WriteNumber("input_tokens"u8, InputTokens);
        json.WriteNumber("output_tokens"u8, OutputTokens);
        json.WriteStartObject("input_token_details"u8);
        json.WriteNumber("text_tokens"u8, _plan.InputTextTokens);
        json.WriteNumber("audio_tokens"u8, _plan.InputAudioTokens);
        json.WriteNumber("image_tokens"u8, 0);
        json.WriteNumber("cached_tokens"u8, _place.Slot?.CachedTokens ?? 0);
        json.WriteEndObject();
        json.WriteStartObject("output_token_details"u8);
        json.WriteNumber("text_tokens"u8, OutputTokens - AudioTokens);
        json.WriteNumber("audio_tokens"u8, AudioTokens);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
