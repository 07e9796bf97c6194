namespace FakeAi.Chaos.Tests.Load;

/// <summary>How a request ended for its client.</summary>
internal enum ClientEnd
{
    /// <summary>The whole answer came.</summary>
    Completed,

    /// <summary>An error answer, or an answer that broke off.</summary>
    Failed,

    /// <summary>The client itself left.</summary>
    Cancelled,
}

/// <summary>What one client saw.</summary>
/// <param name="Request">What it had asked for.</param>
/// <param name="End">How it ended.</param>
/// <param name="Status">HTTP status; 0 when the connection broke before any.</param>
/// <param name="Code">The error's code, <c>broken</c> for an answer that broke off, or null.</param>
/// <param name="FirstByte">From sending to the first byte of the body.</param>
internal sealed record ClientOutcome(PlannedRequest Request, ClientEnd End, int Status, string? Code, TimeSpan FirstByte)
{
    /// <summary>The answer broke off.</summary>
    public const string Broken = "broken";

    /// <summary>A failure that the request itself or the death of its engine explains.</summary>
    /// <param name="enginesDie">Whether engines are killed in this test.</param>
    public bool IsExplained(bool enginesDie) => End != ClientEnd.Failed
        || (Status == 400 && Request.Kind == RequestKind.Bad)
        || (enginesDie && (Status, Code) is (502, "bad_gateway") or (503, "engine_unavailable") or (0 or 200, Broken));

    /// <inheritdoc/>
    public override string ToString() => $"{Request.Kind} {Request.Model} at {Request.At.TotalSeconds:F3} s: {End}, status {Status}, {Code ?? "no code"}";
}
