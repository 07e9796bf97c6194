using FakeAi.AppHost.Setup;
using Microsoft.Extensions.Configuration;

namespace FakeAi.AppHost.Tests.Setup;

public sealed class SetupTests
{
    [Fact]
    public void Settings_NothingConfigured_AreTheDocumentedDefaults()
    {
        Assert.True(AppHostSettings.TryRead(Configuration(), out var settings, out _));

        Assert.Equal(new AppHostSettings(8000, 8080, 1, "42"), settings);
    }

    [Fact]
    public void Settings_PortZero_MeansAnyFreePort()
    {
        Assert.True(AppHostSettings.TryRead(Configuration("FakeAi:GatewayPort=0", "FakeAi:DashboardPort=0"), out var settings, out _));

        Assert.Null(settings.GatewayPort);
        Assert.Null(settings.DashboardPort);
    }

    [Theory]
    [InlineData("FakeAi:GatewayPort=80a", "FakeAi:GatewayPort is '80a'")]
    [InlineData("FakeAi:DashboardPort=65536", "FakeAi:DashboardPort is '65536'")]
    [InlineData("FakeAi:Engines=0", "FakeAi:Engines is '0'")]
    [InlineData("FakeAi:Engines=65", "FakeAi:Engines is '65'")]
    [InlineData("FakeAi:DashboardPort=8000", "are both 8000")]
    public void Settings_OutOfRange_AreRefusedByName(string setting, string expected)
    {
        Assert.False(AppHostSettings.TryRead(Configuration(setting), out _, out var problem));

        Assert.Contains(expected, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Installation_OpenedAgain_KeepsItsKeyAndChangesItsToken()
    {
        using var home = new TempFolder();
        var configuration = Configuration($"FAKEAI_HOME={home.Path}/new");
        Assert.True(Installation.TryOpen(configuration, run: true, out var first, out _));
        first!.Dispose();
        Assert.True(Installation.TryOpen(configuration, run: true, out var second, out _));
        using (second)
        {
            Assert.Equal(first.AdminKey, second!.AdminKey);
            Assert.NotEqual(first.InternalToken, second.InternalToken);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode($"{home.Path}/new/admin.key"));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode($"{home.Path}/new"));
        }
    }

    [Fact]
    public void Installation_Held_RefusesAnotherOne()
    {
        using var home = new TempFolder();
        var configuration = Configuration($"FAKEAI_HOME={home.Path}");
        Assert.True(Installation.TryOpen(configuration, run: true, out var first, out _));
        using (first)
        {
            Assert.False(Installation.TryOpen(configuration, run: true, out _, out var problem));
            Assert.Contains("already runs with the data folder", problem, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Installation_FolderThatCannotBe_SaysWhy()
    {
        Assert.False(Installation.TryOpen(Configuration("FAKEAI_HOME=/dev/null/x"), run: true, out _, out var problem));

        Assert.Contains("The data folder /dev/null/x cannot be used", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Installation_WhenPublishing_TouchesNothing()
    {
        using var home = new TempFolder();

        Assert.True(Installation.TryOpen(Configuration($"FAKEAI_HOME={home.Path}/new"), run: false, out var installation, out _));

        Assert.Null(installation);
        Assert.False(Directory.Exists($"{home.Path}/new"));
    }

    private static IConfiguration Configuration(params string[] settings) => new ConfigurationBuilder().AddCommandLine(settings).Build();
}
