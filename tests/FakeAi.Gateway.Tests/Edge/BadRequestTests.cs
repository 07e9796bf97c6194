using System.Net;
using System.Text;
using System.Text.Json;
using FakeAi.Contracts.Events;
using FakeAi.Gateway.Tests.Hosting;

namespace FakeAi.Gateway.Tests.Edge;

public sealed class BadRequestTests
{
    private const string Chat = "/v1/chat/completions";
    private const string Json = "application/json";

    public static TheoryData<string, string, string?, string?, int, string?, string> Requests => new()
    {
        { "GET", "/v1/x", null, null, 404, null, "Invalid URL (GET /v1/x)" },
        { "POST", "/v1/chat/completion", "{}", Json, 404, null, "Invalid URL (POST /v1/chat/completion)" },
        { "POST", "/v1/chat/completions/extra", "{}", Json, 404, null, "Invalid URL" },
        { "POST", "/chat/completions", "{}", Json, 404, null, "Invalid URL (POST /chat/completions)" },
        { "GET", "/", null, null, 404, null, "Invalid URL (GET /)" },
        { "GET", "/v1", null, null, 404, null, "Invalid URL (GET /v1)" },
        { "GET", "/v1/%22%3Cscript%3E", null, null, 404, null, "Invalid URL (GET /v1/\"<script>)" },
        { "GET", "/v2/models", null, null, 404, null, "Invalid URL" },
        { "GET", "/admin/unknown", null, null, 404, null, "Invalid URL" },
        { "GET", "/v1/models/no-such-model", null, null, 404, "model_not_found", "The model 'no-such-model' does not exist" },
        { "GET", "/v1/models/meta-llama/none", null, null, 404, "model_not_found", "The model 'meta-llama/none' does not exist" },
        { "GET", "/v1/models/meta-llama%2Fnone", null, null, 404, "model_not_found", "The model 'meta-llama/none' does not exist" },
        { "GET", Chat, null, null, 405, "method_not_supported", "Not allowed to GET on /v1/chat/completions. (HINT: Perhaps you meant to use a different HTTP method?)" },
        { "PUT", Chat, "{}", Json, 405, "method_not_supported", "Not allowed to PUT" },
        { "DELETE", Chat, null, null, 405, "method_not_supported", "Not allowed to DELETE" },
        { "PATCH", Chat, "{}", Json, 405, "method_not_supported", "Not allowed to PATCH" },
        { "OPTIONS", Chat, null, null, 405, "method_not_supported", "Not allowed to OPTIONS" },
        { "BREW", Chat, null, null, 405, "method_not_supported", "Not allowed to BREW" },
        { "POST", "/v1/models", "{}", Json, 405, "method_not_supported", "Not allowed to POST on /v1/models. (HINT: Perhaps you meant to use a different HTTP method?)" },
        { "DELETE", "/v1/models/gpt-4o", null, null, 405, "method_not_supported", "Not allowed to DELETE" },
        { "POST", "/metrics/snapshot", "{}", Json, 405, "method_not_supported", "Not allowed to POST" },
        { "POST", Chat, GatewayHost.Body, null, 400, "unsupported_content_type", "Missing 'Content-Type'" },
        { "POST", Chat, GatewayHost.Body, "text/plain", 400, "unsupported_content_type", "'text/plain'" },
        { "POST", Chat, GatewayHost.Body, "application/x-www-form-urlencoded", 400, "unsupported_content_type", "only accepts 'application/json'" },
        { "POST", Chat, GatewayHost.Body, "multipart/form-data; boundary=x", 400, "unsupported_content_type", "multipart" },
        { "POST", Chat, GatewayHost.Body, "application/jsonp", 400, "unsupported_content_type", "application/jsonp" },
        { "POST", "/admin/reset", null, null, 403, "admin_disabled", "no admin key is configured" },
        { "GET", "/metrics/snapshot", null, null, 503, "collector_unavailable", "could not be reached" },
        { "GET", "/waterfall/data", null, null, 503, "collector_unavailable", "could not be reached" },
        { "GET", "/errors", null, null, 503, "collector_unavailable", "could not be reached" },
        { "GET", "/hubs/live", null, null, 400, "websocket_expected", "WebSocket" },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task BadRequest_OfAnyKind_GetsTheEnvelope(
        string method, string path, string? body, string? contentType, int status, string? code, string message)
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var gateway = await GatewayHost.StartAsync(engine);
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        using var response = await gateway.Client.SendAsync(request);

        await AssertEnvelopeAsync(response, status, code, message);
        if (status == 405)
        {
            Assert.NotEmpty(response.Content.Headers.Allow);
        }

        Assert.Equal(0, engine.Calls);
        await AssertStillAnswersAsync(gateway);
        var counted = path.StartsWith("/v1", StringComparison.Ordinal) ? 1 : 0;
        Assert.Equal(counted, (await gateway.EventsAsync<RequestFailed>(counted)).Count);
        Assert.Equal(counted, gateway.Events.Of<ErrorOccurred>().Count);
        await gateway.AssertEndsOnceAsync();
    }

    [Theory]
    [InlineData("content-encoding", "gzip", 400, "unsupported_content_encoding")]
    [InlineData("x-fakeai-ttft-ms", "12345678901234567890123456789012345678901234567890123456789012345", 400, "invalid_header")]
    [InlineData("x-fakeai-itl-ms", "1\r\nx-fakeai-itl-ms: 2", 400, "invalid_header")]
    [InlineData("x-fakeai-deterministic", "\u00c3\u00a9", 400, "invalid_header")]
    [InlineData("Host", "evil.example", 421, "host_not_allowed")]
    [InlineData("Host", "evil.example:80", 421, "host_not_allowed")]
    [InlineData("Host", "localhost.evil.example", 421, "host_not_allowed")]
    public async Task BadHeader_OfAnyKind_GetsTheEnvelope(string name, string value, int status, string code)
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var gateway = await GatewayHost.StartAsync(engine);
        var host = name == "Host" ? "" : "Host: localhost\r\n";

        var answer = await gateway.RawAsync(
            $"POST {Chat} HTTP/1.1\r\n{host}{name}: {value}\r\ncontent-type: {Json}\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{{}}");

        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.Contains($"\"code\": \"{code}\"", answer, StringComparison.Ordinal);
        Assert.Equal(0, engine.Calls);
        await AssertStillAnswersAsync(gateway);
        Assert.Equal(status, Assert.Single(await gateway.EventsAsync<RequestFailed>()).Status);
        await gateway.AssertEndsOnceAsync();
    }

    [Fact]
    public async Task Body_LargerThanAllowed_Gets413HoweverItIsFramed()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var gateway = await GatewayHost.StartAsync(engine, ("FakeAi:Gateway:MaxBodyBytes", "65536"));
        var head = $"POST {Chat} HTTP/1.1\r\nHost: localhost\r\ncontent-type: {Json}\r\n";
        var large = new string(' ', 66_000);

        var promised = await gateway.RawAsync($"{head}content-length: 99999999999\r\n\r\n");
        var sent = await gateway.RawAsync($"{head}content-length: {large.Length}\r\n\r\n{large}");
        var chunked = await gateway.RawAsync($"{head}transfer-encoding: chunked\r\n\r\n{large.Length:x}\r\n{large}\r\n0\r\n\r\n");

        foreach (var answer in new[] { promised, sent, chunked })
        {
            Assert.StartsWith("HTTP/1.1 413 ", answer, StringComparison.Ordinal);
            Assert.Contains("\"code\": \"request_too_large\"", answer, StringComparison.Ordinal);
            Assert.Contains("at most 65536 bytes", answer, StringComparison.Ordinal);
        }

        using var fits = await gateway.ChatAsync(new string(' ', 65_536));
        Assert.Equal(HttpStatusCode.OK, fits.StatusCode);
        Assert.Equal(1, engine.Calls);
        Assert.Equal(3, (await gateway.EventsAsync<RequestFailed>(3)).Count(static e => e.Status == 413));
        await gateway.AssertEndsOnceAsync();
    }

    [Fact]
    public async Task Body_ThatIsNotFramedAsItsHeadersSay_Gets400()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var gateway = await GatewayHost.StartAsync(engine);

        var answer = await gateway.RawAsync($"POST {Chat} HTTP/1.1\r\nHost: localhost\r\ncontent-type: {Json}\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{{}}\r\n");

        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Contains("\"code\": \"invalid_body\"", answer, StringComparison.Ordinal);
        Assert.Equal(0, engine.Calls);
        await AssertStillAnswersAsync(gateway);
        Assert.Equal(400, Assert.Single(await gateway.EventsAsync<RequestFailed>()).Status);
        await gateway.AssertEndsOnceAsync();
    }

    [Theory]
    [InlineData("content-length: 100", "{}", false)]
    [InlineData("content-length: 100", "{}", true)]
    [InlineData("transfer-encoding: chunked", "2\r\n{}", false)]
    [InlineData("transfer-encoding: chunked", "2\r\n{}", true)]
    public async Task Client_ThatLeavesBeforeItsBodyIsWhole_IsCountedAsCancelled(string framing, string part, bool reset)
    {
        const int Clients = 20;
        await using var engine = await FakeEngine.StartAsync();
        await using var gateway = await GatewayHost.StartAsync(engine);

        // What the server sees first is chance: hence several.
        for (var i = 0; i < Clients; i++)
        {
            await gateway.LeaveAsync($"POST {Chat} HTTP/1.1\r\nHost: localhost\r\ncontent-type: {Json}\r\n{framing}", part, reset);
        }

        var cancelled = await gateway.EventsAsync<RequestCancelled>(Clients);
        Assert.All(cancelled, c => Assert.Equal("client_disconnected", c.Reason));
        Assert.Equal(Clients, cancelled.Count);
        Assert.Empty(gateway.Events.Of<RequestFailed>());
        Assert.Empty(gateway.Events.Of<ErrorOccurred>());
        Assert.Equal(0, engine.Calls);
        await AssertStillAnswersAsync(gateway);
        await gateway.AssertEndsOnceAsync();
    }

    [Theory]
    [InlineData("GET /v1/models\r\n\r\n", "505")]
    [InlineData("GET /v1/models HTTP/1.1\r\n\r\n", "400")]
    [InlineData("GET /v1/models HTTP/1.1\r\nHost: localhost\r\nbad header\r\n\r\n", "400")]
    [InlineData("GET nonsense HTTP/1.1\r\nHost: localhost\r\n\r\n", "405")]
    public async Task Bytes_ThatAreNotHttp_AreRefusedByTheServer(string bytes, string status)
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var gateway = await GatewayHost.StartAsync(engine);

        var answer = await gateway.RawAsync(bytes);
        var oversized = await gateway.RawAsync($"GET /v1/models HTTP/1.1\r\nHost: localhost\r\nx: {new string('x', 40_000)}\r\n\r\n");

        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 431 ", oversized, StringComparison.Ordinal);
        await AssertStillAnswersAsync(gateway);
    }

    private static async Task AssertEnvelopeAsync(HttpResponseMessage response, int status, string? code, string message)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == status, $"{(int)response.StatusCode}: {text}");
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.Matches("^req_[0-9a-f]{32}$", Assert.Single(response.Headers.GetValues("x-request-id")));
        using var json = JsonDocument.Parse(text);
        var error = json.RootElement.GetProperty("error");
        Assert.Equal(["message", "type", "param", "code"], error.EnumerateObject().Select(static p => p.Name));
        Assert.Contains(message, error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(status >= 500 ? "server_error" : "invalid_request_error", error.GetProperty("type").GetString());
        Assert.Equal(code, error.GetProperty("code").GetString());
    }

    private static async Task AssertStillAnswersAsync(GatewayHost gateway)
    {
        using var response = await gateway.ChatAsync();
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(FakeEngine.DefaultAnswer, await response.Content.ReadAsStringAsync());
    }
}
