using System.Net;
using FakeAi.Contracts.Events;
using FakeAi.Contracts.Wire;
using FakeAi.Engine.Tests.Hosting;
using FakeAi.Engine.Tests.Media;

namespace FakeAi.Engine.Tests.Dialects;

public sealed class SpeechTests(FastEngine engine) : IClassFixture<FastEngine>
{
    private const string Path = "/v1/audio/speech";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Speech_EachForm_CarriesTheSameSound()
    {
        var wav = await SoundAsync("\"response_format\":\"wav\"", "audio/wav");
        var read = WavReader.Read(wav);
        Assert.False(read.SizeKnown);
        Assert.Equal(24_000, read.SampleRate);
        var pcm = await SoundAsync("\"response_format\":\"pcm\"", "audio/pcm");
        Assert.Equal(wav[44..], pcm);
        Assert.Equal(pcm, await SoundAsync("\"response_format\":\"pcm\",\"stream_format\":\"audio\",\"speed\":1.0", "audio/pcm"));

        var body = Request("\"response_format\":\"wav\",\"stream_format\":\"sse\"");
        MediaExchange.AssertConforms("CreateSpeechRequest", System.Text.Json.JsonElement.Parse(body));
        using var response = await MediaExchange.PostAsync(engine.Host, Path, body);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        var events = MediaExchange.Events(await response.Content.ReadAsStringAsync(Token));
        Assert.All(events[..^1], e => MediaExchange.AssertConforms("SpeechAudioDeltaEvent", e));
        MediaExchange.AssertConforms("SpeechAudioDoneEvent", events[^1]);
        Assert.Equal(wav, events[..^1].SelectMany(e => e.GetProperty("audio").GetBytesFromBase64()));

        // A token is 50 ms of sound, and the trailers count what the usage tells.
        var usage = events[^1].GetProperty("usage");
        Assert.Equal((pcm.Length + 2399) / 2400, usage.GetProperty("output_tokens").GetInt32());
        Assert.Equal(usage.GetProperty("output_tokens").GetInt32().ToString(System.Globalization.CultureInfo.InvariantCulture), response.TrailingHeaders.GetValues(InternalHeaders.OutputTokens).Single());
        Assert.Equal(usage.GetProperty("input_tokens").GetInt32().ToString(System.Globalization.CultureInfo.InvariantCulture), response.TrailingHeaders.GetValues(InternalHeaders.InputTokens).Single());
        Assert.Contains(engine.Host.Events.Of<StreamCompleted>(), e => e.OutputTokens == usage.GetProperty("output_tokens").GetInt32());
    }

    [Fact]
    public async Task Speech_AnotherSpeedVoiceOrText_IsAnotherSound()
    {
        var normal = await SoundAsync("\"response_format\":\"pcm\"", "audio/pcm");
        var slow = await SoundAsync("\"response_format\":\"pcm\",\"speed\":0.5", "audio/pcm");
        Assert.InRange(slow.Length / (double)normal.Length, 1.9, 2.1);
        using var other = await MediaExchange.PostAsync(engine.Host, Path, """{"model":"tts-1","input":"Hello there.","voice":"onyx","response_format":"pcm"}""");
        Assert.NotEqual(normal, await other.Content.ReadAsByteArrayAsync(Token));
    }

    [Theory]
    [InlineData("""{"model":"gpt-4o-mini-tts","input":"Hi","voice":"alloy"}""", "response_format")]
    [InlineData("""{"model":"gpt-4o-mini-tts","input":"Hi","voice":"alloy","response_format":"opus"}""", "response_format")]
    [InlineData("""{"model":"gpt-4o-mini-tts","input":"Hi","voice":"alloy","response_format":"midi"}""", "response_format")]
    [InlineData("""{"model":"gpt-4o-mini-tts","input":"","voice":"alloy","response_format":"wav"}""", "input")]
    [InlineData("""{"model":"gpt-4o-mini-tts","voice":"alloy","response_format":"wav"}""", "input")]
    [InlineData("""{"model":"gpt-4o-mini-tts","input":"Hi","voice":"bob","response_format":"wav"}""", "voice")]
    [InlineData("""{"model":"gpt-4o-mini-tts","input":"Hi","response_format":"wav"}""", "voice")]
    [InlineData("""{"model":"gpt-4o-mini-tts","input":"Hi","voice":"alloy","response_format":"wav","speed":0.2}""", "speed")]
    [InlineData("""{"model":"gpt-4o-mini-tts","input":"Hi","voice":"alloy","response_format":"wav","speed":4.1}""", "speed")]
    [InlineData("""{"model":"tts-1","input":"Hi","voice":"alloy","response_format":"wav","stream_format":"sse"}""", "stream_format")]
    [InlineData("""{"model":"tts-1-hd","input":"Hi","voice":"alloy","response_format":"wav","instructions":"Whisper"}""", "instructions")]
    [InlineData("""{"model":"gpt-4o","input":"Hi","voice":"alloy","response_format":"wav"}""", "model")]
    public async Task Speech_WrongField_IsRefusedByName(string body, string param)
    {
        using var response = await MediaExchange.PostAsync(engine.Host, Path, body);
        await MediaExchange.AssertRefusedAsync(response, HttpStatusCode.BadRequest, param);
    }

    [Fact]
    public async Task Speech_LongestInput_IsSpokenAndOneCharacterMoreRefused()
    {
        var text = string.Concat(Enumerable.Repeat("word ", 820))[..4096];
        using var longest = await MediaExchange.PostAsync(
            engine.Host, Path, $$"""{"model":"tts-1","input":"{{text}}","voice":"nova","speed":4,"response_format":"pcm"}""");
        Assert.Equal(HttpStatusCode.OK, longest.StatusCode);
        Assert.True((await longest.Content.ReadAsByteArrayAsync(Token)).Length > 2_000_000);
        using var longer = await MediaExchange.PostAsync(engine.Host, Path, $$"""{"model":"tts-1","input":"{{text}}x","voice":"nova","response_format":"pcm"}""");
        await MediaExchange.AssertRefusedAsync(longer, HttpStatusCode.BadRequest, "input");
    }

    [Fact]
    public async Task Speech_UnknownModel_IsNotFound()
    {
        using var response = await MediaExchange.PostAsync(engine.Host, Path, """{"model":"tts-9","input":"Hi","voice":"alloy","response_format":"wav"}""");
        await MediaExchange.AssertRefusedAsync(response, HttpStatusCode.NotFound, null);
    }

    private static string Request(string fields) =>
        $$"""{"model":"gpt-4o-mini-tts","input":"Hello there, how are you today?","voice":"coral",{{fields}}}""";

    private async Task<byte[]> SoundAsync(string fields, string contentType)
    {
        using var response = await MediaExchange.PostAsync(engine.Host, Path, Request(fields));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(contentType, response.Content.Headers.ContentType!.MediaType);
        return await response.Content.ReadAsByteArrayAsync(Token);
    }
}
