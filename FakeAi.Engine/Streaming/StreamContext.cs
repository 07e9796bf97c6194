namespace FakeAi.Engine.Streaming;

/// <summary>What is known of a stream before its first chunk. Never changes.</summary>
public sealed record StreamContext
{
    /// <summary>The request's id; unique among the engine's running streams.</summary>
    public required string Id { get; init; }

    /// <summary>What it carries.</summary>
    public required StreamType Type { get; init; }

    /// <summary>The model, as the catalogue names it.</summary>
    public required string Model { get; init; }

    /// <summary>The route's template, such as <c>/v1/chat/completions</c>.</summary>
    public required string Endpoint { get; init; }

    /// <summary>Longest duration, from the request's receipt, pauses included.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>How long the client may read nothing, a pause may last, or a generator may stay silent.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>After how long a silence a keep-alive is written, where the format has one; zero switches it off.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Tokens of the prompt.</summary>
    public int PromptTokens { get; init; }

    /// <summary>The sampling temperature asked for, 0 to 2; null where none was given.</summary>
    public double? Temperature { get; init; }

    /// <summary>Most tokens of the answer; null where no limit was given.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>The priority class: <c>high</c>, <c>normal</c> or <c>low</c>.</summary>
    public string Priority { get; init; } = "normal";

    /// <summary>Most tokens told in a second; null where no cap was given.</summary>
    public double? MaxTokensPerSecond { get; init; }

    /// <summary>The caller's key, masked, or its configured name; null where the gateway told none.</summary>
    public string? ClientId { get; init; }

    /// <summary>The seed of everything about this stream: the same one must give the same chunks.</summary>
    public ulong Seed { get; init; }
}
