using System.Globalization;
using System.Text.Json.Nodes;
using FakeAi.Contracts.Wire;
using FakeAi.Engine.Embeddings;
using FakeAi.Engine.Tests.Hosting;

namespace FakeAi.Engine.Tests.Dialects.Gemini;

/// <summary>Gemini's embeddings: one text and batches, tasks, dimensions, limits and faults.</summary>
public sealed class EmbedContentTests(FastEngine engine) : IClassFixture<FastEngine>
{
    private const string Model = "gemini-embedding-001";

    public static TheoryData<string, string> Wrong => new()
    {
        { "{", "Invalid JSON payload received." },
        { "{}", "* EmbedContentRequest.content: contents is not specified\n" },
        { """{"content":{"parts":[]}}""", "* EmbedContentRequest.content: contents is not specified\n" },
        { """{"content":{"parts":[{"inlineData":{}}]}}""", "* EmbedContentRequest.content: only text parts are supported by this model\n" },
        { """{"content":{"parts":[{"text":3}]}}""", "Invalid value at 'content.parts[0].text' (TYPE_STRING), 3" },
        { """{"content":{"parts":[{"text":"x"}]},"foo":1}""", "Invalid JSON payload received. Unknown name \"foo\": Cannot find field." },
        { """{"content":{"parts":[{"text":"x"}]},"taskType":"SING"}""", "Invalid value at 'task_type' (type.googleapis.com/google.ai.generativelanguage.v1beta.TaskType), \"SING\"" },
        { """{"content":{"parts":[{"text":"x"}]},"outputDimensionality":3073}""", "* EmbedContentRequest.output_dimensionality: " },
        { """{"content":{"parts":[{"text":"x"}]},"outputDimensionality":0}""", "* EmbedContentRequest.output_dimensionality: " },
        { """{"content":{"parts":[{"text":"x"}]},"title":"A","taskType":"CLUSTERING"}""", "* EmbedContentRequest.title: " },
        { """{"content":{"parts":[{"text":"x"}]},"model":"models/text-embedding-004"}""", "* EmbedContentRequest.model: " },
        { """{"requests":[]}""", "* BatchEmbedContentsRequest.requests: requests must not be empty\n" },
        { """{"requests":[{"content":{"parts":[{"text":"x"}]}},{}]}""", "* BatchEmbedContentsRequest.requests[1].content: contents is not specified\n" },
    };

    [Fact]
    public async Task Batch_OfTexts_GivesTheVectorsThatEachAloneHas()
    {
        string[] ones =
        [
            Request("How do rainbows form?"), Request("How do rainbows form?", ",\"taskType\":\"RETRIEVAL_QUERY\""),
            Request("Rain and sun.", ",\"task_type\":\"retrieval_document\",\"title\":\"Rainbows\",\"output_dimensionality\":\"5\""),
        ];
        var batch = (await AskAsync("batchEmbedContents", $"{{\"requests\":[{string.Join(',', ones)}]}}"))["embeddings"]!.AsArray().Select(static e => Values(e!)).ToArray();

        Assert.Equal([3072, 3072, 5], batch.Select(static v => v.Length));
        for (var i = 0; i < ones.Length; i++)
        {
            Assert.Equal(batch[i], Values((await AskAsync("embedContent", ones[i]))["embedding"]!));
        }

        Assert.Equal(TextEmbedder.Embed("How do rainbows form?", Model, 3072, 3072), batch[0]);
        Assert.InRange(TextEmbedder.Similarity(batch[0], batch[1]), 0.9, 0.98);
        Assert.Equal(1, TextEmbedder.Similarity(batch[1], batch[1]), 5);
        var whole = Values((await AskAsync("embedContent", ones[2].Replace("\"5\"", "3072", StringComparison.Ordinal)))["embedding"]!);
        Assert.Equal(whole[..5], batch[2]);
    }

    [Fact]
    public async Task Text_BeyondTheWindow_IsCutThereAndCounted()
    {
        using var response = await PostAsync("embedContent", Request(string.Concat(Enumerable.Repeat(" a", 3000))));
        var beyond = Values(JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["embedding"]!);
        var just = Values((await AskAsync("embedContent", Request(string.Concat(Enumerable.Repeat(" a", 2048)))))["embedding"]!);

        Assert.Equal(just, beyond);
        Assert.Equal(2048.ToString(CultureInfo.InvariantCulture), response.TrailingHeaders.GetValues(InternalHeaders.InputTokens).Single());
        Assert.Equal(Model, response.Headers.GetValues(InternalHeaders.Model).Single());
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task Request_ThatIsWrong_IsToldWhatAndWhere(string body, string message)
    {
        using var response = await PostAsync(body.StartsWith("{\"requests", StringComparison.Ordinal) ? "batchEmbedContents" : "embedContent", body);
        var error = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["error"]!;

        Assert.Equal((400, 400, "INVALID_ARGUMENT"), ((int)response.StatusCode, error["code"]!.GetValue<int>(), error["status"]!.ToString()));
        Assert.StartsWith(message, error["message"]!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Batch_AtItsLimit_IsServedAndBeyondItIsNot()
    {
        var one = Request("x", ",\"outputDimensionality\":1");
        Assert.Equal(100, (await AskAsync("batchEmbedContents", Many(100)))["embeddings"]!.AsArray().Count);
        using var response = await PostAsync("batchEmbedContents", Many(101));
        Assert.Contains("at most 100 requests", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(400, (int)response.StatusCode);

        string Many(int count) => $"{{\"requests\":[{string.Join(',', Enumerable.Repeat(one, count))}]}}";
    }

    [Theory]
    [InlineData("gemini-2.5-flash")]
    [InlineData("text-embedding-3-small")]
    [InlineData("no-such-model")]
    public async Task Model_ThatDoesNotEmbed_IsNotFound(string model)
    {
        using var response = await engine.Host.PostToAsync(ToldContents.Path(model, "embedContent"), Request("x"));
        Assert.Equal(404, (int)response.StatusCode);
        Assert.Contains($"models/{model} is not found for API version v1beta, or is not supported for embedContent.", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static string Request(string text, string more = "") => $"{{\"model\":\"models/{Model}\",\"content\":{{\"parts\":[{{\"text\":\"{text}\"}}]}}{more}}}";

    private static float[] Values(JsonNode embedding) => [.. embedding["values"]!.AsArray().Select(static v => v!.GetValue<float>())];

    private Task<HttpResponseMessage> PostAsync(string method, string body) => engine.Host.PostToAsync(ToldContents.Path(Model, method), body);

    private async Task<JsonNode> AskAsync(string method, string body)
    {
        using var response = await PostAsync(method, body);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }
}
