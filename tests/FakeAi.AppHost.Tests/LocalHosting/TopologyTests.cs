using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace FakeAi.AppHost.Tests.LocalHosting;

/// <summary><c>AppHost.cs</c> run through the testing builder.</summary>
public sealed class TopologyTests
{
    private static readonly TimeSpan s_startLimit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Start_ThreeEngines_GatewayIsHandedEachOne()
    {
        await using var app = await StartAsync("FakeAi:Engines=3", "FakeAi:Seed=7");

        var gateway = await EnvironmentOfAsync(app, "gateway");
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal($"engine-{i}", gateway[$"Engines__{i}__Name"]);
            Assert.Equal(Address(app, $"engine-{i}", "http"), gateway[$"Engines__{i}__Http"]);
            Assert.Equal(Address(app, $"engine-{i}", "h2c"), gateway[$"Engines__{i}__H2c"]);
            var engine = await EnvironmentOfAsync(app, $"engine-{i}");
            Assert.Equal($"engine-{i}", engine["OTEL_SERVICE_NAME"]);
            Assert.Equal(Address(app, $"engine-{i}", "http"), engine["ASPNETCORE_URLS"]);
            Assert.EndsWith($":{engine["FAKEAI_H2C_PORT"]}", gateway[$"Engines__{i}__H2c"], StringComparison.Ordinal);
        }

        Assert.DoesNotContain("Engines__3__Name", gateway.Keys);
    }

    [Fact]
    public async Task Start_EveryService_GetsWhatAspireAndTheInstallationInject()
    {
        await using var app = await StartAsync();

        var tokens = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in (string[])["gateway", "engine-0", "collector", "dashboard"])
        {
            var environment = await EnvironmentOfAsync(app, name);
            Assert.Equal(await app.GetConnectionStringAsync("redis"), environment["ConnectionStrings__redis"]);
            Assert.Equal("42", environment["FakeAi__Seed"]);
            Assert.Equal(name == "gateway", environment.ContainsKey("FakeAi__AdminKey"));
            Assert.StartsWith("service.instance.id=", environment["OTEL_RESOURCE_ATTRIBUTES"], StringComparison.Ordinal);
            tokens.Add(environment["FakeAi__InternalToken"]);
        }

        Assert.Single(tokens);
        Assert.Equal(Address(app, "collector", "http"), (await EnvironmentOfAsync(app, "gateway"))["services__collector__http__0"]);
        Assert.Equal(Address(app, "gateway", "http"), (await EnvironmentOfAsync(app, "dashboard"))["services__gateway__http__0"]);
        Assert.Equal(Address(app, "collector", "http"), (await EnvironmentOfAsync(app, "dashboard"))["services__collector__http__0"]);
    }

    [Fact]
    public async Task Redis_Running_NeedsItsPasswordAndAppends()
    {
        await using var app = await StartAsync();
        var parts = (await app.GetConnectionStringAsync("redis"))!.Split([':', ',', '='], 4);
        var (port, password) = (int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture), parts[3]);

        Assert.NotEqual(6379, port);
        Assert.Contains("NOAUTH", await AskRedisAsync(port, "PING\r\nQUIT\r\n"), StringComparison.Ordinal);
        var answer = await AskRedisAsync(port, $"AUTH {password}\r\nCONFIG GET appendonly\r\nCONFIG GET bind\r\nCONFIG GET dir\r\nQUIT\r\n");
        Assert.Contains("appendonly\r\n$3\r\nyes", answer, StringComparison.Ordinal);
        Assert.Contains("bind\r\n$9\r\n127.0.0.1", answer, StringComparison.Ordinal);
        Assert.Contains("/redis\r\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WaitForHealthy_ServiceThatCrashes_ThrowsItsReason()
    {
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.FakeAi_AppHost>(["FakeAi:Seed=abc"]);
        await using var app = await builder.BuildAsync();
        await app.StartAsync();

        var e = await Assert.ThrowsAsync<DistributedApplicationException>(() =>
            app.ResourceNotifications.WaitForResourceHealthyAsync("gateway").WaitAsync(s_startLimit));

        Assert.Contains("FakeAi:Seed", e.Message, StringComparison.Ordinal);
        Assert.Contains("Failed to convert", app.GetLocalLogs(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dispose_RunningApplication_LeavesNoProcessAndNoFolder()
    {
        var app = await StartAsync();
        var alive = await app.CreateHttpClient("gateway").GetFromJsonAsync<JsonElement>("/alive");
        var pid = alive.GetProperty("pid").GetInt32();
        var home = ProcessTable.Environment(pid);
        var children = ProcessTable.ChildrenOf(Environment.ProcessId);
        var redis = children.Single(c => ProcessTable.CommandLine(c).Contains("redis-server", StringComparison.Ordinal)
            && ProcessTable.CommandLine(c).Contains(":" + home["ConnectionStrings__redis"].Split(':', ',')[1], StringComparison.Ordinal));
        var folder = Path.GetDirectoryName(new FileInfo($"/proc/{redis}/cwd").ResolveLinkTarget(returnFinalTarget: true)!.FullName)!;
        Assert.True(Directory.Exists(folder));

        await app.DisposeAsync();

        Assert.False(ProcessTable.IsRunning(pid));
        Assert.False(ProcessTable.IsRunning(redis));
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task Create_SettingsThatAreWrong_TellsThatNothingWasBuilt()
    {
        var e = await Assert.ThrowsAsync<DistributedApplicationException>(() =>
            DistributedApplicationTestingBuilder.CreateAsync<Projects.FakeAi_AppHost>(["FakeAi:Engines=0"]));

        Assert.Contains("returned 1", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AdminCommands_Prepared_CarryTheAdminKey()
    {
        using var home = new TempFolder();
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.FakeAi_AppHost>([$"FAKEAI_HOME={home.Path}"]);
        await using var app = await builder.BuildAsync();
        var gateway = app.Resources.Single(r => r.Name == "gateway");

        Assert.Equal(["reset-data", "toggle-fast-mode"], gateway.Commands.Select(c => c.Name));
        foreach (var command in gateway.Commands)
        {
            using var client = new HttpClient();
            using var request = new HttpRequestMessage();
            await command.Options.PrepareRequest!(new HttpCommandRequestContext
            {
                ResourceName = "gateway",
                Endpoint = command.Endpoint,
                HttpClient = client,
                Request = request,
                CancellationToken = default,
            });
            Assert.Equal((await File.ReadAllTextAsync(Path.Combine(home.Path, "admin.key"))).Trim(), request.Headers.GetValues("x-fakeai-admin-key").Single());
        }
    }

    private static async Task<DistributedApplication> StartAsync(params string[] settings)
    {
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.FakeAi_AppHost>(settings);
        var app = await builder.BuildAsync();
        try
        {
            await app.StartAsync();
            foreach (var name in (string[])["gateway", "dashboard"])
            {
                await app.ResourceNotifications.WaitForResourceHealthyAsync(name).WaitAsync(s_startLimit);
            }
        }
        catch
        {
            TestContext.Current.TestOutputHelper?.WriteLine(app.GetLocalLogs());
            await app.DisposeAsync();
            throw;
        }

        return app;
    }

    private static string Address(DistributedApplication app, string resource, string endpoint) => app.GetEndpoint(resource, endpoint).ToString().TrimEnd('/');

    private static async Task<IReadOnlyDictionary<string, string>> EnvironmentOfAsync(DistributedApplication app, string resource)
    {
        using var client = app.CreateHttpClient(resource);
        var alive = await client.GetFromJsonAsync<JsonElement>("/alive");
        return ProcessTable.Environment(alive.GetProperty("pid").GetInt32());
    }

    private static async Task<string> AskRedisAsync(int port, string commands)
    {
        using var client = new TcpClient("127.0.0.1", port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(commands));
        using var reader = new StreamReader(client.GetStream());
        return await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(10));
    }
}
