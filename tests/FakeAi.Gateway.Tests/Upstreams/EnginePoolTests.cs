using FakeAi.Gateway.Upstreams;
using FakeAi.Gateway.Upstreams.Links;
using FakeAi.ServiceDefaults.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using FakeAi.TestKit;
using Microsoft.Extensions.Options;

namespace FakeAi.Gateway.Tests.Upstreams;

public sealed class EnginePoolTests
{
    private readonly ManualTimeProvider _clock = new();

    [Fact]
    public void Choose_AmongEquals_TakesTurns()
    {
        using var pool = Pool(3);

        var names = Enumerable.Range(0, 6).Select(_ =>
        {
            var choice = pool.Choose()!.Value;
            Assert.Equal("round_robin", choice.Reason);
            choice.Engine.Leave();
            return choice.Engine.Name;
        }).ToList();

        Assert.Equal(3, names.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(names[..3], names[3..]);
    }

    [Fact]
    public void Choose_WithOneIdle_TakesTheLeastActive()
    {
        using var pool = Pool(3);
        pool.Engines[0].Enter();
        pool.Engines[2].Enter();

        Assert.Equal(new EngineChoice(pool.Engines[1], "least_active"), pool.Choose());
        Assert.Equal(1, pool.Engines[1].Active);
    }

    [Fact]
    public void Choose_AfterAFailure_AvoidsTheEngineUntilItHasCooledOff()
    {
        using var pool = Pool(2);
        pool.Failed(pool.Engines[0]);
        for (var i = 0; i < 4; i++)
        {
            Assert.Same(pool.Engines[1], pool.Choose()!.Value.Engine);
        }

        Assert.Same(pool.Engines[0], pool.Choose([pool.Engines[1]])!.Value.Engine);
        pool.Engines[0].Leave();
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Same(pool.Engines[0], pool.Choose()!.Value.Engine);
        Assert.Null(pool.Choose([pool.Engines[0], pool.Engines[1]]));
    }

    private EnginePool Pool(int count)
    {
        var options = new EnginesOptions();
        for (var i = 0; i < count; i++)
        {
            options.Engines.Add(new EngineOptions { Name = $"engine-{i}", H2c = "http://localhost:1" });
        }

        return new EnginePool(
            Options.Create(options), Options.Create(new GatewayOptions()), Options.Create(new InstallationOptions()), _clock, NullLogger<EngineLink>.Instance);
    }
}
