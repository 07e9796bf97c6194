using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FakeAi.Contracts.Events;
using FakeAi.Contracts.Wire;
using FakeAi.Gateway.Tests.Hosting;
using Microsoft.Extensions.Options;

namespace FakeAi.Gateway.Tests.Providers;

/// <summary>Azure's addresses, keys, deployments, errors and headers.</summary>
public sealed class AzureTests
{
    private const string Key = "0123456789abcdef0123456789abcdef";
    private const string Chat = "/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21";

    [Theory]
    [InlineData("/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21", "{}", "/v1/chat/completions", """{"model":"gpt-4o"}""")]
    [InlineData("/openai/deployments/gpt-4o/chat/completions?api-version=2025-04-01-preview", """{ "n" : 1, "model":"other", "x":{"model":1}}""", "/v1/chat/completions", """{ "n" : 1, "model":"gpt-4o", "x":{"model":1}}""")]
    [InlineData("/openai/deployments/my-team/chat/completions?api-version=2024-10-21", """{"messages":[]}""", "/v1/chat/completions", """{"model":"gpt-4o-mini","messages":[]}""")]
    [InlineData("/openai/deployments/gpt-35-turbo/chat/completions?api-version=2024-10-21", """{"model":"a","n":1,"model":"b"}""", "/v1/chat/completions", """{"model":"gpt-3.5-turbo","n":1,"model":"gpt-3.5-turbo"}""")]
    [InlineData("/openai/deployments/gpt-35-turbo-instruct/completions?api-version=2024-10-21", """{"prompt":"x"}""", "/v1/completions", """{"model":"gpt-3.5-turbo-instruct","prompt":"x"}""")]
    [InlineData("/openai/deployments/text-embedding-3-small/embeddings?api-version=2024-10-21", """{"input":"x"}""", "/v1/embeddings", """{"model":"text-embedding-3-small","input":"x"}""")]
    [InlineData("/openai/deployments/gpt-image-1/images/generations?api-version=2025-04-01-preview", """{"prompt":"x"}""", "/v1/images/generations", """{"model":"gpt-image-1","prompt":"x"}""")]
    [InlineData("/openai/deployments/tts-1/audio/speech?api-version=2024-10-21", """{"input":"x"}""", "/v1/audio/speech", """{"model":"tts-1","input":"x"}""")]
    [InlineData("/openai/v1/chat/completions", """{"model":"gpt-4o","n":1}""", "/v1/chat/completions", """{"model":"gpt-4o","n":1}""")]
    [InlineData("/openai/v1/chat/completions?api-version=preview", """{"model":"my-team"}""", "/v1/chat/completions", """{"model":"gpt-4o-mini"}""")]
    [InlineData(Chat, """{"model":""", "/v1/chat/completions", """{"model":""")]
    [InlineData(Chat, "[1]", "/v1/chat/completions", "[1]")]
    public async Task Request_OfADeployment_ReachesTheEngineWithItsModelAndElseUnchanged(string path, string body, string route, string expected)
    {
        var (seen, variant) = ("", "");
        await using var engine = await FakeEngine.StartAsync();
        engine.Handler = async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            seen = $"{context.Request.Path}{context.Request.QueryString} {await reader.ReadToEndAsync()}";
            variant = context.Request.Headers[InternalHeaders.Variant].ToString();
            await FakeEngine.AnswerAsync(context);
        };
        await using var gateway = await StartAsync(engine);

        using var response = await SendAsync(gateway, "POST", path, body, ("x-ms-client-request-id", "mine-1"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal($"{route} {expected}", seen);
        Assert.Equal(WireVariants.Azure, variant);
        Assert.True(Guid.TryParse(Header(response, "apim-request-id"), out _));
        Assert.Equal(("mine-1", "East US"), (Header(response, "x-ms-client-request-id"), Header(response, "x-ms-region")));
        Assert.DoesNotContain(response.Headers, static h => h.Key.StartsWith("openai-", StringComparison.Ordinal));
        var completed = Assert.Single(await gateway.EventsAsync<RequestCompleted>());
        Assert.Equal("azure", completed.Provider);
        Assert.StartsWith(path.Contains("/v1/", StringComparison.Ordinal) ? "/openai/v1/" : "/openai/deployments/{deployment}/", completed.Endpoint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST", "/openai/deployments/none/chat/completions?api-version=2024-10-21", "{}", 404, "DeploymentNotFound")]
    [InlineData("POST", "/openai/deployments/a%0ab/chat/completions?api-version=2024-10-21", "{}", 404, "DeploymentNotFound")]
    [InlineData("POST", "/openai/v1/chat/completions", """{"model":"none"}""", 404, "DeploymentNotFound")]
    [InlineData("POST", "/openai/v1/chat/completions", "{}", 400, "missing_required_parameter")]
    [InlineData("POST", "/openai/deployments/gpt-4o/chat/completions", "{}", 404, "404")]
    [InlineData("POST", "/openai/deployments/gpt-4o/chat/completions?api-version=soon", "{}", 404, "404")]
    [InlineData("POST", "/openai/v1/chat/completions?api-version=2024-10-21", "{}", 404, "404")]
    [InlineData("POST", "/openai/deployments/gpt-4o/unknown?api-version=2024-10-21", "{}", 404, "404")]
    [InlineData("GET", "/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21", null, 405, "405")]
    public async Task Fault_OfTheEdge_HasAzuresShape(string method, string path, string? body, int status, string code)
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var gateway = await StartAsync(engine);

        using var response = await SendAsync(gateway, method, path, body);

        var error = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"]!.AsObject();
        Assert.Equal(["code", "message"], error.Select(static p => p.Key));
        Assert.Equal((status, code), ((int)response.StatusCode, error["code"]!.ToString()));
        Assert.True(Guid.TryParse(Header(response, "apim-request-id"), out _));
        Assert.Equal(0, engine.Calls);
        var failed = Assert.Single(await gateway.EventsAsync<RequestFailed>());
        Assert.Equal(("azure", status), (failed.Provider, failed.Status));
        Assert.DoesNotContain("gpt-4o", failed.Endpoint, StringComparison.Ordinal);
        await gateway.AssertEndsOnceAsync();
    }

    [Theory]
    [InlineData("api-key", Key, 200)]
    [InlineData("authorization", "Bearer " + Key, 200)]
    [InlineData("api-key", "wrong-key-abcdefgh", 401)]
    [InlineData("x-api-key", Key, 401)]
    public async Task KeyedMode_TakesTheKeyWhereAzureDoes(string header, string value, int status)
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var gateway = await StartAsync(
            engine, ("FakeAi:Gateway:Keys:0:Sha256", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Key)))), ("FakeAi:Gateway:Keys:0:Name", "ci"));

        using var response = await SendAsync(gateway, "POST", Chat, "{}", (header, value));

        var text = await response.Content.ReadAsStringAsync();
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(status == 401, text.StartsWith("""{"error":{"code":"401","message":"Access denied due to """, StringComparison.Ordinal));
        Assert.Equal(
            status == 200 ? "/openai/deployments/{deployment}/chat/completions" : "/openai/deployments/{deployment}",
            Assert.Single(await gateway.EventsAsync<RequestStarted>()).Endpoint);
    }

    [Fact]
    public async Task Models_OfVersion1_AreListedWithAzuresHeaders()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var gateway = await StartAsync(engine);

        using var list = await SendAsync(gateway, "GET", "/openai/v1/models", null);
        using var one = await SendAsync(gateway, "GET", "/openai/v1/models/gpt-4o", null);

        using var json = JsonDocument.Parse(await list.Content.ReadAsStringAsync());
        Assert.Contains(json.RootElement.GetProperty("data").EnumerateArray(), static m => m.GetProperty("id").GetString() == "gpt-4o");
        Assert.Equal(HttpStatusCode.OK, one.StatusCode);
        Assert.Equal("East US", Header(one, "x-ms-region"));
    }

    [Theory]
    [InlineData("no/name", "gpt-4o")]
    [InlineData("mine", "no-such-model")]
    public async Task Deployment_ThatCannotBe_KeepsTheGatewayFromStarting(string name, string model)
    {
        await using var engine = await FakeEngine.StartAsync();
        var fault = await Assert.ThrowsAsync<OptionsValidationException>(() => GatewayHost.StartAsync(engine, ($"FakeAi:Gateway:AzureDeployments:{name}", model)));
        Assert.Contains($"AzureDeployments:{name}", fault.Message, StringComparison.Ordinal);
    }

    private static Task<GatewayHost> StartAsync(FakeEngine engine, params (string, string?)[] settings) =>
        GatewayHost.StartAsync(engine, [("FakeAi:Gateway:AzureDeployments:my-team", "gpt-4o-mini"), .. settings]);

    private static async Task<HttpResponseMessage> SendAsync(GatewayHost gateway, string method, string path, string? body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = body is null ? null : GatewayHost.Json(body) };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await gateway.Client.SendAsync(request);
    }

    private static string Header(HttpResponseMessage response, string name) => Assert.Single(response.Headers.GetValues(name));
}
