using System.Net;
using System.Text.Json;
using FakeAi.Contracts.Wire;
using FakeAi.Engine.Tests.Hosting;
using FakeAi.Engine.Tests.Media;

namespace FakeAi.Engine.Tests.Dialects;

public sealed class ImageTests(FastEngine engine) : IClassFixture<FastEngine>
{
    private const string Path = "/v1/images/generations";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{"model":"gpt-image-1","prompt":"A cat"}""", 1, 1024, 1024, false, 1056)]
    [InlineData("""{"model":"gpt-image-1-mini","prompt":"A cat","n":2,"size":"1536x1024","quality":"low","background":"transparent"}""", 2, 1536, 1024, true, 800)]
    [InlineData("""{"model":"gpt-image-1","prompt":"A cat","size":"1024x1536","quality":"high","background":"opaque","moderation":"low","output_compression":100}""", 1, 1024, 1536, false, 6240)]
    [InlineData("""{"prompt":"A cat","output_format":"png"}""", 1, 1024, 1024, false, 1056)]
    [InlineData("""{"model":"dall-e-3","prompt":"A cat","size":"1792x1024","quality":"hd","style":"natural","response_format":"b64_json"}""", 1, 1792, 1024, false, null)]
    [InlineData("""{"prompt":"A cat","size":"256x256","n":3,"response_format":"b64_json","user":"u"}""", 3, 256, 256, false, null)]
    public async Task Images_Whole_AreAsAskedFor(string body, int count, int width, int height, bool alpha, int? tokens)
    {
        MediaExchange.AssertConforms("CreateImageRequest", JsonElement.Parse(body));
        using var response = await MediaExchange.PostAsync(engine.Host, Path, body, (PublicHeaders.Deterministic, "1"));
        var text = await response.Content.ReadAsStringAsync(Token);
        Assert.True(response.IsSuccessStatusCode, text);
        var json = JsonElement.Parse(text);
        MediaExchange.AssertConforms("ImagesResponse", json);
        var images = json.GetProperty("data").EnumerateArray().Select(i => i.GetProperty("b64_json").GetBytesFromBase64()).ToArray();
        Assert.Equal(count, images.Length);
        Assert.Equal(count, images.DistinctBy(Convert.ToHexString).Count());
        Assert.All(images.Select(i => PngReader.Read(i)), png => Assert.Equal((width, height, alpha), (png.Width, png.Height, png.HasAlpha)));
        Assert.Equal(tokens, json.TryGetProperty("usage", out var usage) ? usage.GetProperty("output_tokens").GetInt32() : null);
        Assert.Equal(tokens ?? 0, int.Parse(response.TrailingHeaders.GetValues(InternalHeaders.OutputTokens).Single(), System.Globalization.CultureInfo.InvariantCulture));

        using var again = await MediaExchange.PostAsync(engine.Host, Path, body, (PublicHeaders.Deterministic, "1"));
        Assert.Equal(text, await again.Content.ReadAsStringAsync(Token));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Images_Streamed_ComeCoarseThenWhole(int partials)
    {
        var fields = """{"model":"gpt-image-1","prompt":"A cat in the rain","quality":"low","background":"transparent",""";
        using var whole = await MediaExchange.PostAsync(engine.Host, Path, fields + "\"n\":1}");
        var expected = JsonElement.Parse(await whole.Content.ReadAsStringAsync(Token)).GetProperty("data")[0].GetProperty("b64_json").GetString();

        using var response = await MediaExchange.PostAsync(engine.Host, Path, $"{fields}\"stream\":true,\"partial_images\":{partials}}}");
        var stream = await response.Content.ReadAsStringAsync(Token);
        var events = MediaExchange.Events(stream);
        Assert.Equal(partials + 1, events.Length);
        Assert.All(events[..^1].Index(), e =>
        {
            MediaExchange.AssertConforms("ImageGenPartialImageEvent", e.Item);
            Assert.Equal(e.Index, e.Item.GetProperty("partial_image_index").GetInt32());
            Assert.Equal(1024, PngReader.Read(e.Item.GetProperty("b64_json").GetBytesFromBase64()).Width);
        });
        MediaExchange.AssertConforms("ImageGenCompletedEvent", events[^1]);
        Assert.Equal(expected, events[^1].GetProperty("b64_json").GetString());
        Assert.Equal(272 + (100 * partials), events[^1].GetProperty("usage").GetProperty("output_tokens").GetInt32());
        Assert.All(stream.Split("\n\n", StringSplitOptions.RemoveEmptyEntries), e => Assert.StartsWith("event: image_generation.", e, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"model":"dall-e-3","prompt":"A cat"}""", "response_format")]
    [InlineData("""{"prompt":"A cat","response_format":"url"}""", "response_format")]
    [InlineData("""{"model":"gpt-image-1"}""", "prompt")]
    [InlineData("""{"model":"gpt-image-1","prompt":""}""", "prompt")]
    [InlineData("""{"model":"gpt-image-1","prompt":"A cat","size":"512x512"}""", "size")]
    [InlineData("""{"model":"gpt-image-1","prompt":"A cat","n":11}""", "n")]
    [InlineData("""{"model":"dall-e-3","prompt":"A cat","n":2,"response_format":"b64_json"}""", "n")]
    [InlineData("""{"model":"gpt-image-1","prompt":"A cat","output_format":"jpeg"}""", "output_format")]
    [InlineData("""{"model":"gpt-image-1","prompt":"A cat","output_compression":50}""", "output_compression")]
    [InlineData("""{"model":"gpt-image-1","prompt":"A cat","response_format":"b64_json"}""", "response_format")]
    [InlineData("""{"model":"gpt-image-1","prompt":"A cat","quality":"hd"}""", "quality")]
    [InlineData("""{"model":"gpt-image-1","prompt":"A cat","partial_images":2}""", "partial_images")]
    [InlineData("""{"model":"gpt-image-1","prompt":"A cat","stream":true,"partial_images":4}""", "partial_images")]
    [InlineData("""{"model":"gpt-image-1","prompt":"A cat","stream":true,"n":2}""", "n")]
    [InlineData("""{"model":"dall-e-2","prompt":"A cat","stream":true,"response_format":"b64_json"}""", "stream")]
    [InlineData("""{"model":"gpt-4o","prompt":"A cat"}""", "model")]
    [InlineData("""{"model":"gpt-image-1","prompt":"A cat","colour":"red"}""", "colour")]
    public async Task Images_WrongField_IsRefusedByName(string body, string param)
    {
        using var response = await MediaExchange.PostAsync(engine.Host, Path, body);
        await MediaExchange.AssertRefusedAsync(response, HttpStatusCode.BadRequest, param);
    }
}
