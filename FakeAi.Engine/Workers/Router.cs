namespace FakeAi.Engine.Workers;

/// <summary>
/// Chooses a request's worker: the one of least cost, of equals the first.
/// <c>cost = overlap weight × blocks to compute + load weight × sequences under way + queue weight × requests waiting</c>.
/// A worker with a free place always comes before one without.
/// </summary>
internal static class Router
{
    public static Worker Choose(IReadOnlyList<Worker> workers, Admission admission, WaitingRoom waiting, WorkerOptions weights, long nowUs)
    {
        Worker? best = null;
        var least = 0.0;
        foreach (var worker in workers)
        {
            if (best is { HasRoom: true } && !worker.HasRoom)
            {
                continue;
            }

            var cost = (weights.OverlapWeight * worker.Uncached(admission, nowUs))
                + (weights.LoadWeight * worker.Active)
                + (weights.QueueWeight * waiting.CountOf(worker.Index));
            if (best is null || cost < least || (worker.HasRoom && !best.HasRoom))
            {
                (best, least) = (worker, cost);
            }
        }

        return best!;
    }
}
