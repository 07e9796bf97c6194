using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FakeAi.Engine.Streaming;

/// <summary>How bad an error is.</summary>
public enum ErrorSeverity
{
    /// <summary>The request can be mended or was ended on purpose.</summary>
    Warning,

    /// <summary>This stream is lost.</summary>
    Error,

    /// <summary>Others are affected, too.</summary>
    Critical,
}

/// <summary>Why a stream ended before its time, as the client is told.</summary>
/// <param name="Code">Such as <c>timeout</c>.</param>
/// <param name="Message">One sentence for people; no content of the request.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="Recoverable">Whether the same request may succeed when it is sent again.</param>
/// <param name="RetryAfter">After how long; null where nothing is known.</param>
public sealed record StreamError(
    string Code, string Message, ErrorSeverity Severity = ErrorSeverity.Error, bool Recoverable = true, TimeSpan? RetryAfter = null)
{
    /// <summary>The code of what the client must mend; answered with status 400 while nothing was sent.</summary>
    public const string InvalidInput = "invalid_input";

    private static readonly JsonWriterOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The stream took longer than it may in all.</summary>
    public static StreamError TotalTimeout { get; } = new("timeout", "The stream exceeded its total timeout.", RetryAfter: TimeSpan.FromSeconds(1));

    /// <summary>The client did not read, a pause lasted too long, or a generator stayed silent.</summary>
    public static StreamError IdleTimeout { get; } = new("idle_timeout", "The stream stood still longer than it may.", RetryAfter: TimeSpan.FromSeconds(1));

    /// <summary>An administrator cancelled it.</summary>
    public static StreamError Cancelled { get; } = new("stream_cancelled", "The stream was cancelled.", ErrorSeverity.Warning, Recoverable: false);

    /// <summary>The answer could not be made or written.</summary>
    public static StreamError Failed { get; } = new("generation_failed", "The server had an error while it generated the answer.");

    /// <summary>What the client sent cannot be used.</summary>
    public static StreamError Invalid(string message) => new(InvalidInput, message, ErrorSeverity.Warning, Recoverable: false);

    /// <summary>Writes <c>{"error":{message,type,param,code}}</c>, the envelope that OpenAI uses within streams, too.</summary>
    public void WriteEnvelope(IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output, s_json);
        json.WriteStartObject();
        json.WriteStartObject("error"u8);
        json.WriteString("message"u8, Message);
        json.WriteString("type"u8, Code == InvalidInput ? "invalid_request_error"u8 : "server_error"u8);
        json.WriteNull("param"u8);
        json.WriteString("code"u8, Code);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
