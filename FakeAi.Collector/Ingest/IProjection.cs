using FakeAi.Contracts.Events;

namespace FakeAi.Collector.Ingest;

/// <summary>Turns events into one part of the state.</summary>
internal interface IProjection
{
    /// <summary>The event types that it makes something of.</summary>
    IReadOnlyCollection<string> Consumes { get; }

    /// <summary>A document of its own, beside the request's row, that it must read for an event; null for none.</summary>
    string? Needs(FakeAiEvent e) => null;

    /// <summary>Takes one event in; its request's row holds it already.</summary>
    void Project(FakeAiEvent e, ProjectionBatch batch)
    {
    }

    /// <summary>Takes the batch's changed rows in.</summary>
    void Finish(ProjectionBatch batch)
    {
    }
}
