using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FakeAi.Contracts.Events;
using FakeAi.Gateway.Tests.Hosting;
using Microsoft.AspNetCore.Http;

namespace FakeAi.Gateway.Tests.Providers;

/// <summary>What the edge itself says, in the words and the shape of the provider whose API is called.</summary>
public sealed class SurfaceTests
{
    private const string Key = "sk-test-0123456789";
    private const string Messages = "/v1/messages";
    private const string Generate = "/v1beta/models/gemini-2.5-flash:generateContent";

    private static readonly (string, string?)[] s_keyed =
    [
        ("FakeAi:Gateway:Keys:0:Sha256", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Key)))),
        ("FakeAi:Gateway:Keys:0:Name", "ci"),
    ];

    public static TheoryData<string, string, string?, string?, int, string, string> Faults => new()
    {
        // Method, path, anthropic-version, content type, and what is answered: status, type, message.
        { "POST", Messages, null, "application/json", 400, "invalid_request_error", "anthropic-version: header is required" },
        { "POST", Messages, "1999-01-01", "application/json", 400, "invalid_request_error", "anthropic-version: \"1999-01-01\" is not a valid version" },
        { "POST", Messages, "2023-06-01", "text/plain", 400, "invalid_request_error", "Unsupported content type: 'text/plain" },
        { "GET", Messages, "2023-06-01", null, 405, "invalid_request_error", "Method Not Allowed" },
        { "POST", "/v1/messages/unknown", "2023-06-01", "application/json", 404, "not_found_error", "Not Found" },
        { "GET", "/v1/models/no-such-model", "2023-06-01", null, 404, "not_found_error", "model: no-such-model" },
        { "GET", "/v1/models/gpt-4o", "2023-06-01", null, 404, "not_found_error", "model: gpt-4o" },
        { "GET", "/v1/models?limit=0", "2023-06-01", null, 400, "invalid_request_error", "limit: " },
        { "POST", Generate, null, "text/plain", 400, "INVALID_ARGUMENT", "Unsupported content type: 'text/plain" },
        { "GET", Generate, null, null, 404, "NOT_FOUND", "gemini-2.5-flash:generateContent" },
        { "POST", "/v1beta/models/gemini-2.5-flash:unknown", null, "application/json", 404, "NOT_FOUND", "Method not found." },
        { "DELETE", Generate, null, null, 405, "UNIMPLEMENTED", "Method not allowed." },
        { "GET", "/v1beta/unknown", null, null, 404, "NOT_FOUND", "Method not found." },
        { "GET", "/v1beta/models/gpt-4o", null, null, 404, "NOT_FOUND", "Model is not found: models/gpt-4o for api version v1beta" },
        { "POST", "/v1beta/models/a%22b:generateContent", null, "application/json", 400, "INVALID_ARGUMENT", "unexpected model name format" },
        { "GET", "/v1beta/models?pageToken=x", null, null, 400, "INVALID_ARGUMENT", "Invalid page token." },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Fault_OfTheEdge_HasTheProvidersShapeAndIsToldInItsWords(
        string method, string path, string? version, string? contentType, int status, string type, string message)
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var gateway = await GatewayHost.StartAsync(engine);

        using var response = await SendAsync(gateway, method, path, contentType is null ? null : "{}", contentType, ("anthropic-version", version));

        await AssertFaultAsync(response, status, type, message);
        Assert.Equal(0, engine.Calls);
        var failed = Assert.Single(await gateway.EventsAsync<RequestFailed>());
        Assert.Equal((path.StartsWith("/v1beta", StringComparison.Ordinal) ? "google" : "anthropic", status, type), (failed.Provider, failed.Status, failed.ErrorType));
        Assert.DoesNotContain("gemini-2.5", failed.Endpoint, StringComparison.Ordinal);
        await gateway.AssertEndsOnceAsync();
    }

    [Theory]
    [InlineData(Messages, 529, "overloaded_error")]
    [InlineData(Generate, 503, "UNAVAILABLE")]
    public async Task NoEngine_OnEachSurface_IsAnOverloadToRetry(string path, int status, string type)
    {
        await using var gateway = await GatewayHost.StartAsync([]);

        using var response = await SendAsync(gateway, "POST", path, "{}", "application/json", ("anthropic-version", "2023-06-01"));

        await AssertFaultAsync(response, status, type, "verloaded");
        Assert.NotNull(response.Headers.RetryAfter);
        Assert.Equal("critical", Assert.Single(await WaitAsync<ErrorOccurred>(gateway)).Severity);
    }

    [Theory]
    [InlineData(Messages, 413, "request_too_large", "Request exceeds the maximum size")]
    [InlineData(Generate, 400, "INVALID_ARGUMENT", "Request payload size exceeds the limit: 65536 bytes.")]
    public async Task Body_LargerThanAllowed_IsRefusedInTheProvidersWords(string path, int status, string type, string message)
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var gateway = await GatewayHost.StartAsync(engine, ("FakeAi:Gateway:MaxBodyBytes", "65536"));

        using var response = await SendAsync(gateway, "POST", path, new string(' ', 66_000), "application/json", ("anthropic-version", "2023-06-01"));

        await AssertFaultAsync(response, status, type, message);
    }

    [Theory]
    [InlineData(Messages, "x-api-key", "", 401, "authentication_error", "x-api-key header is required")]
    [InlineData(Messages, "x-api-key", "wrong-key-abcdefgh", 401, "authentication_error", "invalid x-api-key")]
    [InlineData(Messages, "authorization", "Bearer wrong-key-abcdefgh", 401, "authentication_error", "invalid x-api-key")]
    [InlineData(Messages, "x-goog-api-key", Key, 401, "authentication_error", "x-api-key header is required")]
    [InlineData(Generate, "x-goog-api-key", "", 403, "PERMISSION_DENIED", "unregistered callers")]
    [InlineData(Generate, "x-goog-api-key", "wrong-key-abcdefgh", 400, "INVALID_ARGUMENT", "API key not valid.")]
    [InlineData(Generate + "?key=wrong-key-abcdefgh", "x", "", 400, "INVALID_ARGUMENT", "API key not valid.")]
    [InlineData(Generate, "x-api-key", Key, 403, "PERMISSION_DENIED", "unregistered callers")]
    public async Task KeyedMode_WithoutOrWithAWrongKey_RefusesInTheProvidersWords(
        string path, string header, string value, int status, string type, string message)
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var gateway = await GatewayHost.StartAsync(engine, s_keyed);

        using var response = await SendAsync(
            gateway, "POST", path, "{}", "application/json", ("anthropic-version", "2023-06-01"), (header, value.Length == 0 ? null : value));

        await AssertFaultAsync(response, status, type, message);
        await gateway.EventsAsync<RequestFailed>();
        Assert.DoesNotContain(gateway.Events.Events, static e => e.Data.ToString()!.Contains("wrong-key", StringComparison.Ordinal));
        Assert.Equal(0, engine.Calls);
    }

    [Theory]
    [InlineData(Messages, "x-api-key", Key)]
    [InlineData(Messages, "authorization", "Bearer " + Key)]
    [InlineData(Generate, "x-goog-api-key", Key)]
    [InlineData(Generate + "?key=" + Key + "&alt=sse", "x", "x")]
    public async Task KeyedMode_WithTheKey_IsServedAndTheKeyGoesNoFurther(string path, string header, string value)
    {
        var seen = "";
        await using var engine = await FakeEngine.StartAsync();
        engine.Handler = context =>
        {
            seen = $"{context.Request.Path}{context.Request.QueryString}\n{string.Join('\n', context.Request.Headers)}";
            return FakeEngine.AnswerAsync(context);
        };
        await using var gateway = await GatewayHost.StartAsync(engine, s_keyed);

        using var response = await SendAsync(gateway, "POST", path, "{}", "application/json", ("anthropic-version", "2023-06-01"), (header, value));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.StartsWith(path.Split('?')[0], seen, StringComparison.Ordinal);
        Assert.Equal(path.Contains("alt=sse", StringComparison.Ordinal), seen.Contains("?alt=sse\n", StringComparison.Ordinal));
        Assert.DoesNotContain(Key, seen, StringComparison.Ordinal);
        Assert.Equal(path == Messages, seen.Contains("anthropic-version", StringComparison.OrdinalIgnoreCase));
        var started = Assert.Single(await gateway.EventsAsync<RequestStarted>());
        Assert.Equal("ci", started.Key);
        Assert.DoesNotContain(gateway.Events.Events, static e => e.Data.ToString()!.Contains(Key, StringComparison.Ordinal));
        var gemini = path.StartsWith("/v1beta", StringComparison.Ordinal);
        Assert.Equal(gemini ? "/v1beta/models/{model}:generateContent" : Messages, started.Endpoint);
        Assert.Equal(gemini ? "google" : "anthropic", started.Provider);
        Assert.Equal(gemini ? "gemini-2.5-flash" : null, started.Model);
    }

    [Fact]
    public async Task EnginesError_OnEachSurface_IsToldInEventsAsTheEngineSaysIt()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var gateway = await GatewayHost.StartAsync(engine);
        engine.Handler = context =>
        {
            context.Response.StatusCode = 400;
            return context.Response.WriteAsync(context.Request.Path.StartsWithSegments(Messages, StringComparison.Ordinal)
                ? """{"type":"error","error":{"type":"invalid_request_error","message":"max_tokens: Field required"}}"""
                : """{"error":{"code":400,"message":"contents is not specified","status":"INVALID_ARGUMENT"}}""");
        };

        using var first = await SendAsync(gateway, "POST", Messages, "{}", "application/json", ("anthropic-version", "2023-06-01"));
        using var second = await SendAsync(gateway, "POST", Generate, "{}", "application/json");

        Assert.Equal(gateway.Events.Events[0].RequestId, Assert.Single(first.Headers.GetValues("request-id")));
        Assert.Single(first.Headers.GetValues("anthropic-organization-id"));
        var told = await gateway.EventsAsync<ErrorOccurred>(2);
        Assert.Equal(["max_tokens: Field required", "contents is not specified"], told.Select(static e => e.Message));
        Assert.Equal(["invalid_request_error", "INVALID_ARGUMENT"], told.Select(static e => e.ErrorType));
        Assert.DoesNotContain(first.Headers.Concat(second.Headers), static h => h.Key.StartsWith("openai-", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/v1/messages/count_tokens")]
    [InlineData("/v1beta/models/gemini-2.5-flash:countTokens")]
    public async Task CountOfTokens_Served_IsNoGeneration(string path)
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var gateway = await GatewayHost.StartAsync(engine);

        using var response = await SendAsync(gateway, "POST", path, "{}", "application/json", ("anthropic-version", "2023-06-01"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Empty(gateway.Events.Events);
    }

    private static async Task<HttpResponseMessage> SendAsync(
        GatewayHost gateway, string method, string path, string? body, string? contentType, params (string Name, string? Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        foreach (var (name, value) in headers.Where(static h => h.Value is not null))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, contentType!);
        }

        return await gateway.Client.SendAsync(request);
    }

    private static async Task<IReadOnlyList<T>> WaitAsync<T>(GatewayHost gateway)
        where T : EventData => await gateway.EventsAsync<T>();

    private static async Task AssertFaultAsync(HttpResponseMessage response, int status, string type, string message)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == status, $"{(int)response.StatusCode}: {text}");
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        using var json = JsonDocument.Parse(text);
        var root = json.RootElement;
        var error = root.GetProperty("error");
        Assert.Contains(message, error.GetProperty("message").GetString(), StringComparison.Ordinal);
        if (root.TryGetProperty("request_id", out var id))
        {
            Assert.Equal(["type", "error", "request_id"], root.EnumerateObject().Select(static p => p.Name));
            Assert.Equal(Assert.Single(response.Headers.GetValues("request-id")), id.GetString());
            Assert.Equal(type, error.GetProperty("type").GetString());
        }
        else
        {
            Assert.Equal(status, error.GetProperty("code").GetInt32());
            Assert.Equal(type, error.GetProperty("status").GetString());
            Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("x-content-type-options")));
        }
    }
}
