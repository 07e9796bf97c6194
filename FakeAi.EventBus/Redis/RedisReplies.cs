using FakeAi.EventBus.Streams;
using StackExchange.Redis;

namespace FakeAi.EventBus.Redis;

/// <summary>Reads the nested replies of stream commands and scripts.</summary>
internal static class RedisReplies
{
    /// <summary>A reply of <c>XREADGROUP</c> or <c>XREAD</c> for one stream.</summary>
    public static IReadOnlyList<LogEntry> StreamEntries(RedisResult reply)
    {
        if (reply.IsNull)
        {
            return [];
        }

        var streams = (RedisResult[]?)reply;
        return streams is { Length: > 0 } ? Entries(((RedisResult[])streams[0]!)[1]) : [];
    }

    /// <summary>A list of entries, each an id and its fields; the field <c>e</c> or <c>p</c> comes first.</summary>
    public static IReadOnlyList<LogEntry> Entries(RedisResult reply)
    {
        var items = reply.IsNull ? [] : (RedisResult[])reply!;
        var entries = new List<LogEntry>(items.Length);
        foreach (var item in items)
        {
            if (item.IsNull)
            {
                continue;
            }

            var parts = (RedisResult[])item!;
            var payload = Array.Empty<byte>();
            if (parts.Length > 1 && !parts[1].IsNull)
            {
                var fields = (RedisResult[])parts[1]!;
                payload = fields.Length > 1 ? (byte[]?)fields[1] ?? [] : [];
            }

            entries.Add(new LogEntry((string)parts[0]!, payload));
        }

        return entries;
    }

    public static Dictionary<string, string>? Document(RedisResult reply)
    {
        var flat = (RedisResult[])reply!;
        if (flat.Length == 0)
        {
            return null;
        }

        var document = new Dictionary<string, string>(flat.Length / 2, StringComparer.Ordinal);
        for (var i = 0; i + 1 < flat.Length; i += 2)
        {
            document[(string)flat[i]!] = (string?)flat[i + 1] ?? "";
        }

        return document;
    }
}
