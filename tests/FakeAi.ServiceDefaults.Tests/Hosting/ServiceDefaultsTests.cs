using System.Net;
using System.Text.Json;
using FakeAi.Contracts.Wire;
using FakeAi.ServiceDefaults.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FakeAi.ServiceDefaults.Tests.Hosting;

public sealed class ServiceDefaultsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Health_NoToken_TellsReadinessAndPid()
    {
        await using var app = await StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };

        using var health = await http.GetAsync(new Uri("/health", UriKind.Relative), Token);
        using var alive = JsonDocument.Parse(await http.GetStringAsync(new Uri("/alive", UriKind.Relative), Token));

        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        Assert.Equal("ready", JsonDocument.Parse(await health.Content.ReadAsStringAsync(Token)).RootElement.GetProperty("status").GetString());
        Assert.Equal(Environment.ProcessId, alive.RootElement.GetProperty("pid").GetInt32());
    }

    [Theory]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    [InlineData("wrong", HttpStatusCode.Unauthorized)]
    [InlineData("the-token", HttpStatusCode.OK)]
    public async Task InternalService_TokenShown_LetsOnlyTheRightOneIn(string? token, HttpStatusCode expected)
    {
        await using var app = await StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        if (token is not null)
        {
            http.DefaultRequestHeaders.Add(InternalHeaders.Token, token);
        }

        using var answer = await http.GetAsync(new Uri("/inside", UriKind.Relative), Token);

        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact]
    public async Task HttpClient_Default_HasTimeoutBelowTheFrameworks()
    {
        await using var app = await StartAsync();

        using var client = app.Services.GetRequiredService<IHttpClientFactory>().CreateClient();

        Assert.Equal(TimeSpan.FromSeconds(30), client.Timeout);
    }

    [Theory]
    [InlineData("http://127.0.0.1:5000", true)]
    [InlineData("not an address", false)]
    [InlineData(null, false)]
    public void ServiceAddress_Configured_IsFoundOrExplained(string? value, bool valid)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["services:collector:http:0"] = value }).Build();

        if (valid)
        {
            Assert.Equal(new Uri(value!), ServiceAddress.Get(configuration, "collector"));
        }
        else
        {
            var fault = Assert.Throws<InvalidOperationException>(() => ServiceAddress.Get(configuration, "collector"));
            Assert.Contains("collector", fault.Message, StringComparison.Ordinal);
        }
    }

    private static Task<WebApplication> StartAsync() => TestService.StartAsync(
        "test",
        new() { ["FakeAi:InternalToken"] = "the-token" },
        app =>
        {
            app.UseInternalToken();
            app.MapGet("/inside", () => "in");
        },
        Token);
}
