using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace FakeAi.AppHost.Tests.LocalHosting;

/// <summary>The AppHost as people run it: a process of its own, real services, a real Redis.</summary>
public sealed class AppHostProcessTests : IDisposable
{
    private static readonly TimeSpan s_startLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_stopLimit = TimeSpan.FromSeconds(15);
    private readonly TempFolder _home = new();

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    [InlineData("HUP")]
    public async Task Stop_Signal_EndsEveryProcess(string signal)
    {
        await using var host = await StartHealthyAsync();
        var children = ProcessTable.ChildrenOf(host.Id);
        Assert.Equal(5, children.Count);

        host.Signal(signal);

        Assert.Equal(0, await host.ExitAsync(s_stopLimit));
        Assert.DoesNotContain(children, ProcessTable.IsRunning);
        Assert.DoesNotContain("ended with exit code", host.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_ServiceThatDoesNotAnswer_IsKilledInTime()
    {
        await using var host = await StartHealthyAsync();
        var children = ProcessTable.ChildrenOf(host.Id);
        using (var freeze = System.Diagnostics.Process.Start("kill", ["-STOP", $"{Find(host, "FakeAi.Gateway")}"]))
        {
            await freeze.WaitForExitAsync();
        }

        host.Signal("TERM");

        Assert.Equal(0, await host.ExitAsync(s_stopLimit));
        Assert.DoesNotContain(children, ProcessTable.IsRunning);
    }

    [Fact]
    public async Task Kill_AppHost_LeavesNoProcess()
    {
        await using var host = await StartHealthyAsync();
        var children = ProcessTable.ChildrenOf(host.Id);

        host.Signal("KILL");

        await ProcessTable.WaitUntilGoneAsync(children, s_stopLimit);
    }

    [Fact]
    public async Task Service_DiesWhileRunning_IsToldAndNotRestarted()
    {
        await using var host = await StartHealthyAsync();
        var engine = Find(host, "FakeAi.Engine");

        using (var kill = System.Diagnostics.Process.Start("kill", ["-KILL", $"{engine}"]))
        {
            await kill.WaitForExitAsync();
        }

        await host.WaitForOutputAsync("engine-0 ended with exit code 137", s_stopLimit);
        Assert.False(host.HasExited);
        Assert.Equal(4, ProcessTable.ChildrenOf(host.Id).Count(ProcessTable.IsRunning));
    }

    [Fact]
    public async Task Start_ServiceThatCrashes_EndsWithItsReason()
    {
        await using var host = Start("FakeAi:Seed=abc");

        Assert.Equal(1, await host.ExitAsync(s_startLimit));
        Assert.Contains("FakeAi did not start", host.Output, StringComparison.Ordinal);
        Assert.Contains("Failed to convert configuration value 'abc' at 'FakeAi:Seed'", host.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_PortInUse_NamesIt()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;

        await using var host = Start(string.Create(CultureInfo.InvariantCulture, $"FakeAi:GatewayPort={port}"));

        Assert.Equal(1, await host.ExitAsync(s_startLimit));
        Assert.Contains($"port {port} for 'gateway' is in use", host.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_SameDataFolderTwice_RefusesTheSecond()
    {
        await using var first = await StartHealthyAsync();
        await using var second = Start();

        Assert.Equal(1, await second.ExitAsync(s_startLimit));
        Assert.Contains($"FakeAi already runs with the data folder {_home.Path} (process {first.Id})", second.Output, StringComparison.Ordinal);
        Assert.False(first.HasExited);
    }

    [Fact]
    public async Task Start_WithLogFolder_KeepsServiceLinesOffTheTerminal()
    {
        await using var host = await StartHealthyAsync($"FakeAi:LogFolder={_home.Path}/logs");

        Assert.DoesNotContain("Now listening on", host.Output, StringComparison.Ordinal);
        Assert.Contains("Now listening on", await ReadSharedAsync($"{_home.Path}/logs/gateway.log"), StringComparison.Ordinal);
    }

    private static int Find(ToolProcess host, string assembly) =>
        ProcessTable.ChildrenOf(host.Id).Single(pid => ProcessTable.CommandLine(pid).Contains(assembly, StringComparison.Ordinal));

    private static async Task<string> ReadSharedAsync(string path)
    {
        await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }

    private ToolProcess Start(params string[] settings) => new("dotnet",
        ["exec", typeof(Projects.FakeAi_AppHost).Assembly.Location, "FakeAi:GatewayPort=0", "FakeAi:DashboardPort=0", .. settings],
        new Dictionary<string, string>(StringComparer.Ordinal) { ["FAKEAI_HOME"] = _home.Path });

    private async Task<ToolProcess> StartHealthyAsync(params string[] settings)
    {
        var host = Start(settings);
        await host.WaitForOutputAsync("All resources are healthy.", s_startLimit);
        return host;
    }
}
