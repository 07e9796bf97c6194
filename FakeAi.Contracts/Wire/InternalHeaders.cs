namespace FakeAi.Contracts.Wire;

/// <summary>
/// Headers and trailers between gateway and engine. All start with <see cref="Prefix"/>; the gateway strips that
/// prefix from clients' requests and from what clients see.
/// </summary>
public static class InternalHeaders
{
    /// <summary>What every internal header starts with.</summary>
    public const string Prefix = "x-fakeai-int-";

    /// <summary>Request: the token shared by the services of one installation.</summary>
    public const string Token = "x-fakeai-int-token";

    /// <summary>Request: when the gateway received the request, Unix microseconds.</summary>
    public const string Received = "x-fakeai-int-received";

    /// <summary>Request: <c>1</c> switches every simulated wait off (fast mode).</summary>
    public const string Fast = "x-fakeai-int-fast";

    /// <summary>
    /// Upgrade request of a chunk link (<see cref="ChunkFrames"/>): the link's id, 16 hex digits. Request: <c>id.number</c>, where the
    /// body may go. Response: <c>1</c> when it goes there and the HTTP body stays empty.
    /// </summary>
    public const string Link = "x-fakeai-int-link";

    /// <summary>Trailer: tokens of the prompt.</summary>
    public const string InputTokens = "x-fakeai-int-input-tokens";

    /// <summary>Trailer: tokens generated.</summary>
    public const string OutputTokens = "x-fakeai-int-output-tokens";

    /// <summary>Trailer: the dialect's finish reason.</summary>
    public const string FinishReason = "x-fakeai-int-finish-reason";

    /// <summary>Trailer: TTFT in microseconds after <see cref="Received"/>; absent when not streamed.</summary>
    public const string TtftUs = "x-fakeai-int-ttft-us";

    /// <summary>Trailer: last content chunk in microseconds after <see cref="Received"/>.</summary>
    public const string E2eUs = "x-fakeai-int-e2e-us";

    /// <summary>Trailer: how far behind its schedule the stream was at worst, microseconds.</summary>
    public const string LagUs = "x-fakeai-int-lag-us";

    /// <summary>Request: whose variant of OpenAI's wire format the answer is to have, one of <see cref="WireVariants"/>; absent for OpenAI's own.</summary>
    public const string Variant = "x-fakeai-int-variant";

    /// <summary>Request: the caller's key, masked, or its configured name.</summary>
    public const string Client = "x-fakeai-int-client";

    /// <summary>
    /// Trailer, or header of an error answer: <c>cancelled</c>, <c>failed</c> or <c>timed_out</c>; absent when the answer is whole,
    /// or an error like any other.
    /// </summary>
    public const string Outcome = "x-fakeai-int-outcome";

    /// <summary>Trailer: <c>1</c> when the body cannot tell that something is missing, so that the client's connection must be broken off.</summary>
    public const string Broken = "x-fakeai-int-broken";

    /// <summary>Response header: the model that answers, as the catalogue names it.</summary>
    public const string Model = "x-fakeai-int-model";
}
