using FakeAi.Contracts.Events;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace FakeAi.EventBus;

/// <summary>Registers the event log.</summary>
public static class EventBusExtensions
{
    /// <summary>Registers <see cref="IEventPublisher"/> for a service of the given kind.</summary>
    public static IHostApplicationBuilder AddEventPublisher(this IHostApplicationBuilder builder, string source)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddSingleton<IEventPublisher>(new UnwiredPublisher());
        return builder;
    }

    private sealed class UnwiredPublisher : IEventPublisher
    {
        public EventPublisherStats Stats => default;

        public bool Publish(EventData data, string? requestId = null, string? traceparent = null, long? time = null) => true;
    }
}
