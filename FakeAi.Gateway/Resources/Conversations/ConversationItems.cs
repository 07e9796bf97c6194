using System.Text.Json;
using FakeAi.Gateway.OpenAi;
using FakeAi.Gateway.Resources.Responses;
using FakeAi.Storage.Resources;
using Microsoft.Extensions.Options;

namespace FakeAi.Gateway.Resources.Conversations;

/// <summary>The items of conversations. Each conversation has a list of its own in the store, in the order in which they were said.</summary>
internal sealed class ConversationItems(IResourceStore store, IOptions<ResourceOptions> options)
    : ResourceCollection<JsonElement>(store, options, ResourceJsonContext.Default.JsonElement, KindName, "conversation item")
{
    private const string KindName = "conversation_item";
    private const int Page = 500;

    private readonly IResourceStore _store = store;

    /// <summary>Appends items, and gives them as they are stored. An item whose id is taken gets another one.</summary>
    /// <exception cref="ResourceFault">The conversation is too long.</exception>
    public async Task<IReadOnlyList<JsonElement>> AppendAsync(string owner, string conversation, IEnumerable<JsonElement> items, CancellationToken cancellationToken)
    {
        var stored = new List<JsonElement>();
        foreach (var given in items)
        {
            var item = given;
            while (!await AddAsync(ListOf(owner, conversation), ItemList.IdOf(item)!, item, "", null, open: false, cancellationToken))
            {
                item = ItemList.WithNewId(item);
            }

            stored.Add(item);
        }

        return stored;
    }

    /// <summary>All items of a conversation, oldest first.</summary>
    public async Task<List<JsonElement>> AllAsync(string owner, string conversation, CancellationToken cancellationToken)
    {
        var all = new List<JsonElement>();
        string? after = null;
        while (true)
        {
            var query = new ResourceQuery(KindName, ListOf(owner, conversation), Page) { Descending = false, After = after };

            // A cursor that was deleted meanwhile ends the list.
            if (await _store.ListAsync(query, cancellationToken) is not { } page)
            {
                return all;
            }

            all.AddRange(page.Items.Select(Read));
            if (!page.HasMore)
            {
                return all;
            }

            after = page.Items[^1].Id;
        }
    }

    /// <summary>A part of a conversation's items.</summary>
    /// <exception cref="ResourceFault">A cursor names nothing.</exception>
    public async Task<ItemPage> PageAsync(HttpRequest request, string owner, string conversation, CancellationToken cancellationToken)
    {
        var limit = ResourceFields.Limit(request, 100, 20);
        var order = ResourceFields.OneOf(ResourceFields.Query(request, "order") ?? "desc", "order", ["asc", "desc"]);
        var (items, more) = await ListAsync(request, ListOf(owner, conversation), limit, order == "desc", null, cancellationToken);
        return ItemPage.Of(items, more);
    }

    /// <summary>One item.</summary>
    /// <exception cref="ResourceFault">There is none.</exception>
    public async Task<JsonElement> ReadAsync(string owner, string conversation, string id, CancellationToken cancellationToken) =>
        await FindAsync(ListOf(owner, conversation), id, cancellationToken) is { } found ? found.Value : throw NotFound(conversation, id);

    /// <summary>Deletes one item.</summary>
    /// <exception cref="ResourceFault">There is none.</exception>
    public async Task RemoveAsync(string owner, string conversation, string id, CancellationToken cancellationToken)
    {
        if (!await DeleteAsync(ListOf(owner, conversation), id, cancellationToken))
        {
            throw NotFound(conversation, id);
        }
    }

    /// <summary>Deletes all items of a conversation.</summary>
    public async Task ClearAsync(string owner, string conversation, CancellationToken cancellationToken)
    {
        while (await _store.ListAsync(new ResourceQuery(KindName, ListOf(owner, conversation), Page), cancellationToken) is { Items.Count: > 0 } page)
        {
            foreach (var item in page.Items)
            {
                await _store.DeleteAsync(KindName, item.Owner, item.Id, cancellationToken);
            }
        }
    }

    private static string ListOf(string owner, string conversation) => $"{owner}/{conversation}";

    private static ResourceFault NotFound(string conversation, string id) => new(new OpenAiError(
        404, $"Item with id '{ResourceErrors.Shorten(id)}' not found in conversation '{ResourceErrors.Shorten(conversation)}'.", OpenAiErrors.InvalidRequest));
}
