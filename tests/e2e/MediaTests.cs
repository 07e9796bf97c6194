using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace FakeAi.E2E.Tests;

/// <summary>Sound, images and realtime sessions through all services, and how they are counted.</summary>
public sealed class MediaTests(RunningSystem system)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SpeechAndImages_ThroughTheGateway_AreRealAndCounted()
    {
        await system.ResetAsync(Token);
        var wav = await BytesAsync("/v1/audio/speech", """{"model":"tts-1","voice":"nova","input":"Hello there.","response_format":"wav"}""");
        Assert.True(wav.AsSpan().StartsWith("RIFF"u8) && wav.Length > 20_000);
        var image = JsonElement.Parse(await BytesAsync("/v1/images/generations", """{"model":"gpt-image-1-mini","quality":"low","prompt":"A cat"}"""));
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], image.GetProperty("data")[0].GetProperty("b64_json").GetBytesFromBase64()[..4]);

        var after = await system.SnapshotAsync(s => s.TotalRequests == 2 && s.TotalTokens > 0, Token);
        Assert.Equal(((wav.Length - 44 + 2399) / 2400) + 272, after.TotalOutputTokens);
        Assert.Equal(0, after.TotalErrors);
    }

    [Fact]
    public async Task Realtime_MicrophoneThroughTheGateway_IsHeardAnsweredAndCountedOnce()
    {
        await system.ResetAsync(Token);
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("realtime");
        socket.Options.SetRequestHeader("x-fakeai-ttft-ms", "50");
        socket.Options.SetRequestHeader("x-fakeai-itl-ms", "1");
        await socket.ConnectAsync(new UriBuilder(system.Gateway) { Scheme = "ws", Path = "/v1/realtime", Query = "model=gpt-realtime" }.Uri, Token);
        Assert.Equal("session.created", (await ReceiveAsync(socket)).GetProperty("type").GetString());
        await SayAsync(socket, 800, 6000);
        await SayAsync(socket, 800, 0);
        var types = new List<string>();
        JsonElement next;
        do
        {
            next = await ReceiveAsync(socket);
            types.Add(next.GetProperty("type").GetString()!);
        }
        while (types[^1] != "response.done");

        Assert.Equal("input_audio_buffer.speech_started", types[0]);
        Assert.Contains("response.output_audio.delta", types);
        var usage = next.GetProperty("response").GetProperty("usage");
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Token);
        Assert.Equal("completed", socket.CloseStatusDescription);

        var after = await system.SnapshotAsync(s => s.TotalRequests == 1 && s.TotalTokens > 0, Token);
        Assert.Equal(usage.GetProperty("total_tokens").GetInt64(), after.TotalTokens);
        Assert.Equal(0, after.TotalErrors + after.TotalCancelled);
        Assert.Equal("/v1/realtime", Assert.Single((await system.WaterfallAsync(Token)).Requests).Endpoint);
    }

    private async Task<byte[]> BytesAsync(string path, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation("x-fakeai-ttft-ms", "0");
        request.Headers.TryAddWithoutValidation("x-fakeai-itl-ms", "0");
        using var response = await system.Http.SendAsync(request, Token);
        var bytes = await response.Content.ReadAsByteArrayAsync(Token);
        Assert.True(response.IsSuccessStatusCode, Encoding.UTF8.GetString(bytes));
        return bytes;
    }

    /// <summary>A square tone of 200 Hz, or silence, in pieces of 100 ms as a microphone would send them.</summary>
    private static async Task SayAsync(ClientWebSocket socket, int ms, short level)
    {
        var bytes = new byte[4800];
        for (var i = 0; i < bytes.Length / 2; i++)
        {
            BitConverter.TryWriteBytes(bytes.AsSpan(2 * i), i / 60 % 2 == 0 ? level : (short)-level);
        }

        for (var at = 0; at < ms; at += 100)
        {
            var json = $$"""{"type":"input_audio_buffer.append","audio":"{{Convert.ToBase64String(bytes)}}"}""";
            await socket.SendAsync(Encoding.UTF8.GetBytes(json), WebSocketMessageType.Text, endOfMessage: true, Token);
        }
    }

    private static async Task<JsonElement> ReceiveAsync(ClientWebSocket socket)
    {
        var buffer = new byte[256 * 1024];
        var length = 0;
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(length), Token);
            Assert.NotEqual(WebSocketMessageType.Close, received.MessageType);
            length += received.Count;
            if (received.EndOfMessage)
            {
                return JsonElement.Parse(buffer.AsSpan(0, length));
            }
        }
    }
}
