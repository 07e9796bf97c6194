using System.Text.Json;
using FakeAi.Collector.Ingest;
using FakeAi.Collector.State;
using FakeAi.Contracts;
using FakeAi.Contracts.Events;
using FakeAi.Contracts.Queries;
using FakeAi.EventBus.Streams;

namespace FakeAi.Collector.Errors;

/// <summary>Keeps the newest errors and fallbacks, and feeds them to the live stream.</summary>
internal sealed class ErrorsProjection : IProjection
{
    /// <summary>Errors that are kept, in each shard and in all.</summary>
    public const int MaxErrors = 1_000;

    /// <summary>The one field of an error's document.</summary>
    public const string Json = "j";

    public IReadOnlyCollection<string> Consumes { get; } = [EventTypes.ErrorOccurred, EventTypes.RouteFallback];

    public void Project(FakeAiEvent e, ProjectionBatch batch)
    {
        var item = e.Data switch
        {
            ErrorOccurred d => new ErrorItem
            {
                Id = e.Id,
                Endpoint = d.Endpoint,
                Model = d.Model,
                Status = d.Status,
                ErrorType = d.ErrorType,
                ErrorCode = d.ErrorCode,
                Param = d.Param,
                ErrorMessage = d.Message,
                Severity = d.Severity,
            },
            RouteFallback d => new ErrorItem
            {
                Id = e.Id,
                ErrorType = "route_fallback",
                ErrorCode = d.Reason,
                ErrorMessage = $"{d.From} could not take the request ({d.Reason}); {d.To} was tried next.",
                Severity = "warning",
            },
            _ => null,
        };
        if (item is null)
        {
            return;
        }

        item = item with { Timestamp = e.Time / 1_000, RequestId = e.RequestId };
        var json = JsonSerializer.Serialize(item, ContractsJsonContext.Default.ErrorItem);
        batch.Add(new SetFields(StateNames.Error + e.Id, [KeyValuePair.Create(Json, json)]));
        batch.Add(new AddToIndex(StateNames.Errors, e.Id, e.Time));
        batch.Add(new TrimIndex(StateNames.Errors, MaxErrors, StateNames.Error));
        batch.Add(new AppendLive(StateNames.LiveErrorPrefix + json));
    }
}
