using System.Text;

namespace FakeAi.Engine.Streaming;

/// <summary>How a chunk's bytes are to be read.</summary>
public enum StreamDataKind
{
    /// <summary>UTF-8 text.</summary>
    Text,

    /// <summary>One JSON value in UTF-8.</summary>
    Json,

    /// <summary>Raw bytes.</summary>
    Binary,
}

/// <summary>
/// The smallest unit that a generator tells. A generator fills <see cref="Data"/>, <see cref="Kind"/>, <see cref="Type"/>,
/// <see cref="TokenCount"/> and perhaps <see cref="Delay"/>; the engine numbers the chunks.
/// </summary>
public sealed record StreamChunk
{
    /// <summary>The stream's id, a hyphen and the number; set by the engine.</summary>
    public string Id { get; init; } = "";

    /// <summary>The number: 0, 1, 2 … without gaps; set by the engine.</summary>
    public int Sequence { get; init; }

    /// <summary>What it carries.</summary>
    public required ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>How <see cref="Data"/> is to be read.</summary>
    public StreamDataKind Kind { get; init; }

    /// <summary>The generator's own word for what this is, such as <c>text</c>.</summary>
    public string Type { get; init; } = "text";

    /// <summary>How many tokens it stands for. The latency model lets so many tokens' time pass before it is told; 0 waits for nothing.</summary>
    public int TokenCount { get; init; }

    /// <summary>The wait after the chunk before it (of the first: after the request's receipt) instead of the latency model's.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>Whether it is the first; set by the engine.</summary>
    public bool IsFirst { get; init; }

    /// <summary>
    /// Whether it is the last. Set by the generator, or by the engine where the generator ends at once after it; a generator that
    /// takes its time to end leaves it false, and the format's done form tells the end.
    /// </summary>
    public bool IsLast { get; init; }

    /// <summary>A chunk of text.</summary>
    public static StreamChunk Text(string text, int tokens) => new() { Data = Encoding.UTF8.GetBytes(text), TokenCount = tokens };

    /// <summary>A chunk of raw bytes.</summary>
    public static StreamChunk Binary(ReadOnlyMemory<byte> bytes, int tokens) =>
        new() { Data = bytes, Kind = StreamDataKind.Binary, Type = "binary", TokenCount = tokens };
}
