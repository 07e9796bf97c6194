using FakeAi.Engine.Dialects.OpenAiChat;
using FakeAi.Engine.Streaming;

namespace FakeAi.Engine.Dialects.OpenAiResponses;

/// <summary>Serves <c>POST /v1/responses</c>.</summary>
internal sealed class ResponsesHandler(ResponsesRequestParser parser, OpenAiTextHandler texts, EngineClock clock)
{
    public const string Route = "/v1/responses";

    private readonly OpenAiTextRoute<ResponsesRequest> _route = new(
        Route, "chat", StreamType.Chat, "resp_", (body, _) => parser.Parse(body), telling => new ResponseAnswer(telling, () => clock.UnixUs / 1_000_000));

    public Task HandleAsync(HttpContext context) => texts.HandleAsync(context, _route);
}
