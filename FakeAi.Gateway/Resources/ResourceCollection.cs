using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FakeAi.Storage.Resources;
using Microsoft.Extensions.Options;

namespace FakeAi.Gateway.Resources;

/// <summary>The stored objects of one kind, read and written as their own type.</summary>
/// <param name="store">Where they are.</param>
/// <param name="options">How many an owner may have.</param>
/// <param name="type">How they are written.</param>
/// <param name="kind">The kind's name.</param>
/// <param name="noun">What errors call it.</param>
internal abstract class ResourceCollection<T>(
    IResourceStore store, IOptions<ResourceOptions> options, JsonTypeInfo<T> type, string kind, string noun)
    where T : notnull
{
    private readonly int _most = options.Value.MaxObjects;

    public string Kind => kind;

    /// <summary>Stores a new one; false, and nothing done, where it is there already.</summary>
    /// <exception cref="ResourceFault">The owner has too many.</exception>
    public async Task<bool> AddAsync(string owner, string id, T value, string label, DateTimeOffset? expiresAt, bool open, CancellationToken cancellationToken, bool bounded = true)
    {
        var resource = new Resource(kind, id, owner, JsonSerializer.Serialize(value, type)) { Label = label, ExpiresAt = expiresAt, Open = open };
        var outcome = await store.CreateAsync(resource, bounded ? _most : int.MaxValue, cancellationToken);
        return outcome != CreateOutcome.Full ? outcome == CreateOutcome.Created : throw ResourceErrors.TooMany(noun, _most);
    }

    /// <summary>One of an owner's, with what is needed to change it.</summary>
    /// <exception cref="ResourceFault">There is none.</exception>
    public async Task<(Resource Resource, T Value)> GetAsync(string owner, string id, CancellationToken cancellationToken) =>
        await FindAsync(owner, id, cancellationToken) ?? throw ResourceErrors.NotFound(noun, id);

    /// <summary>One of an owner's; null where there is none.</summary>
    public async Task<(Resource Resource, T Value)?> FindAsync(string owner, string id, CancellationToken cancellationToken) =>
        await store.GetAsync(kind, owner, id, cancellationToken) is { } resource ? (resource, Read(resource)) : null;

    /// <summary>A part of an owner's list.</summary>
    /// <exception cref="ResourceFault">A cursor names nothing.</exception>
    public async Task<(IReadOnlyList<T> Items, bool HasMore)> ListAsync(
        HttpRequest request, string owner, int limit, bool descending, string? label, CancellationToken cancellationToken)
    {
        var (after, before) = (ResourceFields.Query(request, "after"), ResourceFields.Query(request, "before"));
        var query = new ResourceQuery(kind, owner, limit) { Descending = descending, After = after, Before = before, Label = label };
        var page = await store.ListAsync(query, cancellationToken)
            ?? throw (after is null ? ResourceErrors.UnknownCursor("before", before!) : ResourceErrors.UnknownCursor("after", after));
        return ([.. page.Items.Select(Read)], page.HasMore);
    }

    /// <summary>Changes one if nobody else has meanwhile.</summary>
    public ValueTask<ChangeOutcome> ReplaceAsync(Resource resource, T value, CancellationToken cancellationToken, string? leaseHolder = null) =>
        store.ReplaceAsync(resource with { Json = JsonSerializer.Serialize(value, type) }, leaseHolder, cancellationToken);

    public ValueTask<bool> DeleteAsync(string owner, string id, CancellationToken cancellationToken) => store.DeleteAsync(kind, owner, id, cancellationToken);

    public T Read(Resource resource) => JsonSerializer.Deserialize(resource.Json, type) is { } value ? value : throw new JsonException($"{kind} {resource.Id} is empty.");
}
