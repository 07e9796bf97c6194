using System.Buffers;
using FakeAi.Engine.Streaming;

namespace FakeAi.Engine.Dialects.Exchange;

/// <summary>How one provider tells errors: its words, and the shape of the body.</summary>
internal abstract class ProviderWords
{
    /// <summary>OpenTelemetry's <c>gen_ai.provider.name</c> of requests whose model is not known yet.</summary>
    public abstract string Provider { get; }

    /// <summary>The server has no room for the request.</summary>
    public abstract ProviderFault Overloaded();

    /// <summary>The answer took too long before its first byte.</summary>
    public abstract ProviderFault TimedOut();

    /// <summary>The client must mend something.</summary>
    /// <param name="message">What.</param>
    /// <param name="status">The status; a provider may have another one of its own for it.</param>
    public abstract ProviderFault Invalid(string message, int status = StatusCodes.Status400BadRequest);

    /// <summary>A stream that ended before its time.</summary>
    public abstract ProviderFault Of(StreamError error);

    /// <summary>Writes a fault's body.</summary>
    public abstract void Write(IBufferWriter<byte> output, ProviderFault fault, string requestId);

    /// <summary>Answers with a fault.</summary>
    public async Task WriteAsync(HttpResponse response, ProviderFault fault, string requestId, CancellationToken cancellationToken)
    {
        response.StatusCode = fault.Status;
        response.ContentType = "application/json";
        Write(response.BodyWriter, fault, requestId);
        await response.BodyWriter.FlushAsync(cancellationToken);
    }
}
