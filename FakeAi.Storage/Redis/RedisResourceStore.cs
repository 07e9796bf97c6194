using System.Globalization;
using FakeAi.Storage.Resources;
using StackExchange.Redis;

namespace FakeAi.Storage.Redis;

/// <summary>The store in Redis. All keys carry the same hash tag, since a script may touch only one slot of a cluster.</summary>
internal sealed class RedisResourceStore(RedisCalls calls, TimeProvider time) : IResourceStore
{
    private const string Prefix = "fakeai:{resources}:";
    private const string Sequence = Prefix + "sequence";
    private const string Ends = Prefix + "ends";

    /// <summary>Most list entries that one script looks at, so that Redis is never busy with one for long.</summary>
    private const int Look = 500;
    private const int FieldsOfAnObject = 6;

    public async ValueTask<CreateOutcome> CreateAsync(Resource resource, int most, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(resource);
        var result = await calls.ScriptAsync(
            ResourceScripts.Create,
            [Document(resource.Kind, resource.Id), List(resource.Kind, resource.Owner), Sequence, Ends, Open(resource.Kind)],
            [resource.Owner, resource.Json, resource.Label, End(resource), resource.Open ? 1 : 0, most, Member(resource.Kind, resource.Id), resource.Id],
            cancellationToken);
        return (CreateOutcome)(int)result;
    }

    public async ValueTask<Resource?> GetAsync(string kind, string owner, string id, CancellationToken cancellationToken)
    {
        var found = await FindAsync(kind, id, cancellationToken);
        return found is not null && found.Owner == owner && (found.ExpiresAt is not { } end || end > time.GetUtcNow()) ? found : null;
    }

    public async ValueTask<bool> ExistsAsync(string kind, string id, CancellationToken cancellationToken) =>
        (int)await calls.ExecuteAsync("EXISTS", [Document(kind, id)], cancellationToken) == 1;

    public async ValueTask<ResourcePage?> ListAsync(ResourceQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(query.Limit, nameof(query));
        var (low, high) = query.Descending ? (query.Before, query.After) : (query.After, query.Before);
        var backwards = query is { Before: not null, After: null };
        var upwards = query.Descending == backwards;
        var items = new List<Resource>();
        RedisValue place = "";
        while (true)
        {
            var result = await calls.ScriptAsync(
                ResourceScripts.List,
                [List(query.Kind, query.Owner)],
                [
                    Document(query.Kind, ""), low ?? "", high ?? "", upwards ? 1 : 0, query.Limit + 1 - items.Count, query.Label is null ? 0 : 1,
                    query.Label ?? "", time.GetUtcNow().ToUnixTimeMilliseconds(), place, Look,
                ],
                cancellationToken);

            // A bare number where a cursor is unknown: the clients of both generations tell it apart by its text alone.
            var values = (RedisValue[]?)result;
            if (values is not { Length: >= 2 })
            {
                return null;
            }

            for (var i = 2; i < values.Length; i += FieldsOfAnObject)
            {
                items.Add(Read(query.Kind, values[i]!, query.Owner, values.AsSpan(i + 1, FieldsOfAnObject - 1)));
            }

            if (values[0] == 1 || items.Count > query.Limit)
            {
                break;
            }

            place = values[1];
        }

        var more = items.Count > query.Limit;
        if (more)
        {
            items.RemoveAt(query.Limit);
        }

        if (backwards)
        {
            items.Reverse();
        }

        return new ResourcePage(items, more);
    }

    public async ValueTask<ChangeOutcome> ReplaceAsync(Resource changed, string? leaseHolder, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(changed);
        var result = await calls.ScriptAsync(
            ResourceScripts.Replace,
            Keys(changed.Kind, changed.Owner, changed.Id),
            [
                changed.Owner, changed.Json, changed.Label, End(changed), changed.Open ? 1 : 0, changed.Version, leaseHolder ?? "",
                Member(changed.Kind, changed.Id), changed.Id,
            ],
            cancellationToken);
        return (ChangeOutcome)(int)result;
    }

    public async ValueTask<bool> DeleteAsync(string kind, string owner, string id, CancellationToken cancellationToken) =>
        (int)await calls.ScriptAsync(ResourceScripts.Delete, Keys(kind, owner, id), [owner, Member(kind, id), id], cancellationToken) == 1;

    public async ValueTask<IReadOnlyList<Resource>> ExpiredAsync(int most, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var members = (RedisValue[]?)await calls.ExecuteAsync("ZRANGEBYSCORE", [Ends, "-inf", now, "LIMIT", 0, most], cancellationToken) ?? [];
        var found = new List<Resource>(members.Length);
        foreach (var member in members)
        {
            var (kind, id) = Split(member!);
            if (await FindAsync(kind, id, cancellationToken) is { } resource)
            {
                found.Add(resource);
            }
        }

        return found;
    }

    public async ValueTask<IReadOnlyList<Resource>> OpenAsync(string kind, int most, CancellationToken cancellationToken)
    {
        var ids = (RedisValue[]?)await calls.ExecuteAsync("ZRANGE", [Open(kind), 0, most - 1], cancellationToken) ?? [];
        var found = new List<Resource>(ids.Length);
        foreach (var id in ids)
        {
            if (await FindAsync(kind, id!, cancellationToken) is { } resource)
            {
                found.Add(resource);
            }
        }

        return found;
    }

    public async ValueTask<bool> TryLeaseAsync(string kind, string id, string holder, TimeSpan life, CancellationToken cancellationToken) =>
        (int)await calls.ScriptAsync(ResourceScripts.Lease, [Lease(kind, id)], [holder, (long)life.TotalMilliseconds], cancellationToken) == 1;

    public async ValueTask ReleaseAsync(string kind, string id, string holder, CancellationToken cancellationToken) =>
        await calls.ScriptAsync(ResourceScripts.Release, [Lease(kind, id)], [holder], cancellationToken);

    private async ValueTask<Resource?> FindAsync(string kind, string id, CancellationToken cancellationToken)
    {
        var values = (RedisValue[]?)await calls.ExecuteAsync("HMGET", [Document(kind, id), "o", "j", "l", "x", "v", "q"], cancellationToken);
        return values is { Length: 6 } && !values[0].IsNull ? Read(kind, id, values[0]!, values.AsSpan(1)) : null;
    }

    private static Resource Read(string kind, string id, string owner, ReadOnlySpan<RedisValue> fields)
    {
        var end = (long)fields[2];
        return new Resource(kind, id, owner, fields[0]!)
        {
            Label = (string?)fields[1] ?? "",
            ExpiresAt = end == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(end),
            Version = (long)fields[3],
            Open = fields[4] == 1,
        };
    }

    private static RedisKey[] Keys(string kind, string owner, string id) => [Document(kind, id), List(kind, owner), Lease(kind, id), Ends, Open(kind)];

    private static string Document(string kind, string id) => $"{Prefix}doc:{kind}:{id}";

    private static string List(string kind, string owner) => $"{Prefix}list:{kind}:{owner}";

    private static string Open(string kind) => $"{Prefix}open:{kind}";

    private static string Lease(string kind, string id) => $"{Prefix}lease:{kind}:{id}";

    private static string Member(string kind, string id) => $"{kind}:{id}";

    private static (string Kind, string Id) Split(string member)
    {
        var colon = member.IndexOf(':', StringComparison.Ordinal);
        return (member[..colon], member[(colon + 1)..]);
    }

    private static string End(Resource resource) => (resource.ExpiresAt?.ToUnixTimeMilliseconds() ?? 0).ToString(CultureInfo.InvariantCulture);
}
