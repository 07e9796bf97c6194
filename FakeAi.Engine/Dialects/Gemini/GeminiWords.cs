using System.Buffers;
using System.Text.Json;
using FakeAi.Engine.Dialects.Exchange;
using FakeAi.Engine.Streaming;

namespace FakeAi.Engine.Dialects.Gemini;

/// <summary>
/// Google's errors: codes of <c>google.rpc.Code</c> and the HTTP statuses that belong to them; messages as clients report them.
/// </summary>
/// <param name="inArray">Whether the answer would have been a JSON array: the error is then its only element.</param>
internal sealed class GeminiWords(bool inArray) : ProviderWords
{
    public static readonly GeminiWords Plain = new(inArray: false);
    public static readonly GeminiWords Array = new(inArray: true);

    public override string Provider => "google";

    public static ProviderFault InvalidArgument(string message) => new(StatusCodes.Status400BadRequest, "INVALID_ARGUMENT", message);

    public override ProviderFault Overloaded() =>
        new(StatusCodes.Status503ServiceUnavailable, "UNAVAILABLE", "The model is overloaded. Please try again later.");

    public override ProviderFault TimedOut() => new(StatusCodes.Status504GatewayTimeout, "DEADLINE_EXCEEDED", "The request timed out. Please try again.");

    public override ProviderFault Invalid(string message, int status = StatusCodes.Status400BadRequest) => InvalidArgument(message);

    public override ProviderFault Of(StreamError error) => error switch
    {
        { Code: StreamError.InvalidInput } => InvalidArgument(error.Message),
        _ when error == StreamError.Cancelled => new ProviderFault(StatusCodes.Status499ClientClosedRequest, "CANCELLED", error.Message),
        _ when error == StreamError.TotalTimeout || error == StreamError.IdleTimeout =>
            new ProviderFault(StatusCodes.Status504GatewayTimeout, "DEADLINE_EXCEEDED", error.Message),
        _ => new ProviderFault(StatusCodes.Status500InternalServerError, "INTERNAL", "An internal error has occurred. Please retry."),
    };

    public override void Write(IBufferWriter<byte> output, ProviderFault fault, string requestId)
    {
        using var json = new Utf8JsonWriter(output, JsonText.Indented);
        if (inArray)
        {
            json.WriteStartArray();
        }

        WriteEnvelope(json, fault);
        if (inArray)
        {
            json.WriteEndArray();
        }
    }

    /// <summary>Writes <c>{"error": {code, message, status, details}}</c>.</summary>
    public static void WriteEnvelope(Utf8JsonWriter json, ProviderFault fault)
    {
        json.WriteStartObject();
        json.WriteStartObject("error"u8);
        json.WriteNumber("code"u8, fault.Status);
        json.WriteString("message"u8, fault.Message);
        json.WriteString("status"u8, fault.Type);
        if (fault is PayloadFault payload)
        {
            json.WriteStartArray("details"u8);
            json.WriteStartObject();
            json.WriteString("@type"u8, "type.googleapis.com/google.rpc.BadRequest"u8);
            json.WriteStartArray("fieldViolations"u8);
            foreach (var (field, description) in payload.Violations)
            {
                json.WriteStartObject();
                if (field.Length > 0)
                {
                    json.WriteString("field"u8, field);
                }

                json.WriteString("description"u8, description);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }
}

/// <summary>A payload that does not fit its message type.</summary>
/// <param name="violations">What is wrong, each with the message that holds the field; empty for the request itself.</param>
internal sealed class PayloadFault(IReadOnlyList<(string Field, string Description)> violations)
    : ProviderFault(StatusCodes.Status400BadRequest, "INVALID_ARGUMENT", string.Join('\n', violations.Select(static v => v.Description)))
{
    public IReadOnlyList<(string Field, string Description)> Violations => violations;
}
