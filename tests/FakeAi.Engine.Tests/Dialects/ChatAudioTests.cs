using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using FakeAi.Contracts.Catalogue;
using FakeAi.Contracts.Wire;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Media.Audio;
using FakeAi.Engine.Tests.Hosting;
using FakeAi.Engine.Tests.Media;

namespace FakeAi.Engine.Tests.Dialects;

public sealed class ChatAudioTests(FastEngine engine) : IClassFixture<FastEngine>
{
    private const string Spoken = """{"modalities":["text","audio"],"audio":{"voice":"coral","format":"pcm16"}}""";
    private const string Tool = """{"type":"function","function":{"name":"get_weather","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}}""";

    [Fact]
    public async Task Spoken_WholeAndStreamed_AreTheSameSoundWordsAndUsage()
    {
        var told = await AskAsync(Spoken);
        var message = told.Message;
        Assert.Null(message["content"]);
        var audio = message["audio"]!;
        var sound = Convert.FromBase64String(audio["data"]!.ToString());
        var transcript = audio["transcript"]!.ToString();
        Assert.Matches("^audio_[0-9a-f]{32}$", audio["id"]!.ToString());
        Assert.Equal(told.Whole["created"]!.GetValue<long>() + 3_600, audio["expires_at"]!.GetValue<long>());

        Assert.Equal(sound, Sounds(told).SelectMany(Convert.FromBase64String));
        Assert.Equal(transcript, string.Concat(Deltas(told, "transcript")));
        Assert.Equal([audio["id"]!.ToString()], Deltas(told, "id"));
        Assert.Equal([audio["expires_at"]!.ToString()], Deltas(told, "expires_at"));
        Assert.Equal(told.Usage.ToJsonString(), told.Chunks[^1]["usage"]!.ToJsonString());
        Assert.Equal("stop", told.Of(0).Last()["finish_reason"]!.ToString());

        // A token is 50 ms of sound; the words count beside it.
        var details = told.Usage["completion_tokens_details"]!;
        Assert.Equal((sound.Length + 2399) / 2400, details["audio_tokens"]!.GetValue<int>());
        Assert.True(ModelCatalogue.Default.TryGet("gpt-4o-audio-preview", out var model));
        Assert.Equal(new Tokenizers().For(model).Count(transcript), details["text_tokens"]!.GetValue<int>());
        Assert.Equal(details["audio_tokens"]!.GetValue<int>() + details["text_tokens"]!.GetValue<int>(), told.Usage["completion_tokens"]!.GetValue<int>());
    }

    [Fact]
    public async Task Streamed_EachWord_GoesAheadOfTheSoundInWhichItBeginsToBeHeard()
    {
        var told = await AskAsync(Spoken);
        var deltas = told.Of(0).Select(c => c["delta"]!["audio"]?.AsObject()).Where(a => a is not null).Select(a => Assert.Single(a!)).ToArray();
        Assert.Equal("id", deltas[0].Key);
        Assert.Equal("expires_at", deltas[^1].Key);
        var transcript = string.Concat(Deltas(told, "transcript"));
        var score = SpeechComposer.Compose(transcript, Voice.Find("coral")!, 1000, seed: 0);
        var (samples, words) = (0, "");
        foreach (var (name, value) in deltas[1..^1])
        {
            if (name == "transcript")
            {
                words += value;
                continue;
            }

            samples += Convert.FromBase64String(value!.ToString()).Length / 2;

            // Where words begin moves with the seed by a few per cent.
            var due = score.Words.Where(w => w.Sample < samples * 1.1).Select(w => w.End).DefaultIfEmpty().Max();
            Assert.True(words.Length <= due || words == transcript, $"after {samples} samples {words.Length} characters, {due} due");
        }

        Assert.Equal(transcript, words);
    }

    [Fact]
    public async Task Wav_Whole_IsAFileOfTheSameSamples()
    {
        var bare = await AskAsync(Spoken);
        using var response = await engine.Host.PostAsync(
            Body(Spoken.Replace("pcm16", "wav", StringComparison.Ordinal)).ToJsonString(), (PublicHeaders.Deterministic, "1"));
        var whole = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        var file = Convert.FromBase64String(whole["choices"]![0]!["message"]!["audio"]!["data"]!.ToString());
        var wav = WavReader.Read(file);
        Assert.True(wav.SizeKnown);
        Assert.Equal(24_000, wav.SampleRate);
        Assert.Equal(Convert.FromBase64String(bare.Message["audio"]!["data"]!.ToString()), file[44..]);
        Assert.Contains(wav.Samples, s => s > 5_000);
    }

    [Fact]
    public async Task Limit_CountsWordsAndSoundAndCutsBoth()
    {
        var whole = await AskAsync(Spoken);
        foreach (var limit in (int[])[1, 2, 3, 7, 40])
        {
            var cut = await AskAsync(Spoken.Replace("{\"mod", $"{{\"max_tokens\":{limit},\"mod", StringComparison.Ordinal));
            Assert.Equal("length", cut.Choice["finish_reason"]!.ToString());
            Assert.InRange(cut.Usage["completion_tokens"]!.GetValue<int>(), 0, limit);
            var words = cut.Message["audio"]?["transcript"]!.ToString() ?? "";
            Assert.StartsWith(words, whole.Message["audio"]!["transcript"]!.ToString(), StringComparison.Ordinal);
            Assert.Equal(cut.Message["audio"]?["data"]?.ToString() ?? "", Convert.ToBase64String([.. Sounds(cut).SelectMany(Convert.FromBase64String)]));
            Assert.Equal(limit > 1, words.Length > 0);
        }
    }

    [Fact]
    public async Task FollowingTurn_NamesTheSoundByItsId_AndItCountsAsPrompt()
    {
        var first = await AskAsync(Spoken);
        var body = Body(Spoken);
        body["messages"]!.AsArray().Add(new JsonObject { ["role"] = "assistant", ["audio"] = first.Message["audio"]!.DeepClone() });
        body["messages"]!.AsArray().Add(new JsonObject { ["role"] = "user", ["content"] = "And then?" });
        var second = await Told.AskAsync(engine.Host, body);
        var (before, prompt) = (first.Usage["completion_tokens_details"]!, second.Usage["prompt_tokens_details"]!);
        Assert.Equal(before["audio_tokens"]!.GetValue<int>(), prompt["audio_tokens"]!.GetValue<int>());
        Assert.True(prompt["text_tokens"]!.GetValue<int>() > before["text_tokens"]!.GetValue<int>() + first.Usage["prompt_tokens"]!.GetValue<int>());

        body["messages"]![1]!["audio"] = new JsonObject { ["id"] = "audio_of_another_server" };
        Assert.Equal(0, (await Told.AskAsync(engine.Host, body)).Usage["prompt_tokens_details"]!["audio_tokens"]!.GetValue<int>());
    }

    [Theory]
    [InlineData(8_000, 16_000, 10)]
    [InlineData(24_000, 48_001, 11)]
    public async Task InputAudio_Wav_CountsTenTokensASecondWhateverItsRate(int rate, int bytes, int tokens)
    {
        var wav = new byte[44 + bytes - (bytes % 2)];
        WavHeader.Write(wav, wav.Length - 44);
        BitConverter.TryWriteBytes(wav.AsSpan(28), rate * 2);
        var body = Body("{}");
        body["messages"]![0]!["content"] = new JsonArray(new JsonObject
        {
            ["type"] = "input_audio",
            ["input_audio"] = new JsonObject { ["format"] = "wav", ["data"] = Convert.ToBase64String(wav) },
        });
        var usage = (await Told.AskAsync(engine.Host, body)).Usage;
        Assert.InRange(usage["prompt_tokens_details"]!["audio_tokens"]!.GetValue<int>(), tokens, tokens + 1);
    }

    [Fact]
    public async Task ToolCall_IsNotSpoken()
    {
        var told = await AskAsync($$"""{"modalities":["audio"],"audio":{"voice":"alloy","format":"pcm16"},"tools":[{{Tool}}],"tool_choice":"required"}""");
        told.AssertSame();
        Assert.Null(told.Message["audio"]);
        Assert.Equal(0, told.Usage["completion_tokens_details"]!["audio_tokens"]!.GetValue<int>());
    }

    [Theory]
    [InlineData("gpt-4o-audio-preview", """{"modalities":["audio"]}""", "audio", "Missing required parameter")]
    [InlineData("gpt-4o-audio-preview", """{"modalities":["audio"],"audio":{"voice":"alloy"}}""", "audio.format", "Missing required parameter")]
    [InlineData("gpt-4o-audio-preview", """{"modalities":["audio"],"audio":{"format":"wav"}}""", "audio.voice", "Missing required parameter")]
    [InlineData("gpt-4o-audio-preview", """{"modalities":["audio"],"audio":{"voice":"bob","format":"wav"}}""", "audio.voice", "Invalid value: 'bob'")]
    [InlineData("gpt-4o-audio-preview", """{"modalities":["audio"],"audio":{"voice":"alloy","format":"midi"}}""", "audio.format", "Invalid value: 'midi'")]
    [InlineData("gpt-4o-audio-preview", """{"modalities":["audio"],"audio":{"voice":"alloy","format":"mp3"}}""", "audio.format", "Ask for 'wav' or 'pcm16'")]
    [InlineData("gpt-4o-audio-preview", """{"modalities":["audio"],"audio":{"voice":"alloy","format":"opus"}}""", "audio.format", "Ask for 'wav' or 'pcm16'")]
    [InlineData("gpt-4o-audio-preview", """{"modalities":["audio"],"audio":{"voice":"alloy","format":"wav"},"stream":true}""", "audio.format", "does not support 'wav' when stream=true. Supported values are: 'pcm16'.")]
    [InlineData("gpt-4o-audio-preview", """{"modalities":["text"],"audio":{"voice":"alloy","format":"wav"}}""", "audio", "only allowed when 'modalities' includes 'audio'")]
    [InlineData("gpt-4o-audio-preview", """{"modalities":["video"]}""", "modalities[0]", "Invalid value: 'video'")]
    [InlineData("gpt-4o", """{"modalities":["audio"],"audio":{"voice":"alloy","format":"wav"}}""", "modalities", "does not support 'audio'")]
    public async Task WrongField_IsRefusedByName(string model, string fields, string param, string message)
    {
        using var response = await engine.Host.PostAsync(Body(fields, model).ToJsonString());
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var error = JsonElement.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).GetProperty("error");
        Assert.Equal(param, error.GetProperty("param").GetString());
        Assert.Contains(message, error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task PlainText_OfASpokenAnswer_IsRefused()
    {
        var body = Body(Spoken);
        body["stream"] = true;
        using var response = await engine.Host.PostToAsync("/v1/chat/completions?format=text", body.ToJsonString());
        await MediaExchange.AssertRefusedAsync(response, HttpStatusCode.BadRequest, "modalities");
    }

    private Task<Told> AskAsync(string fields) => Told.AskAsync(engine.Host, Body(fields));

    private static JsonObject Body(string fields, string model = "gpt-4o-audio-preview") => Told.Request(model, "Tell me about the weather in Oslo.", fields);

    private static IEnumerable<string> Sounds(Told told) => Deltas(told, "data");

    private static IEnumerable<string> Deltas(Told told, string name) =>
        told.Of(0).Select(c => c["delta"]!["audio"]?[name]?.ToString()).OfType<string>();
}
