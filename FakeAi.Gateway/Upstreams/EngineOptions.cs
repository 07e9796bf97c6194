namespace FakeAi.Gateway.Upstreams;

/// <summary>The engines of this installation. Section <c>Engines</c>, a list; the AppHost hands it over.</summary>
public sealed class EnginesOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Engines";

    /// <summary>The engines, in the configuration's order.</summary>
    public IList<EngineOptions> Engines { get; } = [];
}

/// <summary>One engine's addresses.</summary>
public sealed class EngineOptions
{
    /// <summary>Its resource name, such as <c>engine-0</c>.</summary>
    public string Name { get; set; } = "";

    /// <summary>Base address of its HTTP/1.1 endpoint (health); null skips health checks of it.</summary>
    public string? Http { get; set; }

    /// <summary>Base address of its HTTP/2 cleartext endpoint (data).</summary>
    public string H2c { get; set; } = "";
}
