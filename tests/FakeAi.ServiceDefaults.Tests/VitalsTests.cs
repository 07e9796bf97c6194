using FakeAi.Contracts.Events;
using FakeAi.EventBus;
using FakeAi.ServiceDefaults.Hosting;
using FakeAi.ServiceDefaults.Redis;
using FakeAi.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FakeAi.ServiceDefaults.Tests;

public sealed class VitalsTests
{
    [Fact]
    public async Task Service_ThatPublishes_TellsItsHealthEveryFiveSecondsAndCountsItsRequests()
    {
        var time = new ManualTimeProvider();
        var publisher = new RecordingPublisher();
        var inside = new TaskCompletionSource();
        var leave = new TaskCompletionSource();
        var builder = NewBuilder();
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddSingleton<IEventPublisher>(publisher);
        builder.AddServiceDefaults("gateway");
        await using var app = builder.Build();
        app.MapServiceDefaults();
        app.MapGet("/slow", async () =>
        {
            inside.SetResult();
            await leave.Task;
        });
        await app.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        await Eventually.IsTrueAsync(() => publisher.Of<HealthSampled>().Count == 1);
        var request = http.GetAsync("/slow");
        await inside.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await SampleAsync(2);
        Assert.Equal(1, publisher.Of<HealthSampled>()[1].ActiveRequests);
        leave.SetResult();
        using (await request)
        {
        }

        // Health endpoints themselves are not counted.
        Assert.Equal("ready", (await http.GetStringAsync("/health")).Contains("\"ready\"", StringComparison.Ordinal) ? "ready" : "not ready");
        await SampleAsync(3);
        var sample = publisher.Of<HealthSampled>()[2];
        Assert.Equal((0, 10.0, Environment.ProcessId), (sample.ActiveRequests, sample.UptimeSeconds, sample.Pid));
        Assert.True(sample.WorkingSetBytes > 10_000_000);
        await app.StopAsync();

        async Task SampleAsync(int count)
        {
            time.Advance(TimeSpan.FromSeconds(5));
            await Eventually.IsTrueAsync(() => publisher.Of<HealthSampled>().Count == count);
        }
    }

    [Theory]
    [InlineData(false, 200)]
    [InlineData(true, 503)]
    public async Task Health_WhileRedisIsAway_DependsOnWhetherItIsRequired(bool required, int status)
    {
        await using var redis = RedisProcess.Reserve();
        var builder = NewBuilder();
        builder.Configuration.AddInMemoryCollection([KeyValuePair.Create("ConnectionStrings:redis", (string?)redis.ConnectionString)]);
        builder.AddServiceDefaults("gateway");
        builder.AddEventPublisher("gateway");
        if (required)
        {
            builder.AddFakeAiRedis();
        }

        await using var app = builder.Build();
        app.MapServiceDefaults();
        await app.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        using var response = await http.GetAsync("/health");
        Assert.Equal(status, (int)response.StatusCode);
        await app.StopAsync();
    }

    [Fact]
    public void ConnectionString_OfAspire_IsUnderstood()
    {
        var options = RedisExtensions.CreateOptions("localhost:6380,password=p4ss,ssl=true");
        Assert.Equal(("p4ss", true, false), (options.Password, options.Ssl, options.AbortOnConnectFail));
    }

    private static WebApplicationBuilder NewBuilder()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        return builder;
    }
}
