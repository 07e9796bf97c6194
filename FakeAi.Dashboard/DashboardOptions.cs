using System.ComponentModel.DataAnnotations;

namespace FakeAi.Dashboard;

/// <summary>How the dashboard reaches the rest of the installation. Section <c>Dashboard</c>.</summary>
internal sealed class DashboardOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Dashboard";

    /// <summary>Base address of the collector, absolute http or https. Default: <c>services:collector:http:0</c>.</summary>
    [Required]
    public Uri CollectorUrl { get; set; } = new("http://localhost:5080");

    /// <summary>The gateway's base address as people type it. Default: <c>services:gateway:http:0</c>.</summary>
    [Required]
    public Uri GatewayUrl { get; set; } = new("http://localhost:8000");

    /// <summary>Wait before the second attempt to reach the collector; doubles with each further one. 10 ms to 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00", ConvertValueInInvariantCulture = true, ParseLimitsInInvariantCulture = true)]
    public TimeSpan ReconnectDelay { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest wait between two attempts. 10 ms to 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:05:00", ConvertValueInInvariantCulture = true, ParseLimitsInInvariantCulture = true)]
    public TimeSpan MaxReconnectDelay { get; set; } = TimeSpan.FromSeconds(8);

    /// <summary>How often the latency to the collector is measured. 100 ms to 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00", ConvertValueInInvariantCulture = true, ParseLimitsInInvariantCulture = true)]
    public TimeSpan PingInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the collector may take to accept a connection or to answer a ping. 100 ms to 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00", ConvertValueInInvariantCulture = true, ParseLimitsInInvariantCulture = true)]
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(10);
}
