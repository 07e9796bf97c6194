using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace FakeAi.AppHost.Tests.Scripts;

/// <summary>What <c>./fakeai</c> says before it builds or starts anything.</summary>
public sealed class FakeAiScriptTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);
    private readonly TempFolder _home = new();

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData("help")]
    [InlineData("--help")]
    public async Task Help_Asked_NamesCommandsAndOptions(string word)
    {
        var (code, output) = await RunAsync(word);

        Assert.Equal(0, code);
        foreach (var expected in (string[])["./fakeai up", "./fakeai test", "--port", "--dashboard-port", "--engines", "FAKEAI_HOME", "FAKEAI_REDIS"])
        {
            Assert.Contains(expected, output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("there is no command 'dance'", "dance")]
    [InlineData("up has no option '--fast'", "up", "--fast")]
    [InlineData("test has no option '--fast'", "test", "--fast")]
    public async Task Word_Unknown_IsRefusedWithCode2(string expected, params string[] words)
    {
        var (code, output) = await RunAsync(words);

        Assert.Equal(2, code);
        Assert.Contains(expected, output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--port is '80a'", "--port", "80a")]
    [InlineData("--port is '0'", "--port", "0")]
    [InlineData("--dashboard-port is '65536'", "--dashboard-port", "65536")]
    [InlineData("--engines is '65'", "--engines", "65")]
    [InlineData("--engines needs a number", "--engines")]
    [InlineData("cannot both have port 8080", "--port", "8080")]
    public async Task Up_OptionOutOfRange_IsRefused(string expected, params string[] options)
    {
        var (code, output) = await RunAsync(["up", .. options]);

        Assert.Equal(1, code);
        Assert.Contains(expected, output, StringComparison.Ordinal);
        Assert.Single(output.Trim().Split('\n'));
    }

    [Theory]
    [InlineData("--port", "--dashboard-port")]
    [InlineData("--dashboard-port", "--port")]
    public async Task Up_PortInUse_NamesPortAndOption(string taken, string other)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        var (code, output) = await RunAsync("up", taken, port.ToString(CultureInfo.InvariantCulture), other, FreePort());

        Assert.Equal(1, code);
        Assert.Equal($"fakeai: port {port} is in use by another program: end it, or choose another port with {taken} N.", output.Trim());
    }

    [Fact]
    public async Task Up_DataFolderTaken_NamesFolderAndProcess()
    {
        await using var held = new FileStream(Path.Combine(_home.Path, "lock"), FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        await File.WriteAllTextAsync(Path.Combine(_home.Path, "pid"), "4711");

        var (code, output) = await RunAsync("up", "--port", FreePort(), "--dashboard-port", FreePort());

        Assert.Equal(1, code);
        Assert.Equal($"fakeai: FakeAi already runs with the data folder {_home.Path} (process 4711): stop it, or set FAKEAI_HOME to another folder.", output.Trim());
    }

    [Fact]
    public async Task Up_GivenRedisAway_SaysSo()
    {
        var port = FreePort();

        var (code, output) = await RunAsync(["up", "--port", FreePort(), "--dashboard-port", FreePort()], ("FAKEAI_REDIS", $"127.0.0.1:{port},password=secret"));

        Assert.Equal(1, code);
        Assert.Equal($"fakeai: no Redis: nothing answers at 127.0.0.1:{port} (FAKEAI_REDIS).", output.Trim());
    }

    [Fact]
    public async Task Up_NoSdk_TellsWhereToGetIt()
    {
        // Only what the script itself needs, and no dotnet among it.
        var tools = Directory.CreateDirectory(Path.Combine(_home.Path, "bin")).FullName;
        foreach (var tool in (string[])["bash", "env", "readlink", "dirname", "realpath", "df", "awk", "grep", "flock", "timeout"])
        {
            File.CreateSymbolicLink(Path.Combine(tools, tool), $"/usr/bin/{tool}");
        }

        var (code, output) = await RunAsync(["up", "--port", FreePort(), "--dashboard-port", FreePort()], ("PATH", tools), ("HOME", _home.Path));

        Assert.Equal(1, code);
        Assert.Contains("the .NET 10 SDK is missing", output, StringComparison.Ordinal);
        Assert.Contains("https://dotnet.microsoft.com/download/dotnet/10.0", output, StringComparison.Ordinal);
    }

    private static string FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
    }

    private static string Script()
    {
        var folder = new DirectoryInfo(Path.GetDirectoryName(Projects.FakeAi_AppHost.ProjectPath)!);
        return Path.Combine(folder.FullName, "fakeai");
    }

    private Task<(int Code, string Output)> RunAsync(params string[] arguments) => RunAsync(arguments, []);

    private async Task<(int Code, string Output)> RunAsync(string[] arguments, params (string Name, string Value)[] variables)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["FAKEAI_HOME"] = _home.Path };
        foreach (var (name, value) in variables)
        {
            environment[name] = value;
        }

        await using var script = new ToolProcess("/bin/bash", [Script(), .. arguments], environment);
        return (await script.ExitAsync(s_limit), script.Output);
    }
}
