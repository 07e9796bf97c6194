using System.Diagnostics;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Telemetry;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>The span of the generation itself, below the server's span.</summary>
internal static class ChatSpan
{
    public static Activity? Start(ChatRequest request, AnswerHead head)
    {
        var generation = request.Generation;
        var span = EngineTelemetry.Source.StartActivity($"chat {generation.RequestedModel}", ActivityKind.Internal);
        if (span is not { IsAllDataRequested: true })
        {
            return span;
        }

        span.SetTag("gen_ai.operation.name", "chat");
        span.SetTag("gen_ai.provider.name", generation.Model.Provider);
        span.SetTag("gen_ai.request.model", generation.RequestedModel);
        span.SetTag("gen_ai.response.model", head.Model);
        span.SetTag("gen_ai.response.id", head.Id);
        span.SetTag("gen_ai.request.stream", request.Stream is not null);
        span.SetTag("gen_ai.request.temperature", generation.Sampling.Temperature);
        span.SetTag("gen_ai.request.top_p", generation.Sampling.TopP);
        if (request.LimitGiven)
        {
            span.SetTag("gen_ai.request.max_tokens", generation.MaxTokens);
        }

        if (generation.Seed != 0)
        {
            span.SetTag("gen_ai.request.seed", generation.Seed);
        }

        if (generation.Choices > 1)
        {
            span.SetTag("gen_ai.request.choice.count", generation.Choices);
        }

        return span;
    }

    public static void End(Activity? span, ChatRequest request, Answer answer, StreamOutcome outcome, string? error)
    {
        if (span is not { IsAllDataRequested: true })
        {
            return;
        }

        span.SetTag("gen_ai.usage.input_tokens", request.Generation.PromptTokens);
        span.SetTag("gen_ai.usage.output_tokens", outcome.Tokens);
        if (outcome.FirstTokenUs is { } first)
        {
            span.SetTag("gen_ai.response.time_to_first_chunk", first / 1e6);
        }

        if (error is null)
        {
            span.SetTag("gen_ai.response.finish_reasons", answer.Choices.Select(c => c.Finish.Word()).ToArray());
        }
        else
        {
            span.SetTag("error.type", error);
            span.SetStatus(ActivityStatusCode.Error, error);
        }
    }
}
