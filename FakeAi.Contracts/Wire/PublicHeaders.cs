namespace FakeAi.Contracts.Wire;

/// <summary>Headers that clients may send or see.</summary>
public static class PublicHeaders
{
    /// <summary>Response: the request's id, always ours (<c>req_</c> + 32 hex).</summary>
    public const string RequestId = "x-request-id";

    /// <summary>Request: a client's own id, kept apart from ours.</summary>
    public const string ClientRequestId = "x-client-request-id";

    /// <summary>Request: TTFT in milliseconds instead of the model's; 0 switches the wait off. 0 to 600,000.</summary>
    public const string TtftMs = "x-fakeai-ttft-ms";

    /// <summary>Request: ITL in milliseconds instead of the model's; 0 switches the wait off. 0 to 60,000.</summary>
    public const string ItlMs = "x-fakeai-itl-ms";

    /// <summary>Request: how many times faster than the model's profile the waits are, 0.01 to 1,000. Leaves exact times as they are.</summary>
    public const string Speed = "x-fakeai-speed";

    /// <summary>Request: the latency profile to use: a preset such as <c>llama-3.1-8b@h100</c>, or another model's id.</summary>
    public const string LatencyProfile = "x-fakeai-latency-profile";

    /// <summary>Request: most tokens that the answer tells in any second, 1 to 1,000,000.</summary>
    public const string MaxTokensPerSecond = "x-fakeai-max-tokens-per-second";

    /// <summary>Request: <c>high</c>, <c>normal</c> or <c>low</c>: who goes first where requests wait for a worker.</summary>
    public const string Priority = "x-fakeai-priority";

    /// <summary>
    /// Request: <c>1</c> makes <c>id</c> and <c>created</c> depend on request and seed alone, and leaves the KV cache out, so
    /// that neither usage nor timing depends on earlier requests; the request id stays unique.
    /// </summary>
    public const string Deterministic = "x-fakeai-deterministic";

    /// <summary>
    /// Request: where the answer comes from: <c>synthesised</c> is made up whatever scripts there are, <c>echo</c> repeats the
    /// last user message, <c>scripted</c> asks the scripts alone. Without it scripts come first.
    /// </summary>
    public const string Mode = "x-fakeai-mode";

    /// <summary>Response: the TTFT that the schedule gives, any wait for a worker included; milliseconds with up to three decimals.</summary>
    public const string ScheduledTtftMs = "x-fakeai-scheduled-ttft-ms";

    /// <summary>Response: the engine that served the request.</summary>
    public const string Upstream = "x-fakeai-upstream";
}
