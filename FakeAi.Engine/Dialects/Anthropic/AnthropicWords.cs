using System.Buffers;
using System.Text.Json;
using FakeAi.Engine.Dialects.Exchange;
using FakeAi.Engine.Streaming;

namespace FakeAi.Engine.Dialects.Anthropic;

/// <summary>Anthropic's errors. Types and statuses from Anthropic's page "Errors"; messages as clients report them.</summary>
internal sealed class AnthropicWords : ProviderWords
{
    public const string InvalidRequest = "invalid_request_error";

    public static readonly AnthropicWords Instance = new();

    public override string Provider => "anthropic";

    /// <summary>A field that is wrong: <c>messages.0.content: Field required</c>.</summary>
    public static ProviderFault Wrong(string path, string what) => new(StatusCodes.Status400BadRequest, InvalidRequest, $"{path}: {what}");

    /// <summary>
    /// A request for a conversation that the server keeps, which this one does not: with Anthropic's own code for that, by which SDKs
    /// know to send the whole conversation instead.
    /// </summary>
    public static ProviderFault NoThreads() => new ThreadsUnsupportedFault();

    public static ProviderFault Wrong(string message) => new(StatusCodes.Status400BadRequest, InvalidRequest, message);

    public override ProviderFault Overloaded() => new(529, "overloaded_error", "Overloaded");

    public override ProviderFault TimedOut() => new(StatusCodes.Status504GatewayTimeout, "timeout_error", "Request timed out.");

    public override ProviderFault Invalid(string message, int status = StatusCodes.Status400BadRequest) =>
        new(status, status == StatusCodes.Status413PayloadTooLarge ? "request_too_large" : InvalidRequest, message);

    public override ProviderFault Of(StreamError error) => error switch
    {
        { Code: StreamError.InvalidInput } => Wrong(error.Message),
        _ when error == StreamError.Cancelled => new ProviderFault(StatusCodes.Status499ClientClosedRequest, "api_error", error.Message),
        _ when error == StreamError.TotalTimeout || error == StreamError.IdleTimeout =>
            new ProviderFault(StatusCodes.Status504GatewayTimeout, "timeout_error", error.Message),
        _ => new ProviderFault(StatusCodes.Status500InternalServerError, "api_error", "Internal server error"),
    };

    /// <summary>Writes <c>{"type":"error","error":{type, message},"request_id"}</c>, which streams tell, too.</summary>
    public override void Write(IBufferWriter<byte> output, ProviderFault fault, string requestId)
    {
        using var json = new Utf8JsonWriter(output, JsonText.Plain);
        json.WriteStartObject();
        json.WriteString("type"u8, "error"u8);
        json.WriteStartObject("error"u8);
        json.WriteString("type"u8, fault.Type);
        json.WriteString("message"u8, fault.Message);
        if (fault is ThreadsUnsupportedFault)
        {
            json.WriteStartObject("details"u8);
            json.WriteString("error_code"u8, "thread_unsupported_request"u8);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteString("request_id"u8, requestId);
        json.WriteEndObject();
    }

    private sealed class ThreadsUnsupportedFault() : ProviderFault(
        StatusCodes.Status400BadRequest, InvalidRequest, "thread: conversations are not kept by this server; send the whole conversation without `thread`.");
}
