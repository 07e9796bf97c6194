using System.Text.Json;
using FakeAi.Engine.Dialects.OpenAiChat;
using FakeAi.Engine.Generation.Structured;

namespace FakeAi.Engine.Realtime;

/// <summary>
/// One realtime session without its socket: events of the client go in, events of the server come out, and time passes when
/// it is told so. Not thread-safe: whoever owns it holds one lock for all calls.
/// </summary>
internal sealed class RealtimeSession : IDisposable
{
    private static readonly JsonDocumentOptions s_json = new() { MaxDepth = 64 };

    private readonly ResponseCall _call;
    private readonly ResponsePlanner _planner;
    private readonly Func<ResponseCall, ResponsePlace> _enter;
    private readonly EventSink _sink;
    private readonly RealtimeIds _ids;
    private readonly long _serverSeed;
    private readonly string _id;
    private readonly string _conversationId;
    private readonly long _expiresAt;
    private readonly Conversation _conversation = new();
    private readonly InputAudio _input;
    private RealtimeConfig _config = new();
    private ActiveResponse? _active;
    private bool _spoke;
    private long _nowUs;

    /// <param name="call">The session as a call on the engine.</param>
    /// <param name="planner">Decides what responses say.</param>
    /// <param name="enter">Asks for a response's place with a worker.</param>
    /// <param name="ids">Makes the ids.</param>
    /// <param name="send">Takes the server's events.</param>
    /// <param name="serverSeed">The installation's seed.</param>
    /// <param name="expiresAt">When the session ends at the latest, Unix seconds.</param>
    public RealtimeSession(
        ResponseCall call, ResponsePlanner planner, Func<ResponseCall, ResponsePlace> enter, RealtimeIds ids, Action<ReadOnlyMemory<byte>> send,
        long serverSeed, long expiresAt)
    {
        _call = call;
        _planner = planner;
        _enter = enter;
        _ids = ids;
        _sink = new EventSink(ids, send);
        _serverSeed = serverSeed;
        _expiresAt = expiresAt;
        _id = ids.Session();
        _conversationId = ids.Conversation();
        _input = new InputAudio(_sink, ids, _conversation);
        _sink.Send("session.created", WriteSession);
    }

    /// <summary>Tokens read by all responses.</summary>
    public int InputTokens { get; private set; }

    /// <summary>Tokens told by all responses.</summary>
    public int OutputTokens { get; private set; }

    /// <summary>When it wants to be called next; <see cref="long.MaxValue"/> while nothing is due.</summary>
    public long DueUs => _active?.DueUs ?? long.MaxValue;

    /// <summary>Takes an event of the client.</summary>
    /// <param name="text">Its JSON.</param>
    /// <param name="nowUs">The engine's time.</param>
    public void Receive(ReadOnlyMemory<byte> text, long nowUs)
    {
        _nowUs = nowUs;
        string? eventId = null;
        try
        {
            using var document = JsonDocument.Parse(text, s_json);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                throw NotJson();
            }

            var idElement = Fields.Member(root, "event_id");
            eventId = Fields.IsNull(idElement) ? null : Fields.String(idElement, "event_id");
            Handle(root, Fields.RequiredString(root, "type", "type"));
        }
        catch (JsonException)
        {
            _sink.Error(NotJson(), eventId);
        }
        catch (OpenAiFault fault)
        {
            _sink.Error(fault, eventId);
        }
        catch (SchemaUnmetException wrong)
        {
            _sink.Error(new OpenAiFault(400, wrong.Message, wrong.Param, "invalid_schema"), eventId);
        }
    }

    /// <summary>Tells what is due.</summary>
    /// <param name="nowUs">The engine's time.</param>
    /// <param name="mostSteps">No more steps than that; the rest stays due.</param>
    /// <returns>How many tokens were told.</returns>
    public int Advance(long nowUs, int mostSteps = int.MaxValue)
    {
        _nowUs = nowUs;
        var tokens = 0;
        for (var steps = 0; steps < mostSteps && _active is { } active && active.DueUs <= nowUs; steps++)
        {
            if (!active.IsScheduled)
            {
                if (!active.TrySchedule(_planner))
                {
                    Finish("failed", null);
                    break;
                }

                continue;
            }

            if (active.Over)
            {
                Finish("completed", null);
                break;
            }

            tokens += active.Step();
        }

        return tokens;
    }

    /// <summary>Ends it without a word: a response under way gives its place back.</summary>
    public void Dispose() => _active?.Dispose();

    /// <summary>Puts off what is due, after a pause.</summary>
    public void Shift(long byUs) => _active?.StartUs += byUs;

    /// <summary>Tells the client that the session's time is over.</summary>
    /// <param name="idle">Because it said nothing for too long.</param>
    public void Expire(bool idle) => _sink.Error(
        new OpenAiFault(
            400, idle ? "Your session was closed because nothing was sent for too long." : "Your session hit the maximum duration of 60 minutes.",
            code: "session_expired"),
        clientEvent: null);

    private void Handle(JsonElement root, string type)
    {
        switch (type)
        {
            case "session.update":
                Update(root);
                break;
            case "conversation.item.create":
                Create(root);
                break;
            case "conversation.item.retrieve":
                var found = _conversation.Get(Fields.RequiredString(root, "item_id", "item_id"));
                _sink.Send("conversation.item.retrieved", json =>
                {
                    json.WritePropertyName("item"u8);
                    found.Write(json);
                });
                break;
            case "conversation.item.delete":
                var id = Fields.RequiredString(root, "item_id", "item_id");
                _conversation.Remove(id);
                _sink.Send("conversation.item.deleted", json => json.WriteString("item_id"u8, id));
                break;
            case "conversation.item.truncate":
                ItemTruncation.Truncate(root, _conversation, _sink);
                break;
            case "input_audio_buffer.append":
                _input.Append(Fields.RequiredString(root, "audio", "audio"), _config.Turns, Turned);
                break;
            case "input_audio_buffer.commit":
                _input.Commit(_config);
                break;
            case "input_audio_buffer.clear":
                _input.Clear();
                break;
            case "response.create":
                var config = root.TryGetProperty("response", out var response) && !Fields.IsNull(response) ? ConfigParser.Response(response, _config) : _config;
                Respond(config);
                break;
            case "response.cancel":
                Cancel(root);
                break;
            default:
                throw new OpenAiFault(400, $"Invalid value: '{OpenAiFault.Shorten(type)}' is no event of this API, or not available here.", "type", "invalid_value");
        }
    }

    private void Update(JsonElement root)
    {
        if (!root.TryGetProperty("session", out var session))
        {
            throw OpenAiFault.Missing("session");
        }

        var config = ConfigParser.Session(session, _config, _call.RequestedModel);
        if (_spoke && config.Voice != _config.Voice)
        {
            throw new OpenAiFault(
                400, "Cannot update a conversation's voice if assistant audio is present.", "session.audio.output.voice", "cannot_update_voice");
        }

        if (config.Turns is null != _config.Turns is null)
        {
            _input.Forget();
        }

        _config = config;
        _sink.Send("session.updated", WriteSession);
    }

    private void Create(JsonElement root)
    {
        if (!root.TryGetProperty("item", out var element))
        {
            throw OpenAiFault.Missing("item");
        }

        var item = ItemParser.Parse(element, _ids.Item);
        var behind = Fields.Member(root, "previous_item_id");
        var before = Fields.IsNull(behind) ? _conversation.Append(item) : _conversation.Insert(item, Fields.String(behind, "previous_item_id"));
        _sink.Item("conversation.item.added", before, item);
        _sink.Item("conversation.item.done", before, item);
    }

    /// <summary>The user began or ended to speak.</summary>
    private void Turned(bool began)
    {
        var turns = _config.Turns!;
        if (began)
        {
            if (turns.InterruptsResponse && _active is not null)
            {
                Finish("cancelled", "turn_detected");
            }

            return;
        }

        _input.CommitTurn(_config);
        if (turns.CreatesResponse && _active is null)
        {
            Respond(_config);
        }
    }

    private void Respond(RealtimeConfig config)
    {
        if (_active is { } active)
        {
            throw new OpenAiFault(
                400, $"Conversation already has an active response in progress: {active.Id}. Wait until the response is finished before creating a new one.",
                code: "conversation_already_has_active_response");
        }

        var plan = _planner.Plan(_call, config, _conversation.Items, _serverSeed, _nowUs);
        _spoke |= plan.Part.Speech is not null;
        _active = new ActiveResponse(plan, _enter(plan.Call), _sink, _conversation, _conversationId, _ids, _nowUs);
        InputTokens += _active.InputTokens;
    }

    private void Cancel(JsonElement root)
    {
        var id = Fields.Member(root, "response_id");
        if (_active is null || (!Fields.IsNull(id) && Fields.String(id, "response_id") != _active.Id))
        {
            throw new OpenAiFault(400, "Cancellation failed: no active response found", code: "response_cancel_not_active");
        }

        Finish("cancelled", "client_cancelled");
    }

    private void Finish(string status, string? reason)
    {
        var active = _active!;
        _active = null;
        active.Finish(status, reason);
        active.Dispose();
        OutputTokens += active.OutputTokens;
    }

    private void WriteSession(Utf8JsonWriter json)
    {
        json.WriteStartObject("session"u8);
        json.WriteString("type"u8, "realtime"u8);
        json.WriteString("object"u8, "realtime.session"u8);
        json.WriteString("id"u8, _id);
        json.WriteString("model"u8, _call.RequestedModel);
        json.WriteNumber("expires_at"u8, _expiresAt);
        _config.Write(json);
        json.WriteEndObject();
    }

    private static OpenAiFault NotJson() => new(400, "The event could not be parsed as a JSON object.", code: "invalid_event");
}
