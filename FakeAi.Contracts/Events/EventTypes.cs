namespace FakeAi.Contracts.Events;

/// <summary>Names of the event types on the wire. Each has an emitter and a consumer; a test proves it.</summary>
public static class EventTypes
{
    /// <summary><see cref="Events.RequestStarted"/>.</summary>
    public const string RequestStarted = "request.started";

    /// <summary><see cref="Events.RequestCompleted"/>.</summary>
    public const string RequestCompleted = "request.completed";

    /// <summary><see cref="Events.RequestFailed"/>.</summary>
    public const string RequestFailed = "request.failed";

    /// <summary><see cref="Events.RequestCancelled"/>.</summary>
    public const string RequestCancelled = "request.cancelled";

    /// <summary><see cref="Events.CacheLookup"/>.</summary>
    public const string CacheLookup = "cache.lookup";

    /// <summary><see cref="Events.StreamStarted"/>.</summary>
    public const string StreamStarted = "stream.started";

    /// <summary><see cref="Events.StreamFirstToken"/>.</summary>
    public const string StreamFirstToken = "stream.first_token";

    /// <summary><see cref="Events.StreamProgress"/>.</summary>
    public const string StreamProgress = "stream.progress";

    /// <summary><see cref="Events.StreamCompleted"/>.</summary>
    public const string StreamCompleted = "stream.completed";

    /// <summary><see cref="Events.RouteSelected"/>.</summary>
    public const string RouteSelected = "route.selected";

    /// <summary><see cref="Events.RouteFallback"/>.</summary>
    public const string RouteFallback = "route.fallback";

    /// <summary><see cref="Events.ErrorOccurred"/>.</summary>
    public const string ErrorOccurred = "error.occurred";

    /// <summary><see cref="Events.HealthSampled"/>.</summary>
    public const string HealthSampled = "health.sampled";
}
