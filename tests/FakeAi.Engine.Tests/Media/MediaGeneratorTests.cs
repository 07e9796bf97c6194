using System.Net;
using System.Text.Json;
using FakeAi.Engine.Tests.Dialects;
using FakeAi.Engine.Tests.Hosting;

namespace FakeAi.Engine.Tests.Media;

public sealed class MediaGeneratorTests(FastEngine engine) : IClassFixture<FastEngine>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Audio_Streamed_IsTheSoundOfTheText()
    {
        var chunks = await ChunksAsync("audio", """{"input":"Hello there, how are you?","voice":"onyx","speed_percent":200}""");
        var samples = WavReader.Samples16([.. chunks.SelectMany(c => c.GetProperty("delta").GetProperty("data").GetBytesFromBase64())]);
        Assert.InRange(samples.Length / 24_000.0, 0.5, 2);
        Assert.InRange(samples.Max(s => Math.Abs((int)s)), 8_000, 20_000);
        Assert.All(chunks, c => Assert.Equal(1, c.GetProperty("tokens").GetInt32()));
    }

    [Fact]
    public async Task Image_Streamed_ComesCoarseThenWhole()
    {
        var chunks = await ChunksAsync("image", """{"input":"A cat","width":128,"height":64,"partial_images":1}""");
        Assert.Equal(["partial_image", "image"], chunks.Select(c => c.GetProperty("type").GetString()));
        Assert.All(chunks, c => Assert.Equal(128, PngReader.Read(c.GetProperty("delta").GetProperty("data").GetBytesFromBase64()).Width));
    }

    [Theory]
    [InlineData("audio", "{}")]
    [InlineData("audio", """{"input":"x","voice":"bob"}""")]
    [InlineData("audio", """{"input":"x","voice":7}""")]
    [InlineData("image", """{"input":""}""")]
    [InlineData("image", """{"input":"x","width":9}""")]
    public async Task Generator_WrongField_IsRefused(string name, string body)
    {
        using var response = await MediaExchange.PostAsync(engine.Host, "/v1/fakeai/streams/" + name, body);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    private async Task<JsonElement[]> ChunksAsync(string name, string body)
    {
        using var response = await MediaExchange.PostAsync(engine.Host, $"/v1/fakeai/streams/{name}?format=jsonl", body);
        var lines = await response.Content.ReadAsStringAsync(Token);
        Assert.True(response.IsSuccessStatusCode, lines);
        return [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonElement.Parse(l)).Where(c => c.TryGetProperty("delta", out _))];
    }
}
