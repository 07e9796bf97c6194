namespace FakeAi.Engine.Streaming.Formatters;

/// <summary>
/// What a format puts around the JSON that a dialect writes. A dialect copies these bytes before and behind each chunk's
/// JSON, so that a format costs the hot path nothing.
/// </summary>
public sealed record StreamFrame
{
    /// <summary>Server-sent events, as OpenAI frames them.</summary>
    public static StreamFrame ServerSentEvents { get; } = new()
    {
        ContentType = "text/event-stream; charset=utf-8",
        Prefix = "data: "u8.ToArray(),
        Suffix = "\n\n"u8.ToArray(),
        Done = "data: [DONE]\n\n"u8.ToArray(),
        KeepAlive = ": keep-alive\n\n"u8.ToArray(),
    };

    /// <summary>JSON Lines: one JSON value a line. The done form tells a client that nothing is missing.</summary>
    public static StreamFrame JsonLines { get; } = new()
    {
        ContentType = "application/jsonl; charset=utf-8",
        Suffix = "\n"u8.ToArray(),
        Done = "{\"done\":true}\n"u8.ToArray(),
    };

    /// <summary>The first choice's text and nothing else. It cannot tell an error: a broken connection does.</summary>
    public static StreamFrame PlainText { get; } = new() { ContentType = "text/plain; charset=utf-8", ContentOnly = true, TellsErrors = false };

    /// <summary>The response's <c>Content-Type</c>.</summary>
    public required string ContentType { get; init; }

    /// <summary>What goes before a chunk's JSON.</summary>
    public ReadOnlyMemory<byte> Prefix { get; init; }

    /// <summary>What goes behind it.</summary>
    public ReadOnlyMemory<byte> Suffix { get; init; }

    /// <summary>What follows the last chunk of a whole answer.</summary>
    public ReadOnlyMemory<byte> Done { get; init; }

    /// <summary>What is written so that an idle connection stays open; empty where the format has no such thing.</summary>
    public ReadOnlyMemory<byte> KeepAlive { get; init; }

    /// <summary>Whether only the content's text is written, without JSON around it.</summary>
    public bool ContentOnly { get; init; }

    /// <summary>Whether an error can be told within the stream.</summary>
    public bool TellsErrors { get; init; } = true;
}
