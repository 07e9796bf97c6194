namespace FakeAi.Architecture.Tests;

public sealed class DependencyTests
{
    [Theory]
    [InlineData("FakeAi.Contracts", "StackExchange.Redis")]
    [InlineData("FakeAi.Contracts", "Microsoft.AspNetCore")]
    [InlineData("FakeAi.Engine", "StackExchange.Redis")]
    [InlineData("FakeAi.Gateway", "StackExchange.Redis")]
    [InlineData("FakeAi.Dashboard", "StackExchange.Redis")]
    [InlineData("FakeAi.Gateway", "FakeAi.Engine")]
    [InlineData("FakeAi.Gateway", "FakeAi.Collector")]
    [InlineData("FakeAi.Engine", "FakeAi.Gateway")]
    [InlineData("FakeAi.Collector", "FakeAi.Gateway")]
    [InlineData("FakeAi.Dashboard", "FakeAi.Collector")]
    [InlineData("FakeAi.EventBus", "FakeAi.ServiceDefaults")]
    [InlineData("FakeAi.Storage", "FakeAi.ServiceDefaults")]
    [InlineData("FakeAi.Storage", "FakeAi.EventBus")]
    [InlineData("FakeAi.Storage", "Microsoft.AspNetCore")]
    [InlineData("FakeAi.Engine", "FakeAi.Storage")]
    public void Project_DependsOn_NothingItMustNotKnow(string project, string forbidden)
    {
        Assert.DoesNotContain(
            CompiledAssembly.Read(project).Assemblies,
            name => name == forbidden || name.StartsWith(forbidden + ".", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("FakeAi.EventBus")]
    [InlineData("FakeAi.Storage")]
    [InlineData("FakeAi.Gateway")]
    [InlineData("FakeAi.Engine")]
    [InlineData("FakeAi.Collector")]
    [InlineData("FakeAi.Dashboard")]
    public void Service_TimeAndRandomness_AreInjected(string project)
    {
        string[] ambient =
        [
            "System.DateTime::get_UtcNow", "System.DateTime::get_Now", "System.DateTimeOffset::get_UtcNow",
            "System.DateTimeOffset::get_Now", "System.Random::get_Shared", "System.Random::.ctor",
        ];

        Assert.Empty(CompiledAssembly.Read(project).Members.Intersect(ambient));
    }
}
