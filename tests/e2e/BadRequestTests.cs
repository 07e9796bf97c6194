using System.Net;
using System.Text;
using System.Text.Json;

namespace FakeAi.E2E.Tests;

/// <summary>Bad requests against the running system: OpenAI's status and envelope each time, and the service lives on.</summary>
public sealed class BadRequestTests(RunningSystem system)
{
    private const string Good = """{"model":"gpt-4o-mini","messages":[{"role":"user","content":"Hi"}],"max_tokens":5}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Name, method, path, body, status, param, code ("*": any).</summary>
    public static TheoryData<string, string, string, string?, int, string?, string?> Cases => new()
    {
        { "empty body", "POST", "/v1/chat/completions", "", 400, null, "*" },
        { "not JSON", "POST", "/v1/chat/completions", "hello", 400, null, "*" },
        { "JSON cut off", "POST", "/v1/chat/completions", """{"model":"gpt-4o","messages":[""", 400, null, "*" },
        { "JSON of the wrong kind", "POST", "/v1/chat/completions", "[1,2]", 400, null, "*" },
        { "too deep", "POST", "/v1/chat/completions", new string('[', 200) + new string(']', 200), 400, null, "*" },
        { "no model", "POST", "/v1/chat/completions", """{"messages":[{"role":"user","content":"Hi"}]}""", 400, null, "*" },
        { "model not text", "POST", "/v1/chat/completions", """{"model":4,"messages":[{"role":"user","content":"Hi"}]}""", 400, "model", "invalid_type" },
        { "unknown model", "POST", "/v1/chat/completions", """{"model":"gpt-99","messages":[{"role":"user","content":"Hi"}]}""", 404, null, "model_not_found" },
        { "no messages", "POST", "/v1/chat/completions", """{"model":"gpt-4o"}""", 400, "messages", "missing_required_parameter" },
        { "messages not a list", "POST", "/v1/chat/completions", """{"model":"gpt-4o","messages":"Hi"}""", 400, "messages", "invalid_type" },
        { "messages empty", "POST", "/v1/chat/completions", """{"model":"gpt-4o","messages":[]}""", 400, "messages", "*" },
        { "message not an object", "POST", "/v1/chat/completions", """{"model":"gpt-4o","messages":["Hi"]}""", 400, "messages[0]", "invalid_type" },
        { "no role", "POST", "/v1/chat/completions", """{"model":"gpt-4o","messages":[{"content":"Hi"}]}""", 400, "messages[0].role", "missing_required_parameter" },
        { "unknown role", "POST", "/v1/chat/completions", """{"model":"gpt-4o","messages":[{"role":"king","content":"Hi"}]}""", 400, "messages[0].role", "invalid_value" },
        { "content of the wrong type", "POST", "/v1/chat/completions", """{"model":"gpt-4o","messages":[{"role":"user","content":5}]}""", 400, "messages[0].content", "*" },
        { "temperature too high", "POST", "/v1/chat/completions", With("\"temperature\":3"), 400, "temperature", "decimal_above_max_value" },
        { "temperature too low", "POST", "/v1/chat/completions", With("\"temperature\":-1"), 400, "temperature", "decimal_below_min_value" },
        { "temperature as text", "POST", "/v1/chat/completions", With("\"temperature\":\"hot\""), 400, "temperature", "invalid_type" },
        { "top_p too high", "POST", "/v1/chat/completions", With("\"top_p\":1.5"), 400, "top_p", "decimal_above_max_value" },
        { "n zero", "POST", "/v1/chat/completions", With("\"n\":0"), 400, "n", "integer_below_min_value" },
        { "n too large", "POST", "/v1/chat/completions", With("\"n\":1000"), 400, "n", "integer_above_max_value" },
        { "stream as text", "POST", "/v1/chat/completions", With("\"stream\":\"yes\""), 400, "stream", "invalid_type" },
        { "stream_options without stream", "POST", "/v1/chat/completions", With("\"stream_options\":{\"include_usage\":true}"), 400, "stream_options", "*" },
        { "max_tokens negative", "POST", "/v1/chat/completions", With("\"max_tokens\":-1"), 400, "max_tokens", "integer_below_min_value" },
        { "max_tokens beyond the model", "POST", "/v1/chat/completions", With("\"max_tokens\":99999999"), 400, "max_tokens", "*" },
        { "five stops", "POST", "/v1/chat/completions", With("\"stop\":[\"a\",\"b\",\"c\",\"d\",\"e\"]"), 400, "stop", "*" },
        { "presence_penalty too high", "POST", "/v1/chat/completions", With("\"presence_penalty\":9"), 400, "presence_penalty", "decimal_above_max_value" },
        { "unknown argument", "POST", "/v1/chat/completions", With("\"temprature\":1"), 400, "*", "*" },
        { "response_format unknown", "POST", "/v1/chat/completions", With("\"response_format\":{\"type\":\"xml\"}"), 400, "response_format.type", "invalid_value" },
        { "seed as text", "POST", "/v1/chat/completions", With("\"seed\":\"x\""), 400, "seed", "invalid_type" },
        { "unknown route", "GET", "/v1/nothing", null, 404, null, "*" },
        { "unknown route outside v1", "GET", "/chat/completions", null, 404, null, "*" },
        { "wrong method", "GET", "/v1/chat/completions", null, 405, null, "*" },
        { "wrong method on models", "DELETE", "/v1/models", null, 405, null, "*" },
        { "unknown model by id", "GET", "/v1/models/none", null, 404, "*", "model_not_found" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task BadRequest_EachKind_GetsOpenAisStatusAndEnvelope(
        string kind, string method, string path, string? body, int status, string? param, string? code)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        using var answer = await system.Http.SendAsync(request, Token);

        var text = await answer.Content.ReadAsStringAsync(Token);
        Assert.True(status == (int)answer.StatusCode, $"{kind}: {(int)answer.StatusCode} {text}");
        AssertEnvelope(text, kind, param, code);
        Assert.StartsWith("application/json", answer.Content.Headers.ContentType!.ToString(), StringComparison.Ordinal);
        Assert.Matches("^req_[0-9a-f]{32}$", answer.Headers.GetValues("x-request-id").Single());
        await AssertStillAnswersAsync();
    }

    [Theory]
    [InlineData("x-fakeai-ttft-ms", "soon")]
    [InlineData("x-fakeai-itl-ms", "-5")]
    public async Task BadHeader_EachKind_IsNamed(string header, string value)
    {
        using var answer = await system.ChatAsync(Good, Token, headers: (header, value));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        AssertEnvelope(await answer.Content.ReadAsStringAsync(Token), header, header, "*");
        await AssertStillAnswersAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task BodyTooLarge_WithAndWithoutLength_GetsTheEnvelope(bool withLength)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions");
        request.Content = new ByteArrayContent(new byte[(25 * 1024 * 1024) + 1]);
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.ExpectContinue = true;
        request.Headers.TransferEncodingChunked = !withLength;

        using var answer = await system.Http.SendAsync(request, Token);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        AssertEnvelope(await answer.Content.ReadAsStringAsync(Token), "too large", "*", "*");
        await AssertStillAnswersAsync();
    }

    [Fact]
    public async Task ForeignHost_IsRefused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        request.Headers.Host = "evil.example";

        using var answer = await system.Http.SendAsync(request, Token);

        Assert.InRange((int)answer.StatusCode, 400, 421);
        await AssertStillAnswersAsync();
    }

    private static string With(string field) =>
        $$"""{"model":"gpt-4o-mini","messages":[{"role":"user","content":"Hi"}],{{field}}}""";

    private static void AssertEnvelope(string text, string kind, string? param, string? code)
    {
        using var json = JsonDocument.Parse(text);
        Assert.Equal(["error"], json.RootElement.EnumerateObject().Select(p => p.Name));
        var error = json.RootElement.GetProperty("error");
        Assert.Equal(["message", "type", "param", "code"], error.EnumerateObject().Select(p => p.Name));
        Assert.False(string.IsNullOrWhiteSpace(error.GetProperty("message").GetString()), kind);
        Assert.Equal("invalid_request_error", error.GetProperty("type").GetString());
        if (param != "*")
        {
            Assert.Equal(param, error.GetProperty("param").GetString());
        }

        if (code != "*")
        {
            Assert.Equal(code, error.GetProperty("code").GetString());
        }
    }

    private async Task AssertStillAnswersAsync()
    {
        using var answer = await system.ChatAsync(Good, Token, headers: [("x-fakeai-ttft-ms", "0"), ("x-fakeai-itl-ms", "0")]);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }
}
