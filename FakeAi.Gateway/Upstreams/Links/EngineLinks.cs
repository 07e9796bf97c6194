namespace FakeAi.Gateway.Upstreams.Links;

/// <summary>Opens the chunk links when the gateway starts.</summary>
internal sealed class EngineLinks(EnginePool pool) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var engine in pool.Engines)
        {
            engine.Link?.Start();
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
