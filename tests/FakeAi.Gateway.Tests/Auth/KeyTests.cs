using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using FakeAi.Contracts.Events;
using FakeAi.Gateway.Auth;
using FakeAi.Gateway.Edge;
using FakeAi.Gateway.Tests.Hosting;
using Microsoft.Extensions.Configuration;

namespace FakeAi.Gateway.Tests.Auth;

public sealed class KeyTests
{
    private const string Key = "sk-test-0123456789";

    private static readonly (string, string?)[] s_keyed =
    [
        ("FakeAi:Gateway:Keys:0:Sha256", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Key)))),
        ("FakeAi:Gateway:Keys:0:Name", "ci"),
        ("FakeAi:Gateway:Keys:0:Organization", "org-ci"),
        ("FakeAi:Gateway:Keys:0:Project", "proj-1"),
    ];

    [Theory]
    [InlineData("/v1/models")]
    [InlineData("/V1/models")]
    [InlineData("/v1/unknown")]
    [InlineData("/metrics/snapshot")]
    [InlineData("/waterfall/data")]
    [InlineData("/errors")]
    [InlineData("/hubs/live")]
    public async Task KeyedMode_WithoutOrWithAWrongKey_Refuses(string path)
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var gateway = await GatewayHost.StartAsync(engine, s_keyed);

        using var missing = await gateway.Client.GetAsync(path);
        gateway.Client.DefaultRequestHeaders.Add("authorization", "Bearer sk-wrong-key-xyz");
        using var wrong = await gateway.Client.GetAsync(path);

        Assert.Equal(HttpStatusCode.Unauthorized, missing.StatusCode);
        Assert.Contains("You didn't provide an API key.", await missing.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        var text = await wrong.Content.ReadAsStringAsync();
        Assert.Contains("Incorrect API key provided: sk-w***xyz. You can find your API key at https://platform.openai.com/account/api-keys.", text, StringComparison.Ordinal);
        Assert.Contains("\"code\": \"invalid_api_key\"", text, StringComparison.Ordinal);
        if (path.StartsWith("/v1", StringComparison.OrdinalIgnoreCase))
        {
            Assert.Equal(2, (await gateway.EventsAsync<RequestFailed>(2)).Count);
        }

        Assert.DoesNotContain(gateway.Events.Events, static e => e.Data.ToString()!.Contains("sk-wrong-key", StringComparison.Ordinal));
        await gateway.AssertEndsOnceAsync();
    }

    [Fact]
    public async Task KeyedMode_WithAnAcceptedKey_ServesAndTellsItsOwner()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var gateway = await GatewayHost.StartAsync(engine, s_keyed);
        gateway.Client.DefaultRequestHeaders.Add("authorization", $"bearer {Key}");

        using var response = await gateway.ChatAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("org-ci", Assert.Single(response.Headers.GetValues("openai-organization")));
        Assert.Equal("proj-1", Assert.Single(response.Headers.GetValues("openai-project")));
        Assert.Equal("ci", Assert.Single(await gateway.EventsAsync<RequestStarted>()).Key);
        using var health = await new HttpClient().GetAsync(new Uri(gateway.Address, "/health"));
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
    }

    [Fact]
    public async Task OpenMode_OnAnOpenAddress_RefusesToStart()
    {
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList = { typeof(GatewayOptions).Assembly.Location },
            Environment = { ["ASPNETCORE_URLS"] = "http://0.0.0.0:0" },
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = await process.StandardError.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(30));
        await process.WaitForExitAsync();

        Assert.Equal(1, process.ExitCode);
        Assert.StartsWith("Refusing to listen on http://0.0.0.0:0 without keys", error, StringComparison.Ordinal);
        Assert.DoesNotContain("Now listening", await output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("urls", "http://localhost:8000;http://127.0.0.5:1;http://[::1]:2", null)]
    [InlineData("urls", "http://localhost:8000;http://*:80", "http://*:80")]
    [InlineData("urls", "http://+:80", "http://+:80")]
    [InlineData("urls", "http://192.168.1.4:80", "http://192.168.1.4:80")]
    [InlineData("urls", "http://my-host:80", "http://my-host:80")]
    [InlineData("urls", "http://[::]:80", "http://[::]:80")]
    [InlineData("http_ports", "8080", "http://*:8080")]
    [InlineData("Kestrel:Endpoints:Main:Url", "http://0.0.0.0:1", "http://0.0.0.0:1")]
    [InlineData("other", "x", null)]
    public void BindAddresses_Configured_TellsTheFirstOpenOne(string key, string value, string? open)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new(key, value)]).Build();

        Assert.Equal(open, BindAddresses.FirstOpen(BindAddresses.Configured(configuration)));
    }

    [Theory]
    [InlineData("", "***", null)]
    [InlineData("short", "***", "…")]
    [InlineData("sk-test-0123456789", "sk-t***789", "sk-…6789")]
    [InlineData("other-0123456789\n\u20ac", "othe***9??", "…89??")]
    public void PresentedKey_Shown_IsMasked(string key, string masked, string? tag)
    {
        Assert.Equal(masked, PresentedKey.Mask(key));
        Assert.Equal(tag, PresentedKey.Tag(key));
    }
}
