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

    /// <summary>Request: <c>1</c> makes <c>id</c> and <c>created</c> depend on request and seed alone; the request id stays unique.</summary>
    public const string Deterministic = "x-fakeai-deterministic";

    /// <summary>Response: the TTFT that the seed's schedule gives, milliseconds with up to three decimals.</summary>
    public const string ScheduledTtftMs = "x-fakeai-scheduled-ttft-ms";

    /// <summary>Response: the engine that served the request.</summary>
    public const string Upstream = "x-fakeai-upstream";
}
