namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>What stands around each chunk's JSON on the wire, and what ends the stream. The bytes are copied as they are.</summary>
/// <param name="Prefix">Before each chunk.</param>
/// <param name="Suffix">After each chunk.</param>
/// <param name="Done">After the last chunk; empty where nothing ends a stream.</param>
internal sealed record ChunkFrame(ReadOnlyMemory<byte> Prefix, ReadOnlyMemory<byte> Suffix, ReadOnlyMemory<byte> Done)
{
    /// <summary>Server-sent events, ended as OpenAI ends them.</summary>
    public static readonly ChunkFrame ServerSentEvents = new("data: "u8.ToArray(), "\n\n"u8.ToArray(), "data: [DONE]\n\n"u8.ToArray());
}
