using FakeAi.Engine.Dialects.OpenAiChat;

namespace FakeAi.Engine.Realtime;

/// <summary>The items of a session, in order, at most <see cref="MostItems"/>.</summary>
internal sealed class Conversation
{
    /// <summary>Most items; further ones are refused.</summary>
    public const int MostItems = 2_000;

    private readonly List<ConversationItem> _items = [];

    public IReadOnlyList<ConversationItem> Items => _items;

    public string? LastId => _items.Count == 0 ? null : _items[^1].Id;

    /// <summary>Adds an item at the end.</summary>
    /// <returns>The id of the one before it; null at the beginning.</returns>
    public string? Append(ConversationItem item)
    {
        Check(item.Id);
        var before = LastId;
        _items.Add(item);
        return before;
    }

    /// <summary>Adds an item behind another, or at the beginning for <c>root</c>.</summary>
    public string? Insert(ConversationItem item, string behind)
    {
        Check(item.Id);
        var at = behind == "root" ? 0 : Index(behind, "previous_item_id") + 1;
        _items.Insert(at, item);
        return at == 0 ? null : behind;
    }

    public ConversationItem Get(string id) => _items[Index(id, "item_id")];

    public void Replace(ConversationItem item) => _items[Index(item.Id, "item_id")] = item;

    public void Remove(string id) => _items.RemoveAt(Index(id, "item_id"));

    /// <summary>The id of the item before another.</summary>
    public string? Before(string id) => Index(id, "item_id") is > 0 and var index ? _items[index - 1].Id : null;

    /// <summary>Whether an item is there.</summary>
    public bool Has(string id) => _items.Exists(i => i.Id == id);

    private int Index(string id, string param)
    {
        var index = _items.FindIndex(i => i.Id == id);
        return index >= 0 ? index : throw new OpenAiFault(
            400, $"Error with item: the item with id '{OpenAiFault.Shorten(id)}' does not exist.", param, "item_not_found");
    }

    private void Check(string id)
    {
        if (_items.Count == MostItems)
        {
            throw new OpenAiFault(400, "The conversation has too many items. Delete some, or open another session.", "item", "conversation_full");
        }

        if (Has(id))
        {
            throw new OpenAiFault(400, $"An item with id '{OpenAiFault.Shorten(id)}' already exists in the conversation.", "item.id", "item_already_exists");
        }
    }
}
