using System.ComponentModel.DataAnnotations;
using FakeAi.Gateway.Auth;

namespace FakeAi.Gateway;

/// <summary>The edge's settings. Section <c>FakeAi:Gateway</c>.</summary>
public sealed class GatewayOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "FakeAi:Gateway";

    /// <summary>Accepted keys. Empty means open mode: any key or none, on loopback only.</summary>
    public IList<ApiKeyOptions> Keys { get; } = [];

    /// <summary>Host names besides <c>localhost</c>, <c>127.0.0.1</c> and <c>[::1]</c> that requests may name; <c>*</c> allows any.</summary>
    public IList<string> AllowedHosts { get; } = [];

    /// <summary>Host names of pages, besides the gateway's own, that may open sockets; <c>*</c> allows any.</summary>
    public IList<string> AllowedOrigins { get; } = [];

    /// <summary>What <c>openai-organization</c> tells where a key names no organisation.</summary>
    [Required]
    [RegularExpression("^[A-Za-z0-9._-]{1,64}$")]
    public string Organization { get; set; } = "fakeai";

    /// <summary>
    /// Models by the names of Azure deployments. Further deployments are the catalogue's models, by their own names. A value must be a
    /// name of the catalogue.
    /// </summary>
    public IDictionary<string, string> AzureDeployments { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Most bytes of a request's body: 1 KB to 512 MB, 25 MB by default.</summary>
    [Range(1024, 512 * 1024 * 1024)]
    public int MaxBodyBytes { get; set; } = 25 * 1024 * 1024;

    /// <summary>Longest time from request to end of answer, streams included: 1 s to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00", ParseLimitsInInvariantCulture = true, ConvertValueInInvariantCulture = true)]
    public TimeSpan EngineTimeout { get; set; } = TimeSpan.FromSeconds(310);

    /// <summary>How long an engine that refused a connection is left alone while others can serve.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00", ParseLimitsInInvariantCulture = true, ConvertValueInInvariantCulture = true)]
    public TimeSpan EngineCoolOff { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Whether bodies of streamed answers come over one connection for all streams of an engine; otherwise over HTTP/2.</summary>
    public bool ChunkLinks { get; set; } = true;

    /// <summary>How long the collector may stay silent, before its answer and between its parts.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00", ParseLimitsInInvariantCulture = true, ConvertValueInInvariantCulture = true)]
    public TimeSpan CollectorTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Most connections at a time.</summary>
    [Range(1, 1_000_000)]
    public int MaxConnections { get; set; } = 20_000;

    /// <summary>Most WebSockets at a time.</summary>
    [Range(1, 100_000)]
    public int MaxSockets { get; set; } = 1_000;
}
