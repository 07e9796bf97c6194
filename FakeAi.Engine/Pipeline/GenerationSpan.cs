using System.Diagnostics;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Telemetry;

namespace FakeAi.Engine.Pipeline;

/// <summary>The span of the generation itself, below the server's span.</summary>
internal static class GenerationSpan
{
    public static Activity? Start(AnswerCall call)
    {
        var span = EngineTelemetry.Source.StartActivity($"{call.Operation} {call.RequestedModel}", ActivityKind.Internal);
        if (span is not { IsAllDataRequested: true })
        {
            return span;
        }

        span.SetTag("gen_ai.operation.name", call.Operation);
        span.SetTag("gen_ai.provider.name", call.Model.Provider);
        span.SetTag("gen_ai.request.model", call.RequestedModel);
        span.SetTag("gen_ai.request.stream", call.Stream);
        if (call.Limit is { } limit)
        {
            span.SetTag("gen_ai.request.max_tokens", limit);
        }

        if (call is GenerationCall { Request: var request })
        {
            span.SetTag("gen_ai.request.temperature", request.Sampling.Temperature);
            span.SetTag("gen_ai.request.top_p", request.Sampling.TopP);
            if (request.Seed != 0)
            {
                span.SetTag("gen_ai.request.seed", request.Seed);
            }

            if (request.Choices > 1)
            {
                span.SetTag("gen_ai.request.choice.count", request.Choices);
            }
        }

        return span;
    }

    public static void End(Activity? span, AnswerCall call, IPacedContent content, IDialectAnswer told, StreamOutcome outcome)
    {
        if (span is not { IsAllDataRequested: true })
        {
            return;
        }

        var error = StreamEvents.ErrorOf(outcome);
        span.SetTag("gen_ai.response.model", told.Model);
        span.SetTag("gen_ai.response.id", told.Id);
        span.SetTag("gen_ai.usage.input_tokens", call.PromptTokens);
        span.SetTag("gen_ai.usage.output_tokens", error is null ? content.CompletionTokens : outcome.Tokens);
        if (outcome.FirstTokenUs is { } first)
        {
            span.SetTag("gen_ai.response.time_to_first_chunk", first / 1e6);
        }

        if (error is null)
        {
            span.SetTag("gen_ai.response.finish_reasons", told.FinishReasons.ToArray());
        }
        else
        {
            span.SetTag("error.type", error);
            span.SetStatus(ActivityStatusCode.Error, error);
        }
    }
}
