using FakeAi.Engine.Streaming;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>Serves <c>POST /v1/chat/completions</c>.</summary>
internal sealed class ChatHandler(ChatRequestParser parser, OpenAiTextHandler texts)
{
    public const string Route = "/v1/chat/completions";

    private readonly OpenAiTextRoute<ChatRequest> _route = new(
        Route, "chat", StreamType.Chat, "chatcmpl-", parser.Parse,
        static t => new ChatAnswer(t.Request, t.Answer, t.Context, t.Tokenizer, t.Head, t.Frame));

    public Task HandleAsync(HttpContext context) => texts.HandleAsync(context, _route);
}
