namespace FakeAi.Gateway.OpenAi;

/// <summary>An error of the edge, in OpenAI's words unless <see cref="AsTold"/>; the surfaces of other providers put it into theirs.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Message">What the client reads.</param>
/// <param name="Type">Such as <c>invalid_request_error</c>.</param>
/// <param name="Param">The field at fault, or null.</param>
/// <param name="Code">Such as <c>model_not_found</c>, or null.</param>
internal sealed record OpenAiError(int Status, string Message, string Type, string? Param = null, string? Code = null)
{
    /// <summary>Seconds after which a retry makes sense; sent as <c>retry-after</c>.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>Of an error about a limit: the limit.</summary>
    public long? Limit { get; init; }

    /// <summary>Whether status, type and message are already those that the called provider tells.</summary>
    public bool AsTold { get; init; }

    /// <summary>Whether the connection cannot be used further, such as after a body that was not read.</summary>
    public bool ClosesConnection { get; init; }
}
