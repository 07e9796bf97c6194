using System.Globalization;
using System.Net;
using System.Text.Json;
using FakeAi.Contracts.Catalogue;
using FakeAi.Contracts.Wire;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Tests.Hosting;
using FakeAi.TestKit;

namespace FakeAi.Engine.Tests.Dialects;

public sealed class EmbeddingTests(FastEngine engine) : IClassFixture<FastEngine>
{
    private static readonly SchemaCheck s_check = LoadSchemas();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    internal static SchemaCheck LoadSchemas()
    {
        using var stream = typeof(EmbeddingTests).Assembly.GetManifestResourceStream("openai-embedding-schemas.json")!;
        using var document = JsonDocument.Parse(stream);
        return new SchemaCheck(document.RootElement);
    }

    [Theory]
    [InlineData("text-embedding-3-small", "\"One.\"", "", 1, 1536, 2)]
    [InlineData("text-embedding-3-large", "[\"One.\",\"Two, three.\"]", "", 2, 3072, 6)]
    [InlineData("text-embedding-ada-002", "[\"One.\"]", ",\"user\":\"u\",\"encoding_format\":\"float\"", 1, 1536, 2)]
    [InlineData("text-embedding-3-small", "[3957,13]", ",\"dimensions\":256", 1, 256, 2)]
    [InlineData("text-embedding-3-large", "[[3957,13],[11874]]", ",\"dimensions\":1", 2, 1, 3)]
    public async Task Embeddings_OfAnyInput_ConformAndCountTokens(string model, string input, string more, int count, int dimensions, int tokens)
    {
        var (answer, response) = await AskAsync($$"""{"model":"{{model}}","input":{{input}}{{more}}}""");
        Assert.Empty(s_check.Faults("CreateEmbeddingResponse", answer));
        Assert.Equal(model, answer.GetProperty("model").GetString());
        var data = answer.GetProperty("data").EnumerateArray().ToArray();
        Assert.Equal(Enumerable.Range(0, count), data.Select(static d => d.GetProperty("index").GetInt32()));
        Assert.All(data, d => Assert.Equal(dimensions, d.GetProperty("embedding").GetArrayLength()));
        Assert.Equal((tokens, tokens), (answer.GetProperty("usage").GetProperty("prompt_tokens").GetInt32(), answer.GetProperty("usage").GetProperty("total_tokens").GetInt32()));
        Assert.Equal(tokens.ToString(CultureInfo.InvariantCulture), response.TrailingHeaders.GetValues(InternalHeaders.InputTokens).Single());
        Assert.Equal("0", response.TrailingHeaders.GetValues(InternalHeaders.OutputTokens).Single());
        Assert.Equal(model, response.Headers.GetValues(InternalHeaders.Model).Single());
    }

    [Fact]
    public async Task Embeddings_AsTokensAsBase64OrTogether_AreTheSameVectors()
    {
        var alone = Floats(await AskAsync("""{"model":"text-embedding-3-small","input":"One."}"""), 0);
        ModelCatalogue.Default.TryGet("text-embedding-3-small", out var model);
        var ids = new List<int>();
        engine.Host.Service<Tokenizers>().For(model!).Encode("One.", ids);
        Assert.Equal(alone, Floats(await AskAsync($$"""{"model":"text-embedding-3-small","input":[{{string.Join(',', ids)}}]}"""), 0));
        Assert.Equal(alone, Floats(await AskAsync("""{"model":"text-embedding-3-small","input":["Two.","One."]}"""), 1));
        var (answer, _) = await AskAsync("""{"model":"text-embedding-3-small","input":"One.","encoding_format":"base64"}""");
        var bytes = answer.GetProperty("data")[0].GetProperty("embedding").GetBytesFromBase64();
        Assert.Equal(alone, Enumerable.Range(0, 1536).Select(i => BitConverter.ToSingle(bytes, 4 * i)));
        Assert.Equal(4 * 1536, bytes.Length);
    }

    [Theory]
    [InlineData("""{"input":"x"}""", 400, null)]
    [InlineData("""{"model":"gpt-99","input":"x"}""", 404, null)]
    [InlineData("""{"model":"gpt-4o","input":"x"}""", 403, null)]
    [InlineData("""{"model":"text-embedding-3-small"}""", 400, "input")]
    [InlineData("""{"model":"text-embedding-3-small","input":""}""", 400, "input")]
    [InlineData("""{"model":"text-embedding-3-small","input":[]}""", 400, "input")]
    [InlineData("""{"model":"text-embedding-3-small","input":["a",""]}""", 400, "input[1]")]
    [InlineData("""{"model":"text-embedding-3-small","input":[[]]}""", 400, "input[0]")]
    [InlineData("""{"model":"text-embedding-3-small","input":[1,"a"]}""", 400, "input[1]")]
    [InlineData("""{"model":"text-embedding-3-small","input":[999999]}""", 400, "input[0]")]
    [InlineData("""{"model":"text-embedding-3-small","input":7}""", 400, "input")]
    [InlineData("""{"model":"text-embedding-3-small","input":"x","dimensions":0}""", 400, "dimensions")]
    [InlineData("""{"model":"text-embedding-3-small","input":"x","dimensions":1537}""", 400, "dimensions")]
    [InlineData("""{"model":"text-embedding-ada-002","input":"x","dimensions":100}""", 400, "dimensions")]
    [InlineData("""{"model":"text-embedding-3-small","input":"x","encoding_format":"hex"}""", 400, "encoding_format")]
    public async Task Embeddings_OfWhatCannotBe_AreRefused(string body, int status, string? param)
    {
        using var response = await MediaExchange.PostAsync(engine.Host, "/v1/embeddings", body);
        await MediaExchange.AssertRefusedAsync(response, (HttpStatusCode)status, param);
    }

    [Fact]
    public async Task Embeddings_BeyondALimit_AreRefusedAndAtItAreNot()
    {
        using var long1 = await PostAsync(Tokens(8193));
        Assert.Contains("maximum context length is 8192 tokens, however you requested 8193 tokens", await long1.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        using var many = await PostAsync($"[{string.Join(',', Enumerable.Repeat("\"a\"", 2049))}]");
        Assert.Contains("maximum length 2048", await many.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        using var much = await PostAsync($"[{string.Join(',', Enumerable.Repeat(Tokens(8192), 37))}]");
        Assert.Contains("\"max_tokens_per_request\"", await much.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, much.StatusCode);
        using var just = await PostAsync($"[{string.Join(',', Enumerable.Repeat("\"a\"", 2048))}]");
        Assert.Equal(HttpStatusCode.OK, just.StatusCode);

        Task<HttpResponseMessage> PostAsync(string input) => MediaExchange.PostAsync(
            engine.Host, "/v1/embeddings", $$"""{"model":"text-embedding-3-small","dimensions":8,"input":{{input}}}""");

        // " a" is one token, and so is each further one.
        static string Tokens(int count) => $"\"{string.Concat(Enumerable.Repeat(" a", count))}\"";
    }

    [Fact]
    public async Task Embeddings_TakeTheModelsTime()
    {
        using var response = await MediaExchange.PostAsync(
            engine.Host, "/v1/embeddings", """{"model":"text-embedding-3-small","input":"x"}""", (PublicHeaders.TtftMs, "0"));
        Assert.Equal("0", response.Headers.GetValues(PublicHeaders.ScheduledTtftMs).Single());
        await using var real = await EngineHost.StartAsync();
        using var slow = await MediaExchange.PostAsync(real, "/v1/embeddings", """{"model":"text-embedding-3-small","input":"x"}""");
        Assert.InRange(double.Parse(slow.Headers.GetValues(PublicHeaders.ScheduledTtftMs).Single(), CultureInfo.InvariantCulture), 10, 120);
    }

    private static float[] Floats((JsonElement Answer, HttpResponseMessage) told, int index) =>
        [.. told.Answer.GetProperty("data")[index].GetProperty("embedding").EnumerateArray().Select(static v => v.GetSingle())];

    private async Task<(JsonElement Answer, HttpResponseMessage Response)> AskAsync(string body)
    {
        var response = await MediaExchange.PostAsync(engine.Host, "/v1/embeddings", body);
        var json = await response.Content.ReadAsStringAsync(Token);
        Assert.True(response.IsSuccessStatusCode, json);
        return (JsonElement.Parse(json), response);
    }
}
