using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Generation;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace FakeAi.Engine.Hosting.WarmUp;

/// <summary>
/// Spares the first clients what a process does but once: loading the tokenizers' tables, compiling the code. Begins when the
/// host has started; until it is over <c>/health</c> says not ready. Should it fail, the engine is ready without it.
/// </summary>
internal sealed partial class EngineWarmUp(
    Tokenizers tokenizers, ModelCatalogue catalogue, TimeProvider time, IHostApplicationLifetime lifetime, IOptions<EngineOptions> options,
    ILogger<EngineWarmUp> logger)
    : BackgroundService, IHealthCheck
{
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(30);

    /// <summary>How long a question about readiness waits for a yes: each no is an error in the log.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(750);

    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await _over.Task.WaitAsync(s_patience, time, cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (TimeoutException)
        {
            return HealthCheckResult.Unhealthy("The engine warms up.");
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            if (options.Value.WarmUp)
            {
                await StartedAsync(stoppingToken);
                await WarmUpAsync(stoppingToken);
            }
        }
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            Log.Failed(logger, exception);
        }
        finally
        {
            _over.TrySetResult();
        }
    }

    private async Task WarmUpAsync(CancellationToken stoppingToken)
    {
        var began = time.GetTimestamp();
        using var limit = new CancellationTokenSource(s_longest, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stoppingToken);

        // Side by side: the tables take a core for as long as the rest takes another.
        var tables = Task.Run(() => catalogue.Models.Select(tokenizers.For).Distinct().Count(), either.Token);
        var answered = await Rehearsal.RunAsync(time, either.Token);
        var encodings = await tables;
        var took = time.GetElapsedTime(began);
        Log.Done(logger, encodings, answered, took);
    }

    private async Task StartedAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var signal = lifetime.ApplicationStarted.UnsafeRegister(static s => ((TaskCompletionSource)s!).TrySetResult(), started);
        await started.Task.WaitAsync(stoppingToken);
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 241, EventName = "WarmedUp", Level = LogLevel.Information, Message = "Warm: {Encodings} encodings, {Answered} requests rehearsed, {Took}.")]
        public static partial void Done(ILogger logger, int encodings, int answered, TimeSpan took);

        [LoggerMessage(EventId = 242, EventName = "WarmUpFailed", Level = LogLevel.Warning, Message = "Warming up failed; the first answers will be slower.")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
