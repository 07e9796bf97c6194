using System.Text.Json;

namespace FakeAi.Engine.Streaming.Generators;

/// <summary>
/// Makes the chunks of a kind of stream. Register one with <c>services.AddStreamGenerator&lt;T&gt;()</c>; clients reach it by
/// <c>POST /v1/fakeai/streams/{name}</c>. One object serves all streams: keep no state of one in it.
/// </summary>
public interface IStreamGenerator
{
    /// <summary>Its name in the route: 1 to 64 lower-case letters, digits, hyphens or underscores.</summary>
    string Name { get; }

    /// <summary>What its streams carry.</summary>
    StreamType Type { get; }

    /// <summary>
    /// Makes the chunks, one after the other. The engine asks for the next one when the client can take it, and tells each when
    /// it is due: by its own delay, or by the latency model and its tokens.
    /// </summary>
    /// <param name="context">What is known of the stream. The same seed must give the same chunks.</param>
    /// <param name="request">The request's body, a JSON object.</param>
    /// <param name="cancellationToken">Fires when the stream ends before its time.</param>
    /// <exception cref="StreamGenerationException">
    /// It cannot go on. With the code <see cref="StreamError.InvalidInput"/> before its first chunk the client gets status 400.
    /// </exception>
    IAsyncEnumerable<StreamChunk> GenerateAsync(StreamContext context, JsonElement request, CancellationToken cancellationToken);
}
