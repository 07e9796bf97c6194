using System.Text.Json;
using FakeAi.Gateway.OpenAi;
using FakeAi.Storage.Resources;
using Microsoft.Extensions.Options;

namespace FakeAi.Gateway.Resources.Responses;

/// <summary>All stored responses. Where there are as many as may be, the oldest make room: storing is the default, and must not refuse answers.</summary>
internal sealed class ResponseCollection(IResourceStore store, IOptions<ResourceOptions> options, TimeProvider clock)
    : ResourceCollection<StoredResponse>(store, options, ResourceJsonContext.Default.StoredResponse, KindName, "response")
{
    public const string KindName = "response";

    /// <summary>How many make room at a time, so that not every new one has to look for the oldest.</summary>
    private const int MadeRoom = 20;

    /// <summary>Longer conversations are sent by their items.</summary>
    private const int MostTurns = 1_000;

    private readonly IResourceStore _store = store;
    private readonly TimeSpan _life = options.Value.ResponseLife;

    public async Task AddAsync(string owner, StoredResponse response, CancellationToken cancellationToken)
    {
        var id = response.Response.GetProperty("id").GetString()!;
        var end = clock.GetUtcNow() + _life;
        try
        {
            await AddAsync(owner, id, response, "", end, open: false, cancellationToken);
        }
        catch (ResourceFault)
        {
            var oldest = await _store.ListAsync(new ResourceQuery(KindName, owner, MadeRoom) { Descending = false }, cancellationToken);
            foreach (var resource in oldest?.Items ?? [])
            {
                await _store.DeleteAsync(KindName, owner, resource.Id, cancellationToken);
            }

            await AddAsync(owner, id, response, "", end, open: false, cancellationToken, bounded: false);
        }
    }

    /// <summary>One of an owner's.</summary>
    /// <exception cref="ResourceFault">There is none.</exception>
    public async Task<StoredResponse> ReadAsync(string owner, string id, CancellationToken cancellationToken) =>
        await FindAsync(owner, id, cancellationToken) is { } found ? found.Value : throw NotFound(id);

    /// <summary>Deletes one.</summary>
    /// <exception cref="ResourceFault">There is none.</exception>
    public async Task RemoveAsync(string owner, string id, CancellationToken cancellationToken)
    {
        if (!await DeleteAsync(owner, id, cancellationToken))
        {
            throw NotFound(id);
        }
    }

    /// <summary>All items of the conversation up to a response's own answer, oldest first.</summary>
    /// <exception cref="ResourceFault">The response, or one before it, is not there.</exception>
    public async Task<List<JsonElement>> ConversationAsync(string owner, string id, CancellationToken cancellationToken)
    {
        var turns = new List<StoredResponse>();
        for (var next = id; next is not null; next = turns[^1].Previous)
        {
            turns.Add(await FindAsync(owner, next, cancellationToken) is { } found ? found.Value : throw new ResourceFault(new OpenAiError(
                400, $"Previous response with id '{ResourceErrors.Shorten(next)}' not found.", OpenAiErrors.InvalidRequest, "previous_response_id", "previous_response_not_found")));
            if (turns.Count == MostTurns)
            {
                throw ResourceErrors.Invalid("The conversation has too many turns: begin a new one with its items as 'input'.", "previous_response_id", "too_many_turns");
            }
        }

        turns.Reverse();
        return [.. turns.SelectMany(static t => t.Input.Concat(t.Output))];
    }

    private static ResourceFault NotFound(string id) =>
        new(new OpenAiError(404, $"Response with id '{ResourceErrors.Shorten(id)}' not found.", OpenAiErrors.InvalidRequest, null, null));
}
