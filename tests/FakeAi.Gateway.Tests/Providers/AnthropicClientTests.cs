using System.Security.Cryptography;
using System.Text;
using Anthropic;
using Anthropic.Exceptions;
using Anthropic.Models.Messages;
using FakeAi.Gateway.Tests.Hosting;

namespace FakeAi.Gateway.Tests.Providers;

/// <summary>What the official client makes of what the edge itself refuses.</summary>
public sealed class AnthropicClientTests
{
    private static readonly MessageCreateParams s_request = new() { Model = "claude-sonnet-4-5", MaxTokens = 10, Messages = [new UserMessageParam("Hi")] };

    [Fact]
    public async Task Create_WithAWrongKey_ThrowsTheSdksUnauthorized()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var gateway = await GatewayHost.StartAsync(
            engine,
            ("FakeAi:Gateway:Keys:0:Sha256", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("sk-right-0123456789")))),
            ("FakeAi:Gateway:Keys:0:Name", "ci"));
        using var client = Client(gateway, "sk-wrong-0123456789");

        var fault = await Assert.ThrowsAsync<AnthropicUnauthorizedException>(() => client.Messages.Create(s_request, TestContext.Current.CancellationToken));

        Assert.Contains("invalid x-api-key", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_WithoutAnEngine_ThrowsTheSdksOverloaded()
    {
        await using var gateway = await GatewayHost.StartAsync([]);
        using var client = Client(gateway, "any-key");

        await Assert.ThrowsAsync<AnthropicOverloadedException>(() => client.Messages.Create(s_request, TestContext.Current.CancellationToken));
    }

    private static AnthropicClient Client(GatewayHost gateway, string key) =>
        new() { BaseUrl = gateway.Address.ToString().TrimEnd('/'), ApiKey = key, MaxRetries = 0, Timeout = TimeSpan.FromSeconds(30) };
}
