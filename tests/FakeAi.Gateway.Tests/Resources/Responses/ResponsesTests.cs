using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using FakeAi.Gateway.Tests.Hosting;
using FakeAi.TestKit;
using Microsoft.AspNetCore.Http;

namespace FakeAi.Gateway.Tests.Resources.Responses;

/// <summary>What the gateway remembers of responses, and what it puts before an engine.</summary>
public sealed class ResponsesTests : IAsyncLifetime
{
    private const string Route = "/v1/responses";
    private const string Conversations = "/v1/conversations";

    private static readonly SchemaCheck s_check = Load();

    private readonly ConcurrentQueue<JsonElement> _asked = new();
    private FakeEngine _engine = null!;
    private int _answers;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _engine = await FakeEngine.StartAsync();
        _engine.Handler = AnswerAsync;
    }

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Response_Stored_IsThereAsSoonAsItsEndIsRead(bool stream)
    {
        await using var host = await GatewayHost.StartAsync(_engine);
        for (var i = 0; i < 20; i++)
        {
            var told = await AskAsync(host, $$"""{"model":"gpt-4o","input":"Hi","stream":{{(stream ? "true" : "false")}}}""");
            var stored = await OkAsync(host, HttpMethod.Get, $"{Route}/{Id(told)}");
            Assert.Equal(told.GetRawText(), stored.GetRawText());
        }
    }

    [Fact]
    public async Task Stream_Recorded_ArrivesByteForByte()
    {
        await using var host = await GatewayHost.StartAsync(_engine);
        using var response = await host.Client.PostAsync(Route, GatewayHost.Json("""{"model":"gpt-4o","input":"Hi","stream":true}"""), Token);
        Assert.Equal(Events(Response(1)), await response.Content.ReadAsStringAsync(Token));
    }

    [Fact]
    public async Task Previous_ChainOfResponses_IsPutBeforeTheInputAndListed()
    {
        await using var host = await GatewayHost.StartAsync(_engine);
        var first = await AskAsync(host, """{"model":"gpt-4o","input":"one"}""");
        var second = await AskAsync(host, $$"""{"model":"gpt-4o","input":[{"role":"user","content":"two"}],"previous_response_id":"{{Id(first)}}"}""");
        await AskAsync(host, $$"""{"model":"gpt-4o","input":[{"type":"item_reference","id":"msg_1"},{"role":"user","content":[{"type":"input_text","text":"three"}]}],"previous_response_id":"{{Id(second)}}","store":false}""");

        Assert.Equal(["one"], Texts(_asked.ElementAt(0)));
        Assert.Equal(["one", "answer 1", "two"], Texts(_asked.ElementAt(1)));
        Assert.Equal(["one", "two", "answer 2", "answer 1", "three"], Texts(_asked.ElementAt(2)));

        var page = await OkAsync(host, HttpMethod.Get, $"{Route}/{Id(second)}/input_items?limit=2", "ResponseItemList");
        Assert.Equal(("two,answer 1", true), (string.Join(',', Texts(page)), page.GetProperty("has_more").GetBoolean()));
        page = await OkAsync(host, HttpMethod.Get, $"{Route}/{Id(second)}/input_items?limit=2&after={page.GetProperty("last_id").GetString()}", "ResponseItemList");
        Assert.Equal(("one", false), (string.Join(',', Texts(page)), page.GetProperty("has_more").GetBoolean()));
        page = await OkAsync(host, HttpMethod.Get, $"{Route}/{Id(second)}/input_items?order=asc", "ResponseItemList");
        Assert.Equal(["one", "answer 1", "two"], Texts(page));
    }

    [Fact]
    public async Task Response_NotStoredOrDeleted_IsNotThere()
    {
        await using var host = await GatewayHost.StartAsync(_engine);
        var unstored = await AskAsync(host, """{"model":"gpt-4o","input":"Hi","store":false}""");
        var deleted = await AskAsync(host, """{"model":"gpt-4o","input":"Hi"}""");
        using var gone = await host.Client.DeleteAsync($"{Route}/{Id(deleted)}", Token);
        Assert.Equal($$"""{"object":"response","id":"{{Id(deleted)}}","deleted":true}""", await gone.Content.ReadAsStringAsync(Token));
        var client = new ResourceClient(host);
        foreach (var id in (string[])[Id(unstored), Id(deleted)])
        {
            Assert.Equal((404, $"Response with id '{id}' not found.", null, null), await client.RefusedAsync(HttpMethod.Get, $"{Route}/{id}"));
            Assert.Equal(404, (await client.RefusedAsync(HttpMethod.Delete, $"{Route}/{id}")).Status);
            Assert.Equal(
                (400, $"Previous response with id '{id}' not found.", "previous_response_id", "previous_response_not_found"),
                await client.RefusedAsync(HttpMethod.Post, Route, GatewayHost.Json($$"""{"model":"gpt-4o","input":"Hi","previous_response_id":"{{id}}"}""")));
        }

        Assert.Equal(2, _asked.Count);
    }

    [Fact]
    public async Task Conversation_FromCreationToDeletion_GrowsWithEachResponse()
    {
        await using var host = await GatewayHost.StartAsync(_engine);
        var conversation = Id(await PostAsync(host, Conversations, """{"metadata":{"a":"b"},"items":[{"role":"developer","content":"Be kind."}]}""", "ConversationResource"));
        Assert.Matches("^conv_[0-9a-f]{48}$", conversation);
        var path = $"{Conversations}/{conversation}";
        await AskAsync(host, $$"""{"model":"gpt-4o","input":"one","conversation":"{{conversation}}","store":false}""");
        await AskAsync(host, $$"""{"model":"gpt-4o","input":[{"role":"user","content":"two"}],"conversation":{"id":"{{conversation}}"},"stream":true}""");
        Assert.Equal(["Be kind.", "one"], Texts(_asked.ElementAt(0)));
        Assert.Equal(["Be kind.", "one", "answer 1", "two"], Texts(_asked.ElementAt(1)));

        var page = await OkAsync(host, HttpMethod.Get, $"{path}/items?limit=2", "ConversationItemList");
        Assert.Equal(("answer 2,two", true), (string.Join(',', Texts(page)), page.GetProperty("has_more").GetBoolean()));
        page = await OkAsync(host, HttpMethod.Get, $"{path}/items?after={page.GetProperty("last_id").GetString()}", "ConversationItemList");
        Assert.Equal(("answer 1,one,Be kind.", false), (string.Join(',', Texts(page)), page.GetProperty("has_more").GetBoolean()));

        // An id that is taken is not taken twice.
        var added = await PostAsync(host, $"{path}/items", """{"items":[{"type":"message","id":"msg_1","role":"user","content":"three"}]}""", "ConversationItemList");
        var item = added.GetProperty("first_id").GetString();
        Assert.NotEqual("msg_1", item);
        Assert.Equal("three", (await OkAsync(host, HttpMethod.Get, $"{path}/items/{item}")).GetProperty("content")[0].GetProperty("text").GetString());
        await OkAsync(host, HttpMethod.Delete, $"{path}/items/{item}", "ConversationResource");
        var client = new ResourceClient(host);
        Assert.Equal((404, $"Item with id '{item}' not found in conversation '{conversation}'.", null, null), await client.RefusedAsync(HttpMethod.Get, $"{path}/items/{item}"));

        var changed = await PostAsync(host, path, """{"metadata":{"c":"d"}}""", "ConversationResource");
        Assert.Equal("""{"c":"d"}""", (await OkAsync(host, HttpMethod.Get, path, "ConversationResource")).GetProperty("metadata").GetRawText());
        Assert.Equal("""{"c":"d"}""", changed.GetProperty("metadata").GetRawText());
        await OkAsync(host, HttpMethod.Delete, path, "DeletedConversationResource");
        Assert.Equal(404, (await client.RefusedAsync(HttpMethod.Get, $"{path}/items")).Status);
        Assert.Equal(
            (404, $"Conversation with id '{conversation}' not found.", null, null),
            await client.RefusedAsync(HttpMethod.Post, Route, GatewayHost.Json($$"""{"model":"gpt-4o","input":"Hi","conversation":"{{conversation}}"}""")));
    }

    [Theory]
    [InlineData("/v1/conversations", """{"items":[{"type":"message","role":"user"}]}""", "items[0].content")]
    [InlineData("/v1/conversations", """{"items":[{"type":"picture"}]}""", "items[0].type")]
    [InlineData("/v1/conversations", """{"items":"Hi"}""", "items")]
    [InlineData("/v1/conversations", """{"name":"x"}""", "name")]
    [InlineData("/v1/responses", """{"input":"Hi","previous_response_id":"resp_1","conversation":"conv_1"}""", "conversation")]
    [InlineData("/v1/responses", """{"input":"Hi","background":true}""", "background")]
    public async Task Request_Wrong_IsRefusedBeforeAnEngineIsAsked(string path, string body, string param)
    {
        await using var host = await GatewayHost.StartAsync(_engine);
        var refused = await new ResourceClient(host).RefusedAsync(HttpMethod.Post, path, GatewayHost.Json(body));
        Assert.Equal((400, param, 0), (refused.Status, refused.Param, _engine.Calls));
    }

    [Fact]
    public async Task Store_Full_OldestMakeRoom()
    {
        await using var host = await GatewayHost.StartAsync(_engine, ("FakeAi:Resources:MaxObjects", "30"));
        var ids = new List<string>();
        for (var i = 0; i < 35; i++)
        {
            ids.Add(Id(await AskAsync(host, """{"model":"gpt-4o","input":"Hi"}""")));
        }

        await OkAsync(host, HttpMethod.Get, $"{Route}/{ids[^1]}");
        await OkAsync(host, HttpMethod.Get, $"{Route}/{ids[25]}");
        Assert.Equal(404, (await new ResourceClient(host).RefusedAsync(HttpMethod.Get, $"{Route}/{ids[0]}")).Status);
    }

    [Fact]
    public async Task Refusal_OfTheEngine_ReachesTheClientAndIsNotStored()
    {
        _engine.Handler = static async context =>
        {
            context.Response.StatusCode = 400;
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync("""{"error":{"message":"No.","type":"invalid_request_error","param":null,"code":null}}""");
        };
        await using var host = await GatewayHost.StartAsync(_engine);
        Assert.Equal((400, "No.", null, null), await new ResourceClient(host).RefusedAsync(HttpMethod.Post, Route, GatewayHost.Json("""{"model":"gpt-4o","input":"Hi"}""")));
    }

    private static string Id(JsonElement response) => response.GetProperty("id").GetString()!;

    /// <summary>What the messages of a list, or of a request's input, say.</summary>
    private static string[] Texts(JsonElement told)
    {
        var items = told.TryGetProperty("data", out var data) ? data : told.GetProperty("input");
        return items.ValueKind == JsonValueKind.String ? [items.GetString()!] : [.. items.EnumerateArray().Select(static i => Text(i.GetProperty("content")))];

        static string Text(JsonElement content) => (content.ValueKind == JsonValueKind.String ? content : content[0].GetProperty("text")).GetString()!;
    }

    /// <summary>Asks for a response and gives it, out of its last event where it is streamed.</summary>
    private static async Task<JsonElement> AskAsync(GatewayHost host, string body)
    {
        using var response = await host.Client.PostAsync(Route, GatewayHost.Json(body), Token);
        var text = await response.Content.ReadAsStringAsync(Token);
        Assert.True(response.StatusCode == HttpStatusCode.OK, text);
        return text.StartsWith("event", StringComparison.Ordinal)
            ? JsonElement.Parse(text.Split("data: ")[^1]).GetProperty("response")
            : JsonElement.Parse(text);
    }

    private static Task<JsonElement> PostAsync(GatewayHost host, string path, string body, string schema) =>
        OkAsync(host, HttpMethod.Post, path, schema, GatewayHost.Json(body));

    private static async Task<JsonElement> OkAsync(GatewayHost host, HttpMethod method, string path, string? schema = null, HttpContent? content = null)
    {
        using var response = await new ResourceClient(host).SendAsync(method, path, content);
        var json = await response.Content.ReadAsStringAsync(Token);
        Assert.True(response.StatusCode == HttpStatusCode.OK, json);
        var answer = JsonElement.Parse(json);
        Assert.Empty(schema is null ? [] : s_check.Faults(schema, answer));
        return answer;
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var body = (await JsonDocument.ParseAsync(context.Request.Body)).RootElement;
        _asked.Enqueue(body);
        var previous = body.TryGetProperty("previous_response_id", out var id) ? id.GetRawText() : "null";
        var response = Response(Interlocked.Increment(ref _answers), previous);
        FakeEngine.Trail(context.Response, 5, 2, "stop");
        if (!body.TryGetProperty("stream", out var stream) || !stream.GetBoolean())
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(response);
            return;
        }

        context.Response.ContentType = "text/event-stream";
        foreach (var piece in Events(response).Chunk(40))
        {
            await context.Response.WriteAsync(new string(piece));
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }

    private static string Response(int number, string previous = "null") =>
        $$"""{"id":"resp_{{number}}","previous_response_id":{{previous}},"output":[{"id":"msg_{{number}}","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","annotations":[],"logprobs":[],"text":"answer {{number}}"}]}]}""";

    private static string Events(string response) => new StringBuilder()
        .Append("event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"sequence_number\":0,\"delta\":\"answer\"}\n\n")
        .Append("event: response.completed\ndata: {\"type\":\"response.completed\",\"sequence_number\":1,\"response\":").Append(response).Append("}\n\n")
        .ToString();

    private static SchemaCheck Load()
    {
        using var stream = typeof(ResponsesTests).Assembly.GetManifestResourceStream("openai-response-schemas.json")!;
        using var document = JsonDocument.Parse(stream);
        return new SchemaCheck(document.RootElement);
    }
}
