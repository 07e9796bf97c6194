using System.Globalization;
using System.Text.Json;
using FakeAi.Collector.Ingest;
using FakeAi.Collector.State;
using FakeAi.Contracts;
using FakeAi.Contracts.Events;
using FakeAi.Contracts.Queries;
using FakeAi.EventBus.Streams;

namespace FakeAi.Collector.Instances;

/// <summary>Keeps what each process last told of its health.</summary>
internal sealed class InstancesProjection : IProjection
{
    public const string Time = "t";
    public const string Json = "j";

    private const int MaxInstances = 200;

    public IReadOnlyCollection<string> Consumes { get; } = [EventTypes.HealthSampled];

    public string? Needs(FakeAiEvent e) => e.Data is HealthSampled ? StateNames.Instance + e.Instance : null;

    public void Project(FakeAiEvent e, ProjectionBatch batch)
    {
        if (e.Data is not HealthSampled d)
        {
            return;
        }

        var document = StateNames.Instance + e.Instance;
        if (!batch.IsNewest(document, e.Time)
            || (batch.Document(document) is { } known && long.Parse(known[Time], CultureInfo.InvariantCulture) > e.Time))
        {
            return;
        }

        var health = new InstanceHealth(
            e.Instance, e.Source, d.Pid, d.UptimeSeconds, d.CpuPercent, d.WorkingSetBytes, d.ActiveRequests, d.EventsQueued, d.EventsRefused,
            d.EventsSpillWaiting, d.EventsLost);
        batch.Add(new SetFields(document,
        [
            KeyValuePair.Create(Time, e.Time.ToString(CultureInfo.InvariantCulture)),
            KeyValuePair.Create(Json, JsonSerializer.Serialize(health, ContractsJsonContext.Default.InstanceHealth)),
        ]));
        batch.Add(new AddToIndex(StateNames.Instances, e.Instance, e.Time));
        batch.Add(new TrimIndex(StateNames.Instances, MaxInstances, StateNames.Instance));
    }
}
