using System.Net.Sockets;
using System.Net.WebSockets;
using System.Numerics;
using FakeAi.Contracts.Live;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.Options;

namespace FakeAi.Dashboard.Live;

/// <summary>
/// Keeps the process's one connection to the collector: watches the live stream into the store, measures the latency,
/// and reconnects for ever with a growing, capped delay.
/// </summary>
internal sealed partial class LiveConnection(
    CollectorHub hub, LiveStore store, IOptions<DashboardOptions> options, TimeProvider time, ILogger<LiveConnection> logger) : BackgroundService
{
    private readonly DashboardOptions _options = options.Value;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var status = LiveConnectionStatus.Connecting;
        string? error = null;
        for (var attempt = 1; !stoppingToken.IsCancellationRequested; attempt++)
        {
            store.SetConnection(new LiveConnectionState(status, attempt, null, error));
            var connected = false;
            try
            {
                await WatchAsync(() => connected = true, stoppingToken);
                error = "The collector ended the stream.";
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                error = InWords(exception);
                if (BitOperations.IsPow2(attempt))
                {
                    Log.AttemptFailed(logger, hub.Address, attempt, error);
                }
            }

            if (connected)
            {
                status = LiveConnectionStatus.Reconnecting;
                attempt = 0;
            }

            store.SetConnection(new LiveConnectionState(status, attempt + 1, null, error));
            await Task.Delay(Delay(attempt), time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task WatchAsync(Action welcomed, CancellationToken stoppingToken)
    {
        await using var connection = hub.Create();
        using var welcomeDue = new CancellationTokenSource(_options.ResponseTimeout, time);
        using var session = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, welcomeDue.Token);
        var pinging = Task.CompletedTask;
        try
        {
            await connection.StartAsync(session.Token);
            await foreach (var message in connection.StreamAsync<LiveMessage>(LiveHubMethods.Watch, session.Token))
            {
                store.Apply(message);
                if (message is LiveWelcome && pinging.IsCompletedSuccessfully)
                {
                    welcomeDue.CancelAfter(Timeout.InfiniteTimeSpan);
                    welcomed();
                    store.SetConnection(new LiveConnectionState(LiveConnectionStatus.Connected, 0, null, null));
                    Log.Connected(logger, hub.Address);
                    pinging = PingAsync(connection, session);
                }
            }
        }
        catch (OperationCanceledException) when (pinging.IsFaulted)
        {
            await pinging;
        }
        catch (OperationCanceledException) when (welcomeDue.IsCancellationRequested)
        {
            throw new TimeoutException();
        }
        finally
        {
            await session.CancelAsync();
            await pinging.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // A collector that does not answer ends the session, which breaks off the stream.
    private async Task PingAsync(HubConnection connection, CancellationTokenSource session)
    {
        try
        {
            while (true)
            {
                var sent = time.GetTimestamp();
                await connection.InvokeAsync<long>(LiveHubMethods.Ping, session.Token).WaitAsync(_options.ResponseTimeout, time, session.Token);
                store.SetConnection(new LiveConnectionState(LiveConnectionStatus.Connected, 0, time.GetElapsedTime(sent), null));
                await Task.Delay(_options.PingInterval, time, session.Token);
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            await session.CancelAsync();
            throw;
        }
    }

    private TimeSpan Delay(int failures)
    {
        var factor = Math.Pow(2, Math.Clamp(failures - 1, 0, 16));
        var delay = _options.ReconnectDelay * factor;
        return delay < _options.MaxReconnectDelay ? delay : _options.MaxReconnectDelay;
    }

    private static string InWords(Exception exception) => exception.GetBaseException() switch
    {
        SocketException socket => socket.SocketErrorCode == SocketError.ConnectionRefused ? "Connection refused." : socket.Message,
        TimeoutException => "The collector does not answer.",
        HubException => "The collector refused the live stream.",
        WebSocketException => "The collector does not accept WebSockets here.",
        OperationCanceledException => "The connection was closed.",
        var other => other.Message,
    };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Connected to the collector at {Address}.")]
        public static partial void Connected(ILogger logger, Uri address);

        [LoggerMessage(2, LogLevel.Warning, "No connection to the collector at {Address}, attempt {Attempt}: {Error}")]
        public static partial void AttemptFailed(ILogger logger, Uri address, int attempt, string error);
    }
}
