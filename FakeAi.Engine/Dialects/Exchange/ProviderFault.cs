namespace FakeAi.Engine.Dialects.Exchange;

/// <summary>A request that is answered with an error in its provider's words.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="type">The provider's word for this kind of error, such as <c>invalid_request_error</c> or <c>INVALID_ARGUMENT</c>.</param>
/// <param name="message">What the client reads.</param>
internal class ProviderFault(int status, string type, string message) : Exception(message)
{
    public int Status { get; } = status;

    public string Type { get; } = type;
}
