using System.Text;

namespace FakeAi.Bench.Paced;

/// <summary>
/// The request that all servers are asked, and the answer's bytes as the gateway gave them, cut as it writes them: the
/// chunk before the first token goes out with it, and what follows the last token with that.
/// </summary>
internal sealed class StreamSample
{
    public const int TtftMs = 100;
    public const int ItlMs = 10;
    public const int Tokens = 130;
    public const string Path = "/v1/chat/completions";

    /// <summary>In every chunk with content, once, and nowhere else.</summary>
    public const string ChunkMark = "\"delta\":{\"content\":";

    private const string Prompt = "Write 400 words about the sea.";

    private StreamSample(IReadOnlyList<byte[]> writes) => Writes = writes;

    /// <summary>What is due with each token.</summary>
    public IReadOnlyList<byte[]> Writes { get; }

    /// <summary>First byte to last, if nothing were late.</summary>
    public static double ExactMs => TtftMs + (ItlMs * (Tokens - 1));

    /// <summary>The request's body.</summary>
    public static string Body => $$"""{"model":"gpt-4o-mini","stream":true,"max_tokens":{{Tokens}},"messages":[{"role":"user","content":"{{Prompt}}"}]}""";

    /// <summary>Asks a server once and cuts what it says.</summary>
    public static async Task<StreamSample> TakeAsync(Uri server, CancellationToken stop)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server, Path)) { Content = new StringContent(Body, Encoding.UTF8, "application/json") };
        request.Headers.Add("x-fakeai-ttft-ms", "0");
        request.Headers.Add("x-fakeai-itl-ms", "0");
        using var answer = await http.SendAsync(request, stop);
        answer.EnsureSuccessStatusCode();
        return Cut(await answer.Content.ReadAsStringAsync(stop));
    }

    /// <summary>Keeps it in a file, for another process.</summary>
    public void Save(string file) => File.WriteAllBytes(file, [.. Writes.SelectMany(w => w)]);

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    public static StreamSample Load(string file) => Cut(File.ReadAllText(file));

    private static StreamSample Cut(string text)
    {
        var writes = new List<string>();
        var head = "";
        foreach (var chunk in text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(c => c + "\n\n"))
        {
            if (chunk.Contains(ChunkMark, StringComparison.Ordinal))
            {
                writes.Add(head + chunk);
                head = "";
            }
            else if (writes.Count == 0)
            {
                head += chunk;
            }
            else
            {
                writes[^1] += chunk;
            }
        }

        return writes.Count == Tokens
            ? new StreamSample([.. writes.Select(Encoding.UTF8.GetBytes)])
            : throw new InvalidDataException($"The sample has {writes.Count} chunks instead of {Tokens}.");
    }
}
