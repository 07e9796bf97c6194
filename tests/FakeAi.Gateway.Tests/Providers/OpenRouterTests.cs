using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using FakeAi.Contracts.Events;
using FakeAi.Contracts.Wire;
using FakeAi.Gateway.Tests.Hosting;

namespace FakeAi.Gateway.Tests.Providers;

/// <summary>OpenRouter's addresses, keys, errors and list of models.</summary>
public sealed class OpenRouterTests
{
    private const string Chat = "/api/v1/chat/completions";
    private const string Key = "sk-or-v1-0123456789";

    private static readonly (string, string?)[] s_keyed =
    [
        ("FakeAi:Gateway:Keys:0:Sha256", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Key)))),
        ("FakeAi:Gateway:Keys:0:Name", "ci"),
    ];

    [Fact]
    public async Task Chat_OnItsPath_ReachesTheEngineUnchangedAsItsVariant()
    {
        const string Body = """{"model":"openai/gpt-4o:free","messages":[]}""";
        var seen = "";
        await using var engine = await FakeEngine.StartAsync();
        engine.Handler = async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            seen = $"{context.Request.Path} {context.Request.Headers[InternalHeaders.Variant]} {await reader.ReadToEndAsync()}";
            await FakeEngine.AnswerAsync(context);
        };
        await using var gateway = await GatewayHost.StartAsync(engine, s_keyed);

        using var response = await SendAsync(gateway, "POST", Chat, Body, "Bearer " + Key);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal($"/v1/chat/completions {WireVariants.OpenRouter} {Body}", seen);
        Assert.DoesNotContain(response.Headers, static h => h.Key.StartsWith("openai-", StringComparison.Ordinal));
        var completed = Assert.Single(await gateway.EventsAsync<RequestCompleted>());
        Assert.Equal(("openrouter", Chat, "gpt-4o-mini"), (completed.Provider, completed.Endpoint, completed.Model));
    }

    [Theory]
    [InlineData("POST", Chat, null, 401, "No auth credentials found")]
    [InlineData("POST", Chat, "Bearer sk-or-v1-wrong-one", 401, "User not found.")]
    [InlineData("GET", "/api/v1/models", null, 401, "No auth credentials found")]
    [InlineData("POST", "/api/v1/unknown", "Bearer " + Key, 404, "Not Found")]
    [InlineData("GET", Chat, "Bearer " + Key, 405, "Method Not Allowed")]
    public async Task Fault_OfTheEdge_HasOpenRoutersShape(string method, string path, string? authorization, int status, string message)
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var gateway = await GatewayHost.StartAsync(engine, s_keyed);

        using var response = await SendAsync(gateway, method, path, method == "POST" ? "{}" : null, authorization);

        var error = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"]!;
        Assert.Equal((status, status, message), ((int)response.StatusCode, error["code"]!.GetValue<int>(), error["message"]!.ToString()));
        Assert.Equal("openrouter", Assert.Single(await gateway.EventsAsync<RequestFailed>()).Provider);
        Assert.Equal(0, engine.Calls);
        await gateway.AssertEndsOnceAsync();
    }

    [Fact]
    public async Task Models_AreListedWithPricesAToken()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var gateway = await GatewayHost.StartAsync(engine);

        using var response = await SendAsync(gateway, "GET", "/api/v1/models", null, null);

        var models = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["data"]!.AsArray();
        var mini = models.Single(static m => m!["id"]!.ToString() == "openai/gpt-4o-mini")!;
        Assert.Equal(("0.00000015", "0.0000006", "0.000000075"), (
            mini["pricing"]!["prompt"]!.ToString(), mini["pricing"]!["completion"]!.ToString(), mini["pricing"]!["input_cache_read"]!.ToString()));
        Assert.Equal("text+image->text", mini["architecture"]!["modality"]!.ToString());
        Assert.Contains("tools", mini["supported_parameters"]!.AsArray().Select(static p => p!.ToString()));
        Assert.Equal(128_000, mini["context_length"]!.GetValue<int>());
    }

    private static async Task<HttpResponseMessage> SendAsync(GatewayHost gateway, string method, string path, string? body, string? authorization)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = body is null ? null : GatewayHost.Json(body) };
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("authorization", authorization);
        }

        return await gateway.Client.SendAsync(request);
    }
}
