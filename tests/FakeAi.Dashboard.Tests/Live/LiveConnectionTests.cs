using FakeAi.Contracts.Live;
using FakeAi.Contracts.Queries;
using FakeAi.Dashboard.Live;
using FakeAi.ServiceDefaults.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace FakeAi.Dashboard.Tests.Live;

public class LiveConnectionTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Watch_WelcomeAndUpdates_ReachTheStoreWithTheToken()
    {
        // Larger than any buffer on the way.
        var rows = Enumerable.Range(0, 1000).Select(n => Sample.Ended(n, 100 + n, tokens: 100)).ToArray();
        await using var collector = await FakeCollector.StartAsync(Sample.Welcome(new MetricsSnapshot { Timestamp = 5, TotalRequests = 1000 }, rows: rows));
        await using var client = await Client.StartAsync(collector.Address);

        await client.UntilAsync(s => s.Connection is { Status: LiveConnectionStatus.Connected, Latency: not null });
        Assert.Equal(1000, client.Store.State.Requests.Count);
        Assert.Equal(1000, client.Store.State.Metrics!.TotalRequests);
        Assert.Equal(["secret"], collector.Tokens);

        collector.Push(new LiveMetrics(new MetricsSnapshot { Timestamp = 6, TotalRequests = 1001, ErrorRate = 0.5 }, [Sample.Point(7, 3)]));
        collector.Push(new LiveWaterfall([Sample.Active(5000, 5000)]));
        collector.Push(new LiveError(Sample.Error(1)));
        collector.Push(new LiveDropped(3));
        await client.UntilAsync(s => s.DroppedMessages == 3);

        var state = client.Store.State;
        Assert.Equal(1001, state.Metrics!.TotalRequests);
        Assert.Equal(0.5, state.Metrics.ErrorRate);
        Assert.Equal(3, Assert.Single(state.History).Value.Requests);
        Assert.Equal(Sample.Id(5000), state.Requests[0].Value.RequestId);
        Assert.Equal("e00001", Assert.Single(state.Errors).Id);

        collector.Push(new LiveReset());
        await client.UntilAsync(s => s.Metrics is null && s.Requests.Count == 0);
    }

    [Fact]
    public async Task Watch_CollectorRestarts_CountsAttemptsKeepsDataAndIsWelcomedAgain()
    {
        var collector = await FakeCollector.StartAsync(Sample.Welcome(new MetricsSnapshot { Timestamp = 5, TotalRequests = 7 }, rows: [Sample.Ended(1)]));
        await using var client = await Client.StartAsync(collector.Address);
        await client.UntilAsync(s => s.Connection.Status == LiveConnectionStatus.Connected);
        var epoch = client.Store.State.Epoch;

        await collector.DisposeAsync();
        await client.UntilAsync(s => s.Connection is { Status: LiveConnectionStatus.Reconnecting, Attempt: >= 3, Error: not null });
        Assert.Equal(7, client.Store.State.Metrics!.TotalRequests);

        await using var restarted = await FakeCollector.StartAsync(
            Sample.Welcome(new MetricsSnapshot { Timestamp = 9, TotalRequests = 8 }, rows: [Sample.Ended(2)]), collector.Address.Port);
        await client.UntilAsync(s => s.Connection.Status == LiveConnectionStatus.Connected);
        var state = client.Store.State;
        Assert.Equal(0, state.Connection.Attempt);
        Assert.Equal(epoch + 1, state.Epoch);
        Assert.Equal(8, state.Metrics!.TotalRequests);
        Assert.Equal(Sample.Id(2), Assert.Single(state.Requests).Value.RequestId);
    }

    [Fact]
    public async Task Start_NoCollector_StaysConnectingWithAttempts()
    {
        await using var gone = await FakeCollector.StartAsync();
        var address = gone.Address;
        await gone.DisposeAsync();
        await using var client = await Client.StartAsync(address);

        await client.UntilAsync(s => s.Connection is { Status: LiveConnectionStatus.Connecting, Attempt: >= 2 });
        Assert.Equal("Connection refused.", client.Store.State.Connection.Error);
        Assert.Null(client.Store.State.LastUpdate);
    }

    private sealed class Client(LiveStore store, LiveConnection connection) : IAsyncDisposable
    {
        public LiveStore Store => store;

        public static async Task<Client> StartAsync(Uri collector)
        {
            var options = Options.Create(new DashboardOptions
            {
                CollectorUrl = collector,
                ReconnectDelay = TimeSpan.FromMilliseconds(20),
                MaxReconnectDelay = TimeSpan.FromMilliseconds(100),
            });
            var store = new LiveStore(TimeProvider.System, NullLogger<LiveStore>.Instance);
            var hub = new CollectorHub(options, Options.Create(new InstallationOptions { InternalToken = "secret" }));
            var connection = new LiveConnection(hub, store, options, TimeProvider.System, NullLogger<LiveConnection>.Instance);
            await connection.StartAsync(TestContext.Current.CancellationToken);
            return new Client(store, connection);
        }

        public async Task UntilAsync(Func<LiveState, bool> condition)
        {
            var met = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var subscription = store.Subscribe(LiveTopics.All, TimeSpan.Zero, () =>
            {
                if (condition(store.State))
                {
                    met.TrySetResult();
                }

                return Task.CompletedTask;
            });
            if (!condition(store.State))
            {
                await met.Task.WaitAsync(s_limit, TestContext.Current.CancellationToken);
            }
        }

        public async ValueTask DisposeAsync()
        {
            await connection.StopAsync(CancellationToken.None).WaitAsync(s_limit);
            connection.Dispose();
        }
    }
}
