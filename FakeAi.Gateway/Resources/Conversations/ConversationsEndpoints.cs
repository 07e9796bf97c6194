using System.Globalization;
using System.Text.Json;
using FakeAi.Gateway.Resources.Responses;

namespace FakeAi.Gateway.Resources.Conversations;

/// <summary><c>/v1/conversations</c> and their items.</summary>
internal sealed class ConversationsEndpoints(ResourceExchange exchange, ConversationCollection conversations, ConversationItems items)
{
    private const string All = "/v1/conversations";
    private const string One = "/v1/conversations/{id}";
    private const string Items = "/v1/conversations/{id}/items";
    private const string Item = "/v1/conversations/{id}/items/{item}";
    private const int MostItems = 20;

    private static readonly IReadOnlyDictionary<string, string> s_none = new Dictionary<string, string>(StringComparer.Ordinal);
    private static readonly string[] s_types =
        ["message", "function_call", "function_call_output", "custom_tool_call", "custom_tool_call_output", "reasoning"];

    public void Map(IEndpointRouteBuilder app)
    {
        app.MapPost(All, exchange.For(All, CreateAsync));
        app.MapGet(One, exchange.For(One, GetAsync));
        app.MapPost(One, exchange.For(One, UpdateAsync));
        app.MapDelete(One, exchange.For(One, DeleteAsync));
        app.MapGet(Items, exchange.For(Items, ListAsync));
        app.MapPost(Items, exchange.For(Items, AppendAsync));
        app.MapGet(Item, exchange.For(Item, GetItemAsync));
        app.MapDelete(Item, exchange.For(Item, DeleteItemAsync));
    }

    private async Task CreateAsync(HttpContext context, string owner)
    {
        var (metadata, given) = await exchange.ReadAsync(context, static root =>
        {
            ResourceFields.Only(root, "metadata", "items");
            return (ResourceFields.Metadata(root) ?? s_none, ResourceFields.Given(root, "items") is { } list ? Read(list) : []);
        });
        var conversation = await conversations.CreateAsync(owner, metadata, context.RequestAborted);
        await items.AppendAsync(owner, conversation.Id, given, context.RequestAborted);
        await WriteAsync(context, conversation);
    }

    private async Task GetAsync(HttpContext context, string owner) => await WriteAsync(context, await conversations.ReadAsync(owner, Id(context), context.RequestAborted));

    private async Task UpdateAsync(HttpContext context, string owner)
    {
        var metadata = await exchange.ReadAsync(context, static root =>
        {
            ResourceFields.Only(root, "metadata");
            return ResourceFields.Metadata(root) ?? throw ResourceErrors.Missing("metadata");
        });
        await WriteAsync(context, await conversations.NoteAsync(owner, Id(context), metadata, context.RequestAborted));
    }

    private async Task DeleteAsync(HttpContext context, string owner)
    {
        await conversations.RemoveAsync(owner, Id(context), context.RequestAborted);
        await items.ClearAsync(owner, Id(context), context.RequestAborted);
        await ResourceExchange.WriteAsync(context, new ConversationDeleted(Id(context)), ResourceJsonContext.Default.ConversationDeleted);
    }

    private async Task ListAsync(HttpContext context, string owner)
    {
        await conversations.ReadAsync(owner, Id(context), context.RequestAborted);
        await ResourceExchange.WriteAsync(context, await items.PageAsync(context.Request, owner, Id(context), context.RequestAborted), ResourceJsonContext.Default.ItemPage);
    }

    private async Task AppendAsync(HttpContext context, string owner)
    {
        var given = await exchange.ReadAsync(context, static root =>
        {
            ResourceFields.Only(root, "items");
            return Read(ResourceFields.Given(root, "items") ?? throw ResourceErrors.Missing("items"));
        });
        await conversations.ReadAsync(owner, Id(context), context.RequestAborted);
        var stored = await items.AppendAsync(owner, Id(context), given, context.RequestAborted);
        await ResourceExchange.WriteAsync(context, ItemPage.Of(stored, more: false), ResourceJsonContext.Default.ItemPage);
    }

    private async Task GetItemAsync(HttpContext context, string owner)
    {
        await conversations.ReadAsync(owner, Id(context), context.RequestAborted);
        await ResourceExchange.WriteAsync(
            context, await items.ReadAsync(owner, Id(context), Value(context, "item"), context.RequestAborted), ResourceJsonContext.Default.JsonElement);
    }

    private async Task DeleteItemAsync(HttpContext context, string owner)
    {
        var conversation = await conversations.ReadAsync(owner, Id(context), context.RequestAborted);
        await items.RemoveAsync(owner, Id(context), Value(context, "item"), context.RequestAborted);
        await WriteAsync(context, conversation);
    }

    /// <summary>Items of a request, with ids; what of them is wrong in detail is told when a response is asked for.</summary>
    private static List<JsonElement> Read(JsonElement list)
    {
        if (list.ValueKind != JsonValueKind.Array)
        {
            throw ResourceErrors.WrongType("items", "an array of objects");
        }

        if (list.GetArrayLength() > MostItems)
        {
            throw ResourceErrors.Invalid("Invalid 'items': array too long. Expected an array with maximum length 20.", "items", "array_above_max_length");
        }

        var index = 0;
        foreach (var item in list.EnumerateArray())
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"items[{index++}]");
            if (item.ValueKind != JsonValueKind.Object)
            {
                throw ResourceErrors.WrongType(path, "an object");
            }

            var type = ResourceFields.OneOf(ItemList.TypeOf(item), $"{path}.type", s_types);
            foreach (var name in (ReadOnlySpan<string>)(type == "message" ? ["role", "content"] : []))
            {
                _ = ResourceFields.Given(item, name) ?? throw ResourceErrors.Missing($"{path}.{name}");
            }
        }

        return ItemList.Of(list);
    }

    private static Task WriteAsync(HttpContext context, OpenAiConversation conversation) =>
        ResourceExchange.WriteAsync(context, conversation, ResourceJsonContext.Default.OpenAiConversation);

    private static string Id(HttpContext context) => Value(context, "id");

    private static string Value(HttpContext context, string name) => Convert.ToString(context.Request.RouteValues[name], CultureInfo.InvariantCulture) ?? "";
}
