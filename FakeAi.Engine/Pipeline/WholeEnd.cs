using System.Globalization;
using FakeAi.Contracts.Wire;
using FakeAi.Engine.Streaming;

namespace FakeAi.Engine.Pipeline;

/// <summary>Ends answers that were told whole, and tells the gateway how they went.</summary>
internal static class WholeEnd
{
    /// <summary>Tells the gateway of an answer that was told whole, where there are trailers. Comes before the output is completed.</summary>
    /// <param name="response">The response.</param>
    /// <param name="inputTokens">Tokens of the prompt.</param>
    /// <param name="outputTokens">Tokens that are charged for.</param>
    /// <param name="finish">The dialect's word for how it ends.</param>
    /// <param name="outcome">How it went.</param>
    /// <param name="e2eUs">When it was told, microseconds after the request's receipt.</param>
    public static void Tell(HttpResponse response, int inputTokens, int outputTokens, string finish, StreamOutcome outcome, long e2eUs)
    {
        if (!response.SupportsTrailers())
        {
            return;
        }

        Append(InternalHeaders.InputTokens, inputTokens);
        Append(InternalHeaders.OutputTokens, outputTokens);
        response.AppendTrailer(InternalHeaders.FinishReason, finish);
        if (outcome.FirstTokenUs is { } first)
        {
            Append(InternalHeaders.TtftUs, first);
        }

        Append(InternalHeaders.E2eUs, e2eUs);
        Append(InternalHeaders.LagUs, outcome.MaxLagUs);

        void Append(string name, long value) => response.AppendTrailer(name, value.ToString(CultureInfo.InvariantCulture));
    }
}
