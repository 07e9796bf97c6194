using FakeAi.Engine.Streaming.Formatters;

namespace FakeAi.Engine.Dialects.Gemini;

/// <summary>The form of a streamed answer: server-sent events with <c>alt=sse</c>, else one JSON array, sent element by element.</summary>
/// <param name="Frame">What the pipeline must know of it.</param>
/// <param name="First">What goes before the first chunk.</param>
/// <param name="Next">What goes before each other.</param>
/// <param name="Suffix">What goes behind each.</param>
/// <param name="End">What ends it.</param>
internal sealed record StreamForm(StreamFrame Frame, byte[] First, byte[] Next, byte[] Suffix, byte[] End)
{
    public static readonly StreamForm Events = new(
        new StreamFrame { ContentType = "text/event-stream", KeepAlive = ": keep-alive\r\n\r\n"u8.ToArray() },
        "data: "u8.ToArray(), "data: "u8.ToArray(), "\r\n\r\n"u8.ToArray(), []);

    /// <summary>Blanks between the elements of an array mean nothing: they keep the connection alive.</summary>
    public static readonly StreamForm Array = new(
        new StreamFrame { ContentType = "application/json; charset=UTF-8", KeepAlive = "\n"u8.ToArray() },
        "["u8.ToArray(), ",\r\n"u8.ToArray(), "\n"u8.ToArray(), "]"u8.ToArray());

    public GeminiWords Words => ReferenceEquals(this, Array) ? GeminiWords.Array : GeminiWords.Plain;
}
