using FakeAi.Engine.Dialects.OpenAiChat;
using FakeAi.Engine.Streaming;

namespace FakeAi.Engine.Dialects.OpenAiCompletions;

/// <summary>Serves <c>POST /v1/completions</c>.</summary>
internal sealed class CompletionHandler(CompletionRequestParser parser, OpenAiTextHandler texts)
{
    public const string Route = "/v1/completions";

    private readonly OpenAiTextRoute<CompletionRequest> _route = new(
        Route, "text_completion", StreamType.Completion, "cmpl-", (body, _) => parser.Parse(body),
        static t => new CompletionAnswer(t.Request, t.Answer, t.Context, t.Tokenizer, t.Head, t.Frame));

    public Task HandleAsync(HttpContext context) => texts.HandleAsync(context, _route);
}
