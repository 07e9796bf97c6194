using System.Text.Json;
using FakeAi.Engine.Tests.Media;

namespace FakeAi.Engine.Tests.Realtime;

public sealed class RealtimeSessionTests
{
    private const string TextOnly = """{"type":"session.update","session":{"type":"realtime","output_modalities":["text"]}}""";

    [Fact]
    public void Session_Opened_TellsItsDefaultsAndTakesUpdates()
    {
        var session = new SessionHarness();
        var created = Assert.Single(session.News());
        Assert.Equal("session.created", SessionHarness.Type(created));
        Assert.Equal("server_vad", created.GetProperty("session").GetProperty("audio").GetProperty("input").GetProperty("turn_detection").GetProperty("type").GetString());

        var updated = Assert.Single(session.Send("""{"type":"session.update","event_id":"e1","session":{"type":"realtime","instructions":"Be kind.","audio":{"input":{"turn_detection":null},"output":{"voice":"cedar","speed":1.25}},"tools":[{"type":"function","name":"f","parameters":{"type":"object"}}],"tool_choice":{"type":"function","name":"f"},"max_output_tokens":99}}"""))
            .GetProperty("session");
        Assert.Equal("Be kind.", updated.GetProperty("instructions").GetString());
        Assert.Equal(JsonValueKind.Null, updated.GetProperty("audio").GetProperty("input").GetProperty("turn_detection").ValueKind);
        Assert.Equal("cedar", updated.GetProperty("audio").GetProperty("output").GetProperty("voice").GetString());
        Assert.Equal(99, updated.GetProperty("max_output_tokens").GetInt32());
        Assert.Equal(created.GetProperty("session").GetProperty("id").GetString(), updated.GetProperty("id").GetString());
    }

    [Fact]
    public void TextResponse_Created_IsToldInOrderAndAddsUp()
    {
        var session = new SessionHarness();
        session.Send(TextOnly);
        Assert.Equal(["conversation.item.added", "conversation.item.done"], SessionHarness.Types(session.Say("Why is the sky blue?")));
        Assert.Equal(["response.created"], SessionHarness.Types(session.Send("""{"type":"response.create"}""")));
        Assert.Empty(session.Pass(20));
        var told = session.PassAll();
        Assert.Equal(["response.output_item.added", "conversation.item.added", "response.content_part.added", "response.output_text.delta"], SessionHarness.Types(told)[..4]);
        Assert.Equal(
            ["response.output_text.done", "response.content_part.done", "conversation.item.done", "response.output_item.done", "response.done"],
            SessionHarness.Types(told)[^5..]);
        var text = string.Concat(told.Where(e => SessionHarness.Type(e) == "response.output_text.delta").Select(e => e.GetProperty("delta").GetString()));
        Assert.Equal(text, told[^5].GetProperty("text").GetString());
        Assert.Contains("sky", text, StringComparison.OrdinalIgnoreCase);
        var response = told[^1].GetProperty("response");
        Assert.Equal("completed", response.GetProperty("status").GetString());
        Assert.Equal(text, response.GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString());
        var usage = response.GetProperty("usage");
        Assert.Equal(usage.GetProperty("total_tokens").GetInt32(), session.Session.InputTokens + session.Session.OutputTokens);
        Assert.Equal(session.Events.Count, session.Events.Select(e => e.GetProperty("event_id").GetString()).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void AudioResponse_Told_IsSoundWithItsTranscriptInStep()
    {
        var session = new SessionHarness();
        session.Say("Tell me about whales.");
        session.Send("""{"type":"response.create"}""");
        var told = session.PassAll();
        var sound = told.Where(e => SessionHarness.Type(e) == "response.output_audio.delta").SelectMany(e => e.GetProperty("delta").GetBytesFromBase64()).ToArray();
        var transcript = string.Concat(told.Where(e => SessionHarness.Type(e) == "response.output_audio_transcript.delta").Select(e => e.GetProperty("delta").GetString()));
        var usage = told[^1].GetProperty("response").GetProperty("usage").GetProperty("output_token_details");
        Assert.Equal((sound.Length + 2399) / 2400, usage.GetProperty("audio_tokens").GetInt32());
        Assert.InRange(WavReader.Samples16(sound).Max(s => Math.Abs((int)s)), 8_000, 20_000);
        Assert.Equal(transcript, told.Single(e => SessionHarness.Type(e) == "response.output_audio_transcript.done").GetProperty("transcript").GetString());

        // Words come when they are heard, not all at once.
        var lastWord = told.Select(SessionHarness.Type).ToList().LastIndexOf("response.output_audio_transcript.delta");
        Assert.InRange(lastWord, told.Length * 3 / 4, told.Length - 6);

        var again = new SessionHarness();
        again.Say("Tell me about whales.");
        again.Send("""{"type":"response.create"}""");
        Assert.Equal(told.Select(e => e.GetRawText()), again.PassAll().Select(e => e.GetRawText()));
    }

    [Fact]
    public void Microphone_ToneThenSilence_MakesATurnAndAnAnswer()
    {
        var session = new SessionHarness();
        session.Send("""{"type":"session.update","session":{"type":"realtime","audio":{"input":{"transcription":{"model":"whisper-1"}}}}}""");
        Assert.Empty(session.Hear(1000, 0));
        var started = Assert.Single(session.Hear(800, 5000));
        Assert.Equal("input_audio_buffer.speech_started", SessionHarness.Type(started));
        Assert.Equal(700, started.GetProperty("audio_start_ms").GetInt32());
        Assert.Empty(session.Hear(400, 0));
        var ended = session.Hear(200, 0);
        Assert.Equal(
            [
                "input_audio_buffer.speech_stopped", "input_audio_buffer.committed", "conversation.item.added", "conversation.item.done",
                "conversation.item.input_audio_transcription.delta", "conversation.item.input_audio_transcription.completed", "response.created",
            ],
            SessionHarness.Types(ended));
        Assert.Equal(2300, ended[0].GetProperty("audio_end_ms").GetInt32());
        Assert.Equal(started.GetProperty("item_id").GetString(), ended[1].GetProperty("item_id").GetString());
        Assert.Equal("[1.6 seconds of speech]", ended[5].GetProperty("transcript").GetString());
        var usage = session.PassAll()[^1].GetProperty("response").GetProperty("usage");
        Assert.Equal(16, usage.GetProperty("input_token_details").GetProperty("audio_tokens").GetInt32());
    }

    [Fact]
    public void Microphone_ClickOrHum_StartsNothing()
    {
        var session = new SessionHarness();
        session.News();
        session.Hear(200, 0);
        Assert.Empty(session.Hear(30, 20_000));
        Assert.Empty(session.Hear(2000, 300));
    }

    [Fact]
    public void Microphone_SpeechDuringAnAnswer_InterruptsIt()
    {
        var session = new SessionHarness();
        session.Say("Tell me about whales.");
        session.Send("""{"type":"response.create"}""");
        session.Pass(1000);
        var news = session.Hear(200, 5000);
        Assert.Equal("input_audio_buffer.speech_started", SessionHarness.Type(news[0]));
        var response = news[^1].GetProperty("response");
        Assert.Equal("cancelled", response.GetProperty("status").GetString());
        Assert.Equal("turn_detected", response.GetProperty("status_details").GetProperty("reason").GetString());
        Assert.Equal("incomplete", response.GetProperty("output")[0].GetProperty("status").GetString());
        Assert.Empty(session.Pass(2000));
    }

    [Fact]
    public void ManualTurns_CommittedByTheClient_AreMessages()
    {
        var session = new SessionHarness();
        session.Send("""{"type":"session.update","session":{"type":"realtime","audio":{"input":{"turn_detection":null}}}}""");
        Assert.Equal("input_audio_buffer_commit_empty", Code(session.Send("""{"type":"input_audio_buffer.commit","event_id":"mine"}"""), "mine"));
        Assert.Empty(session.Hear(500, 5000));
        Assert.Equal(["input_audio_buffer.cleared"], SessionHarness.Types(session.Send("""{"type":"input_audio_buffer.clear"}""")));
        Assert.Equal("input_audio_buffer_commit_empty", Code(session.Send("""{"type":"input_audio_buffer.commit"}""")));
        session.Hear(1500, 0);
        Assert.Equal(["input_audio_buffer.committed", "conversation.item.added", "conversation.item.done"], SessionHarness.Types(session.Send("""{"type":"input_audio_buffer.commit"}""")));
        Assert.Equal(long.MaxValue, session.Session.DueUs);
    }

    [Fact]
    public void Cancel_UnderWay_EndsAtOnceAndOnlyOnce()
    {
        var session = new SessionHarness();
        session.Send(TextOnly);
        session.Say("Write 400 words about ships.");
        session.Send("""{"type":"response.create"}""");
        Assert.Equal("conversation_already_has_active_response", Code(session.Send("""{"type":"response.create"}""")));
        session.Pass(600);
        var news = session.Send("""{"type":"response.cancel"}""");
        Assert.Equal("response.done", SessionHarness.Type(news[^1]));
        Assert.Equal("client_cancelled", news[^1].GetProperty("response").GetProperty("status_details").GetProperty("reason").GetString());
        Assert.Empty(session.Pass(3000));
        Assert.Equal("response_cancel_not_active", Code(session.Send("""{"type":"response.cancel"}""")));
    }

    [Fact]
    public void Tools_ThatTheUserSpeaksOf_AreCalledAndTheirResultAnswered()
    {
        var session = new SessionHarness();
        session.Send("""{"type":"session.update","session":{"type":"realtime","tools":[{"type":"function","name":"get_weather","parameters":{"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer","minimum":1,"maximum":3}},"required":["city","days"]}}]}}""");
        session.Say("What is the weather in Oslo?");
        session.Send("""{"type":"response.create"}""");
        var told = session.PassAll();
        var done = told.Single(e => SessionHarness.Type(e) == "response.function_call_arguments.done");
        Assert.Equal("get_weather", done.GetProperty("name").GetString());
        Assert.Equal(
            done.GetProperty("arguments").GetString(),
            string.Concat(told.Where(e => SessionHarness.Type(e) == "response.function_call_arguments.delta").Select(e => e.GetProperty("delta").GetString())));
        Assert.InRange(JsonElement.Parse(done.GetProperty("arguments").GetString()!).GetProperty("days").GetInt32(), 1, 3);
        session.Send(JsonSerializer.Serialize(new
        {
            type = "conversation.item.create",
            item = new { type = "function_call_output", call_id = done.GetProperty("call_id").GetString(), output = "{}" },
        }));
        session.Send("""{"type":"response.create"}""");
        Assert.Equal("message", session.PassAll()[^1].GetProperty("response").GetProperty("output")[0].GetProperty("type").GetString());
    }

    [Fact]
    public void Tools_AreChosenAsInChatCompletions()
    {
        var session = new SessionHarness();
        session.Send("""{"type":"session.update","session":{"type":"realtime","tools":[{"type":"function","name":"get_time","description":"The time in a city"},{"type":"function","name":"lookup","description":"Tells the weather forecast of a city"}]}}""");
        Assert.Equal("message", Asked("Good morning, get going!"));
        Assert.Equal("lookup", Asked("What is the weather forecast?"));
        session.Send("""{"type":"session.update","session":{"type":"realtime","tool_choice":"none"}}""");
        Assert.Equal("message", Asked("What is the weather forecast?"));
        session.Send("""{"type":"session.update","session":{"type":"realtime","tool_choice":{"type":"function","name":"get_time"}}}""");
        Assert.Equal("get_time", Asked("What is the weather forecast?"));

        string Asked(string text)
        {
            session.Say(text);
            session.Send("""{"type":"response.create"}""");
            var item = session.PassAll()[^1].GetProperty("response").GetProperty("output")[0];
            return item.TryGetProperty("name", out var name) ? name.GetString()! : item.GetProperty("type").GetString()!;
        }
    }

    [Fact]
    public void Tool_WithASchemaThatNothingMeets_IsAnErrorAndTheSessionGoesOn()
    {
        var session = new SessionHarness();
        session.Send("""{"type":"session.update","session":{"type":"realtime","tool_choice":"required","tools":[{"type":"function","name":"f","parameters":{"type":"object","properties":{"a":false},"required":["a"]}}]}}""");
        session.Say("Go.");
        Assert.Equal("invalid_schema", Code(session.Send("""{"type":"response.create","event_id":"mine"}"""), "mine"));
        session.Send("""{"type":"session.update","session":{"type":"realtime","tool_choice":"none"}}""");
        session.Send("""{"type":"response.create"}""");
        Assert.Equal("completed", session.PassAll()[^1].GetProperty("response").GetProperty("status").GetString());
    }

    [Fact]
    public void Limit_OfTokens_CutsTheResponse()
    {
        var session = new SessionHarness();
        session.Send(TextOnly);
        session.Say("Write 400 words about ships.");
        session.Send("""{"type":"response.create","response":{"max_output_tokens":5}}""");
        var response = session.PassAll()[^1].GetProperty("response");
        Assert.Equal("incomplete", response.GetProperty("status").GetString());
        Assert.Equal("max_output_tokens", response.GetProperty("status_details").GetProperty("reason").GetString());
        Assert.Equal(5, response.GetProperty("usage").GetProperty("output_tokens").GetInt32());
    }

    [Fact]
    public void Items_AddedRetrievedTruncatedAndDeleted_AreAsTold()
    {
        var session = new SessionHarness();
        session.Send("""{"type":"conversation.item.create","item":{"id":"a","type":"message","role":"system","content":[{"type":"input_text","text":"A"}]}}""");
        var inserted = session.Send("""{"type":"conversation.item.create","previous_item_id":"root","item":{"id":"b","type":"message","role":"user","content":[{"type":"input_text","text":"B"}]}}""");
        Assert.Equal(JsonValueKind.Null, inserted[0].GetProperty("previous_item_id").ValueKind);
        Assert.Equal("item_already_exists", Code(session.Send("""{"type":"conversation.item.create","item":{"id":"a","type":"message","role":"user","content":[]}}""")));
        Assert.Equal("A", Assert.Single(session.Send("""{"type":"conversation.item.retrieve","item_id":"a"}""")).GetProperty("item").GetProperty("content")[0].GetProperty("text").GetString());
        session.Send("""{"type":"response.create"}""");
        var spoken = session.PassAll()[^1].GetProperty("response").GetProperty("output")[0].GetProperty("id").GetString();
        Assert.Equal("invalid_value", Code(session.Send($$"""{"type":"conversation.item.truncate","item_id":"{{spoken}}","content_index":0,"audio_end_ms":9999999}""")));
        Assert.Equal(["conversation.item.truncated"], SessionHarness.Types(session.Send($$"""{"type":"conversation.item.truncate","item_id":"{{spoken}}","content_index":0,"audio_end_ms":500}""")));
        Assert.Equal(["conversation.item.deleted"], SessionHarness.Types(session.Send($$"""{"type":"conversation.item.delete","item_id":"{{spoken}}"}""")));
        Assert.Equal("item_not_found", Code(session.Send($$"""{"type":"conversation.item.delete","item_id":"{{spoken}}"}""")));
    }

    [Theory]
    [InlineData("nonsense", "invalid_event", null)]
    [InlineData("[]", "invalid_event", null)]
    [InlineData("{}", "missing_required_parameter", "type")]
    [InlineData("""{"type":"session.delete"}""", "invalid_value", "type")]
    [InlineData("""{"type":"session.update","session":{"type":"realtime","audio":{"output":{"voice":"bob"}}}}""", "invalid_value", "session.audio.output.voice")]
    [InlineData("""{"type":"session.update","session":{"type":"realtime","audio":{"input":{"format":{"type":"audio/pcmu"}}}}}""", "unsupported_value", "session.audio.input.format.type")]
    [InlineData("""{"type":"session.update","session":{"type":"realtime","output_modalities":["text","audio"]}}""", "array_above_max_length", "session.output_modalities")]
    [InlineData("""{"type":"session.update","session":{"type":"realtime","colour":1}}""", "unknown_parameter", "session.colour")]
    [InlineData("""{"type":"session.update","session":{"type":"realtime","tool_choice":{"type":"function","name":"g"}}}""", "invalid_value", "session.tool_choice")]
    [InlineData("""{"type":"input_audio_buffer.append","audio":"@@@"}""", "invalid_value", "audio")]
    [InlineData("""{"type":"conversation.item.create","item":{"type":"message","role":"user","content":[{"type":"input_image","image_url":"x"}]}}""", "invalid_value", "item.content[0].type")]
    public void Event_Wrong_IsAnsweredByAnErrorAndChangesNothing(string text, string code, string? param)
    {
        var session = new SessionHarness();
        session.News();
        var error = Assert.Single(session.Send(text)).GetProperty("error");
        Assert.Equal(code, error.GetProperty("code").GetString());
        Assert.Equal(param, error.GetProperty("param").GetString());
        Assert.Equal("alloy", Assert.Single(session.Send("""{"type":"session.update","session":{"type":"realtime"}}""")).GetProperty("session").GetProperty("audio").GetProperty("output").GetProperty("voice").GetString());
    }

    [Fact]
    public void Voice_AfterSpeech_CannotBeChanged()
    {
        var session = new SessionHarness();
        session.Say("Hello");
        session.Send("""{"type":"response.create"}""");
        session.PassAll();
        Assert.Equal("cannot_update_voice", Code(session.Send("""{"type":"session.update","session":{"type":"realtime","audio":{"output":{"voice":"onyx"}}}}""")));
    }

    private static string? Code(JsonElement[] news, string? eventId = null)
    {
        var error = Assert.Single(news).GetProperty("error");
        Assert.Equal(eventId, error.GetProperty("event_id").GetString());
        return error.GetProperty("code").GetString();
    }
}
