using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using FakeAi.Contracts.Events;
using FakeAi.Contracts.Wire;
using FakeAi.Gateway.Tests.Hosting;

namespace FakeAi.Gateway.Tests.Providers;

/// <summary>Perplexity's address, key and errors.</summary>
public sealed class PerplexityTests
{
    private const string Chat = "/perplexity/chat/completions";
    private const string Key = "pplx-0123456789";

    [Theory]
    [InlineData("POST", Chat, "Bearer " + Key, 200, null)]
    [InlineData("POST", Chat, null, 401, "invalid_api_key")]
    [InlineData("POST", Chat, "Bearer pplx-wrong-one-1", 401, "invalid_api_key")]
    [InlineData("POST", "/perplexity/unknown", "Bearer " + Key, 404, "not_found")]
    [InlineData("GET", Chat, "Bearer " + Key, 405, "method_not_allowed")]
    public async Task Request_OnItsPath_IsServedAsItsVariantOrRefusedInItsShape(string method, string path, string? authorization, int status, string? type)
    {
        var seen = "";
        await using var engine = await FakeEngine.StartAsync();
        engine.Handler = context =>
        {
            seen = $"{context.Request.Path} {context.Request.Headers[InternalHeaders.Variant]}";
            return FakeEngine.AnswerAsync(context);
        };
        await using var gateway = await GatewayHost.StartAsync(
            engine, ("FakeAi:Gateway:Keys:0:Sha256", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Key)))), ("FakeAi:Gateway:Keys:0:Name", "ci"));
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = method == "POST" ? GatewayHost.Json("{}") : null };
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("authorization", authorization);
        }

        using var response = await gateway.Client.SendAsync(request);

        var json = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(type, json["error"]?["type"]?.ToString());
        Assert.Equal(type is null ? null : status, json["error"]?["code"]?.GetValue<int>());
        Assert.Equal(type is null ? $"/v1/chat/completions {WireVariants.Perplexity}" : "", seen);
        var started = Assert.Single(await gateway.EventsAsync<RequestStarted>());
        Assert.Equal(("perplexity", path), (started.Provider, started.Endpoint));
        await gateway.AssertEndsOnceAsync();
    }
}
