using System.IO.Pipelines;
using FakeAi.Contracts.Wire;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Streaming.Links;
using FakeAi.Engine.Telemetry;

namespace FakeAi.Engine.Pipeline;

/// <summary>Ends streams that were not told whole, and tells the gateway how they ended.</summary>
internal static class BrokenEnd
{
    /// <summary>Ends a stream that was not told whole.</summary>
    /// <param name="context">The request.</param>
    /// <param name="outcome">How it went.</param>
    /// <param name="output">Where it was written; null for an answer that is sent whole.</param>
    /// <param name="tellsErrors">Whether its format can tell an error.</param>
    /// <param name="answer">Answers with the error instead of the stream.</param>
    /// <param name="tell">Writes the error into the stream.</param>
    public static async Task EndAsync(
        HttpContext context, StreamOutcome outcome, PipeWriter? output, bool tellsErrors, Func<StreamError, Task> answer, Action<StreamError> tell)
    {
        switch (Choose(context.Response, outcome, tellsErrors))
        {
            case BrokenEnding.Answer:
                await answer(outcome.Error!);
                break;
            case BrokenEnding.Tell:
                tell(outcome.Error!);
                output?.Complete();
                break;
            case BrokenEnding.Trail:
                output?.Complete();
                break;
            case BrokenEnding.Break:
                context.Abort();
                break;
        }
    }

    /// <summary>Chooses the way, and says in headers or trailers what the gateway must know.</summary>
    private static BrokenEnding Choose(HttpResponse response, StreamOutcome outcome, bool tellsErrors)
    {
        if (outcome.Error is null || outcome.Stuck)
        {
            return BrokenEnding.Break;
        }

        var word = StreamEvents.Word(outcome.End);
        if (!outcome.Started && !response.HasStarted)
        {
            // What was meant for the stream's body: the error's is sent as it is.
            response.Headers.ContentEncoding = default;
            ChunkLinks.Forget(response);
            response.Headers[InternalHeaders.Outcome] = word;
            return BrokenEnding.Answer;
        }

        if (!response.SupportsTrailers())
        {
            return tellsErrors ? BrokenEnding.Tell : BrokenEnding.Break;
        }

        response.AppendTrailer(InternalHeaders.Outcome, word);
        if (!tellsErrors)
        {
            response.AppendTrailer(InternalHeaders.Broken, "1");
        }

        return tellsErrors ? BrokenEnding.Tell : BrokenEnding.Trail;
    }

    /// <summary>Answers with OpenAI's error envelope.</summary>
    public static async Task AnswerAsync(HttpResponse response, StreamError error, CancellationToken cancellationToken)
    {
        response.StatusCode = StatusOf(error);
        response.ContentType = "application/json";
        error.WriteEnvelope(response.BodyWriter);
        await response.BodyWriter.FlushAsync(cancellationToken);
    }

    /// <summary>The status of an error. One that a client must not repeat by itself is below 500, since SDKs repeat those above.</summary>
    private static int StatusOf(StreamError error) => error switch
    {
        { Code: StreamError.InvalidInput } => StatusCodes.Status400BadRequest,
        _ when error == StreamError.Cancelled => StatusCodes.Status499ClientClosedRequest,
        _ when error == StreamError.TotalTimeout || error == StreamError.IdleTimeout => StatusCodes.Status504GatewayTimeout,
        _ => StatusCodes.Status500InternalServerError,
    };

    /// <summary>How a stream that was not told whole can be ended towards its client.</summary>
    private enum BrokenEnding
    {
        /// <summary>Nothing was sent: with an error's status and body.</summary>
        Answer,

        /// <summary>With an error within the stream.</summary>
        Tell,

        /// <summary>The gateway is told by the trailers, and breaks the client's connection off.</summary>
        Trail,

        /// <summary>Nobody reads, or nothing else can be told apart from a whole answer: the connection is broken off.</summary>
        Break,
    }
}
