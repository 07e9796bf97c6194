using System.Buffers;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Streaming.Formatters;

namespace FakeAi.Engine.Pipeline;

/// <summary>One answer in the words of one dialect: what the pipeline needs to send it and to tell of it.</summary>
internal interface IDialectAnswer
{
    /// <summary>The answer's id, as the client sees it.</summary>
    string Id { get; }

    /// <summary>The model that answers, as the client sees it.</summary>
    string Model { get; }

    /// <summary>The dialect's own words for how each choice ends.</summary>
    IReadOnlyList<string> FinishReasons { get; }

    string ContentType { get; }

    /// <summary>Writes the stream; null for an answer that is sent whole.</summary>
    IChunkEncoder? Encoder { get; }

    /// <summary>Writes the whole answer. Called only without an <see cref="Encoder"/>.</summary>
    void WriteWhole(IBufferWriter<byte> output);

    /// <summary>Answers with the dialect's error for an answer that took too long before its first byte.</summary>
    Task WriteTimeoutAsync(HttpResponse response, CancellationToken cancellationToken);

    /// <summary>Answers with the dialect's error for an answer that ended otherwise before its first byte. Unless told otherwise, OpenAI's.</summary>
    Task WriteErrorAsync(HttpResponse response, StreamError error, CancellationToken cancellationToken) =>
        BrokenEnd.AnswerAsync(response, error, cancellationToken);

    /// <summary>Writes the dialect's error into a stream under way. Unless told otherwise, OpenAI's.</summary>
    void WriteStreamError(IBufferWriter<byte> output, StreamFrame frame, StreamError error)
    {
        output.Write(frame.Prefix.Span);
        error.WriteEnvelope(output);
        output.Write(frame.Suffix.Span);
    }
}
