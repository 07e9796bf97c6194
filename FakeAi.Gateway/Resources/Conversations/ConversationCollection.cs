using FakeAi.Gateway.OpenAi;
using FakeAi.Storage.Resources;
using Microsoft.Extensions.Options;

namespace FakeAi.Gateway.Resources.Conversations;

/// <summary>All conversations. They stay until they are deleted.</summary>
internal sealed class ConversationCollection(IResourceStore store, IOptions<ResourceOptions> options, TimeProvider clock)
    : ResourceCollection<OpenAiConversation>(store, options, ResourceJsonContext.Default.OpenAiConversation, "conversation", "conversation")
{
    private const int MostTries = 5;

    public async Task<OpenAiConversation> CreateAsync(string owner, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken)
    {
        var conversation = new OpenAiConversation(ResourceIds.Conversation(), clock.GetUtcNow().ToUnixTimeSeconds(), metadata);
        await AddAsync(owner, conversation.Id, conversation, "", null, open: false, cancellationToken);
        return conversation;
    }

    /// <summary>One of an owner's.</summary>
    /// <exception cref="ResourceFault">There is none.</exception>
    public async Task<OpenAiConversation> ReadAsync(string owner, string id, CancellationToken cancellationToken) =>
        await FindAsync(owner, id, cancellationToken) is { } found ? found.Value : throw NotFound(id);

    /// <summary>Replaces what the owner notes of one.</summary>
    /// <exception cref="ResourceFault">There is none, or others change it all the time.</exception>
    public async Task<OpenAiConversation> NoteAsync(string owner, string id, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken)
    {
        for (var i = 0; i < MostTries; i++)
        {
            var (resource, value) = await FindAsync(owner, id, cancellationToken) ?? throw NotFound(id);
            var changed = value with { Metadata = metadata };
            if (await ReplaceAsync(resource, changed, cancellationToken) == ChangeOutcome.Changed)
            {
                return changed;
            }
        }

        throw ResourceErrors.WrongState($"The conversation '{ResourceErrors.Shorten(id)}' is being changed by others.");
    }

    /// <summary>Deletes one, not its items.</summary>
    /// <exception cref="ResourceFault">There is none.</exception>
    public async Task RemoveAsync(string owner, string id, CancellationToken cancellationToken)
    {
        if (!await DeleteAsync(owner, id, cancellationToken))
        {
            throw NotFound(id);
        }
    }

    private static ResourceFault NotFound(string id) =>
        new(new OpenAiError(404, $"Conversation with id '{ResourceErrors.Shorten(id)}' not found.", OpenAiErrors.InvalidRequest));
}
