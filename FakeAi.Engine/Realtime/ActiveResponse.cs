using System.Text.Json;
using FakeAi.Engine.Media.Audio;

namespace FakeAi.Engine.Realtime;

/// <summary>A response under way: tells its events step by step.</summary>
internal sealed class ActiveResponse
{
    private readonly ResponsePlan _plan;
    private readonly EventSink _sink;
    private readonly Conversation _conversation;
    private readonly string _conversationId;
    private readonly SpeechRenderer? _renderer;
    private readonly byte[] _sound = new byte[Pcm.BytesPerToken];
    private readonly string _callId;
    private readonly JsonEncodedText _id;
    private readonly string _itemId;
    private ConversationItem? _item;
    private int _step;
    private int _told;
    private int _words;
    private int _textTokens;

    public ActiveResponse(ResponsePlan plan, EventSink sink, Conversation conversation, string conversationId, RealtimeIds ids, long nowUs)
    {
        _plan = plan;
        _sink = sink;
        _conversation = conversation;
        _conversationId = conversationId;
        _renderer = plan.Score is { } score ? new SpeechRenderer(score, plan.Config.Voice) : null;
        _id = JsonEncodedText.Encode(ids.Response());
        _itemId = ids.Item();
        _callId = plan.Function is null ? "" : ids.Call();
        StartUs = nowUs;
        _sink.Send("response.created", json => WriteResponse(json, "in_progress", reason: null));
    }

    public string Id => _id.Value;

    /// <summary>When it was created; later when it was held in between.</summary>
    public long StartUs { get; set; }

    /// <summary>When its next step, or its end, is due.</summary>
    public long DueUs => StartUs + (_step < _plan.Schedule.Steps ? _plan.Schedule.DueUs(_step) : _plan.Schedule.EndUs);

    public bool Over => _step >= _plan.Schedule.Steps;

    public int InputTokens => _plan.InputTextTokens + _plan.InputAudioTokens;

    /// <summary>Tokens told so far: of sound, and of text.</summary>
    public int OutputTokens => AudioTokens + _textTokens;

    private int AudioTokens => _plan.Score is null ? 0 : _step;

    /// <summary>Tells the next step.</summary>
    /// <returns>How many tokens it told.</returns>
    public int Step()
    {
        var before = OutputTokens;
        Begin();
        if (_plan.Score is { } score)
        {
            // The words that begin to be heard in this step go ahead of it.
            var until = (_step + 1) * Pcm.SamplesPerToken;
            while (_words < score.Words.Count && score.Words[_words].Sample < until)
            {
                _words++;
            }

            TellText("response.output_audio_transcript.delta", _words == 0 ? 0 : score.Words[_words - 1].End);
            var length = _renderer!.Render(_sound);
            _step++;
            _sink.Send("response.output_audio.delta", json =>
            {
                WritePlace(json, content: true);
                json.WriteBase64String("delta"u8, _sound.AsSpan(0, length));
            });
        }
        else
        {
            TellText(_plan.Function is null ? "response.output_text.delta" : "response.function_call_arguments.delta", _plan.Pieces[_step].End);
            _step++;
        }

        return OutputTokens - before;
    }

    /// <summary>Tells its end.</summary>
    /// <param name="status"><c>completed</c> or <c>cancelled</c>; a response that its limit cuts is <c>incomplete</c>.</param>
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

    private void TellText(string type, int end)
    {
        if (end <= _told)
        {
            return;
        }

        var delta = _plan.Text[_told..end];
        _textTokens += _plan.Pieces.SkipWhile(p => p.End <= _told).TakeWhile(p => p.End <= end).Sum(static p => p.Tokens);
        _told = end;
        _sink.Send(type, json =>
        {
            WritePlace(json, content: _plan.Function is null);
            json.WriteString("delta"u8, delta);
        });
    }

    private void EndItem(string status)
    {
        var told = _plan.Text[.._told];
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
            var part = _plan.Score is null
                ? new ContentPart(ContentKind.OutputText, told)
                : new ContentPart(ContentKind.OutputAudio, told, Math.Min((long)_step * Pcm.SamplesPerToken, _plan.Score.Samples));
            _item = _item! with { Status = status, Content = [part] };
            if (_plan.Score is not null)
            {
                _sink.Send("response.output_audio.done", json => WritePlace(json, content: true));
            }

            _sink.Send(_plan.Score is null ? "response.output_text.done" : "response.output_audio_transcript.done", json =>
            {
                WritePlace(json, content: true);
                json.WriteString(_plan.Score is null ? "text"u8 : "transcript"u8, told);
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
        json.WriteString("type"u8, _plan.Score is null ? "text"u8 : "audio"u8);
        json.WriteString(_plan.Score is null ? "text"u8 : "transcript"u8, told);
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
        json.WriteNumber("cached_tokens"u8, 0);
        json.WriteEndObject();
        json.WriteStartObject("output_token_details"u8);
        json.WriteNumber("text_tokens"u8, _textTokens);
        json.WriteNumber("audio_tokens"u8, AudioTokens);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
