using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using FakeAi.Engine.Hosting.WarmUp;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Telemetry;
using FakeAi.Engine.Tests.Streaming;
using FakeAi.Engine.Workers;
using FakeAi.TestKit;

namespace FakeAi.Engine.Tests.Hosting;

/// <summary>Listens to the whole process: nothing may run beside.</summary>
[Collection(AloneDefinition.Name)]
public sealed class WarmUpTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Engine_ThatWarmsUp_IsReadyThenAndNobodyHearsOfIt()
    {
        using var measured = new MeterListener();
        var measurements = 0;
        measured.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name.StartsWith("FakeAi.", StringComparison.Ordinal) && instrument is Histogram<double>)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        measured.SetMeasurementEventCallback<double>((_, _, _, _) => Interlocked.Increment(ref measurements));
        measured.Start();
        await using var host = await EngineHost.StartAsync(("FakeAi:Engine:WarmUp", "true"));
        await Eventually.IsTrueAsync(async () =>
        {
            using var health = await host.Http.GetAsync(new Uri("/health", UriKind.Relative), Token);
            return health.StatusCode == HttpStatusCode.OK;
        });
        Assert.Empty(host.Events.Events);
        var streams = host.Service<StreamManager>();
        Assert.Equal((0, 0, 0), (streams.Active, streams.Running, streams.Remembered));
        var workers = host.Service<WorkerPool>().Report();
        Assert.Equal((0L, 0, 0), (workers.Lookups, workers.Blocks, workers.Active));
        Assert.Equal(0, measurements);
        using var answer = await host.PostAsync("""{"model":"gpt-4o","messages":[{"role":"user","content":"hi"}],"max_tokens":1}""");
        await Eventually.IsTrueAsync(() => Volatile.Read(ref measurements) == 1);
    }

    [Fact]
    public async Task Rehearsal_EveryDialectsRequests_AreAnswered()
    {
        await using var host = await EngineHost.StartAsync();
        var wanted = host.Services<WarmUpRequest>().Select(r => r.Path).ToArray();
        foreach (var path in (string[])["/v1/chat/completions", "/v1/completions", "/v1/audio/speech", "/v1/images/generations", "/v1/fakeai/streams/text"])
        {
            Assert.Contains(path, wanted);
        }

        Assert.Equal(wanted.Length, await Rehearsal.RunAsync(TimeProvider.System, Token));
    }

    [Fact]
    public async Task Rehearsal_WhereTracesAreTaken_LeavesNone()
    {
        var seen = new List<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == EngineTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) =>
                OpenTelemetry.Sdk.SuppressInstrumentation ? ActivitySamplingResult.None : ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                lock (seen)
                {
                    seen.Add(activity.DisplayName);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        await Rehearsal.RunAsync(TimeProvider.System, Token);
        lock (seen)
        {
            Assert.Empty(seen);
        }
    }

    [Fact]
    public async Task Server_ARequestThatFails_TellsItsStatus()
    {
        using var server = new CallableServer();
        await server.StartAsync(new Refusing(), Token);
        Assert.Equal(418, await server.PostAsync("/", [], Token));
    }

    private sealed class Refusing : Microsoft.AspNetCore.Hosting.Server.IHttpApplication<Microsoft.AspNetCore.Http.HttpContext>
    {
        public Microsoft.AspNetCore.Http.HttpContext CreateContext(Microsoft.AspNetCore.Http.Features.IFeatureCollection contextFeatures) =>
            new Microsoft.AspNetCore.Http.DefaultHttpContext(contextFeatures);

        public void DisposeContext(Microsoft.AspNetCore.Http.HttpContext context, Exception? exception)
        {
        }

        public Task ProcessRequestAsync(Microsoft.AspNetCore.Http.HttpContext context)
        {
            context.Response.StatusCode = 418;
            return Task.CompletedTask;
        }
    }
}
