namespace FakeAi.Engine.Streaming;

/// <summary>A stream ended before its time.</summary>
public abstract class StreamException : Exception
{
    private protected StreamException(string streamId, StreamError error, Exception? inner = null)
        : base(error?.Message, inner)
    {
        ArgumentNullException.ThrowIfNull(error);
        StreamId = streamId;
        Error = error;
    }

    /// <summary>The stream's id.</summary>
    public string StreamId { get; }

    /// <summary>Why.</summary>
    public StreamError Error { get; }
}

/// <summary>A stream exceeded its total or its idle timeout.</summary>
public sealed class StreamTimeoutException(string streamId, StreamError error) : StreamException(streamId, error);

/// <summary>A stream was cancelled: by an administrator, by its client or by the engine's end.</summary>
public sealed class StreamCancelledException(string streamId) : StreamException(streamId, StreamError.Cancelled);

/// <summary>A generator cannot go on. Generators throw it to say what the client is told.</summary>
public sealed class StreamGenerationException(string streamId, StreamError error, Exception? inner = null) : StreamException(streamId, error, inner);
