using System.Text.Json;
using System.Text.Json.Serialization;

namespace FakeAi.Gateway.Resources.Responses;

/// <summary>That a response is deleted.</summary>
/// <param name="Id">Which.</param>
/// <param name="Deleted">Always.</param>
internal sealed record ResponseDeleted(string Id, bool Deleted = true)
{
    [JsonPropertyOrder(-2)]
    public string Object => "response";
}

/// <summary>A part of a list of items.</summary>
internal sealed record ItemPage(IReadOnlyList<JsonElement> Data, string FirstId, string LastId, bool HasMore)
{
    [JsonPropertyOrder(-2)]
    public string Object => "list";

    /// <summary>The part of a list that a request asks for.</summary>
    /// <param name="request">With <c>limit</c> (20, at most 100), <c>order</c> (newest first) and <c>after</c>.</param>
    /// <param name="items">All items, oldest first.</param>
    /// <exception cref="ResourceFault">The query is wrong.</exception>
    public static ItemPage Of(HttpRequest request, IEnumerable<JsonElement> items)
    {
        var limit = ResourceFields.Limit(request, 100, 20);
        var order = ResourceFields.OneOf(ResourceFields.Query(request, "order") ?? "desc", "order", ["asc", "desc"]);
        var ordered = order == "desc" ? items.Reverse().ToList() : [.. items];
        if (ResourceFields.Query(request, "after") is { } after)
        {
            var at = ordered.FindIndex(i => ItemList.IdOf(i) == after);
            ordered.RemoveRange(0, at >= 0 ? at + 1 : throw ResourceErrors.UnknownCursor("after", after));
        }

        return Of([.. ordered.Take(limit)], ordered.Count > limit);
    }

    /// <summary>A part that is cut already.</summary>
    public static ItemPage Of(IReadOnlyList<JsonElement> page, bool more) =>
        new(page, page.Count == 0 ? "" : ItemList.IdOf(page[0]) ?? "", page.Count == 0 ? "" : ItemList.IdOf(page[^1]) ?? "", more);
}
