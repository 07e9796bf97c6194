namespace FakeAi.Engine.Streaming;

/// <summary>What a stream carries.</summary>
public enum StreamType
{
    /// <summary>A chat completion's deltas.</summary>
    Chat,

    /// <summary>A legacy completion's text.</summary>
    Completion,

    /// <summary>Sound.</summary>
    Audio,

    /// <summary>One answer of a bidirectional session.</summary>
    Realtime,

    /// <summary>Partial images.</summary>
    Image,

    /// <summary>Bytes without a meaning of their own.</summary>
    Binary,

    /// <summary>Anything else that a generator makes.</summary>
    Custom,
}
