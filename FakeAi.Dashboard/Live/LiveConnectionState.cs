namespace FakeAi.Dashboard.Live;

/// <summary>How things stand with the collector.</summary>
internal enum LiveConnectionStatus
{
    /// <summary>The first attempts since the start.</summary>
    Connecting,

    /// <summary>Connected, and the welcome came.</summary>
    Connected,

    /// <summary>The connection was lost.</summary>
    Reconnecting,
}

/// <summary>The connection to the collector.</summary>
/// <param name="Status">How things stand.</param>
/// <param name="Attempt">The attempt under way, from 1; 0 while connected.</param>
/// <param name="Latency">Round trip of the last ping; null when not yet measured.</param>
/// <param name="Error">Why the last attempt failed, in words; null when none did.</param>
internal sealed record LiveConnectionState(LiveConnectionStatus Status, int Attempt, TimeSpan? Latency, string? Error)
{
    /// <summary>Before the first attempt.</summary>
    public static readonly LiveConnectionState Initial = new(LiveConnectionStatus.Connecting, 0, null, null);
}
