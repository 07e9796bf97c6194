namespace FakeAi.Engine.Streaming.Admin;

/// <summary>
/// <c>/admin/streams</c> of one engine; the gateway asks all engines and checks the admin key. Answers with data or a bare
/// status: the gateway has the words.
/// </summary>
internal static class StreamAdminApi
{
    public static IEndpointRouteBuilder MapStreamAdmin(this IEndpointRouteBuilder endpoints)
    {
        var streams = endpoints.ServiceProvider.GetRequiredService<StreamManager>();
        var group = endpoints.MapGroup("/admin/streams");
        group.MapGet("", (string? state, string? model) => Results.Json(streams.List(state, model), StreamStatusJson.Default.StreamList));
        group.MapGet("{id}", (string id) => Show(streams, id));
        group.MapPost("{id}/cancel", (string id) => Answer(streams, id, streams.Cancel(id)));
        group.MapPost("{id}/pause", (string id) => Answer(streams, id, streams.Pause(id)));
        group.MapPost("{id}/resume", (string id) => Answer(streams, id, streams.Resume(id)));
        return endpoints;
    }

    private static IResult Show(StreamManager streams, string id) =>
        streams.Status(id) is { } status ? Results.Json(status, StreamStatusJson.Default.StreamStatus) : Results.NotFound();

    private static IResult Answer(StreamManager streams, string id, CommandResult result) => result switch
    {
        CommandResult.Done => Show(streams, id),
        CommandResult.WrongState => Results.Conflict(),
        _ => Results.NotFound(),
    };
}
