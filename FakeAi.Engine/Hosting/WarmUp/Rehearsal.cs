using System.Diagnostics.Metrics;
using System.Text;
using FakeAi.Contracts.Events;
using FakeAi.EventBus;
using Microsoft.AspNetCore.Hosting.Server;
using OpenTelemetry;

namespace FakeAi.Engine.Hosting.WarmUp;

/// <summary>
/// Answers each dialect's <see cref="WarmUpRequest"/> by an engine of its own, of which nobody hears: no events, no metrics, no
/// traces, and streams, workers and caches apart from the real ones. What stays of it is compiled code and loaded tables.
/// </summary>
internal static class Rehearsal
{
    /// <summary>So that streams are paced, but not for long.</summary>
    private const double TimeScale = 0.01;

    /// <summary>Runs it.</summary>
    /// <returns>How many requests were answered.</returns>
    /// <exception cref="InvalidOperationException">One was refused.</exception>
    public static async Task<int> RunAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        using var unseen = SuppressInstrumentationScope.Begin();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        var server = new CallableServer();
        builder.Services.AddSingleton<IServer>(server);
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(time);
        builder.Services.AddSingleton<IEventPublisher, NoEvents>();
        builder.Services.AddSingleton<IMeterFactory, NoMetrics>();
        builder.AddEngine();
        builder.Services.Configure<EngineOptions>(static o => (o.TimeScale, o.WarmUp) = (TimeScale, false));
        await using var engine = builder.Build();
        engine.MapEngine();
        await engine.StartAsync(cancellationToken);
        var answered = 0;
        foreach (var request in engine.Services.GetServices<WarmUpRequest>())
        {
            var status = await server.PostAsync(request.Path, Encoding.UTF8.GetBytes(request.Body), cancellationToken);
            if (status != StatusCodes.Status200OK)
            {
                throw new InvalidOperationException($"{request.Path} answered its warm-up request with status {status}.");
            }

            answered++;
        }

        await engine.StopAsync(cancellationToken);
        return answered;
    }

    private sealed class NoEvents : IEventPublisher
    {
        public EventPublisherStats Stats => default;

        public bool Publish(EventData data, string? requestId = null, string? traceparent = null, long? time = null) => true;
    }

    /// <summary>Meters under a name to which nobody listens.</summary>
    private sealed class NoMetrics : IMeterFactory
    {
        private readonly Meter _meter = new("warm-up");

        public Meter Create(MeterOptions options) => _meter;

        public void Dispose() => _meter.Dispose();
    }
}
