using System.Text;
using System.Text.Json;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Generation.Tools;

/// <summary>Writes the answer that follows tools' results: what they say, in words.</summary>
internal static class ToolResults
{
    private const ulong Purpose = 0x7002;
    private const int LongestText = 2000;
    private const int MostFacts = 24;
    private const int DeepestFact = 4;

    private static readonly JsonDocumentOptions s_json = new() { MaxDepth = 64 };
    private static readonly string[] s_one = ["Here is what {0} says: ", "According to {0}: ", "{0} gives this result: "];
    private static readonly string[] s_several = ["Here is what I found:\n", "These are the results:\n", "I have looked that up:\n"];

    /// <summary>The text; null where the conversation does not end with results.</summary>
    public static string? Write(IReadOnlyList<PromptMessage> messages, ulong seed)
    {
        var first = messages.Count;
        while (first > 0 && messages[first - 1].Role is "tool" or "function")
        {
            first--;
        }

        if (first == messages.Count)
        {
            return null;
        }

        var random = new SeededRandom(SeedHash.Derive(seed, Purpose));
        if (first == messages.Count - 1)
        {
            return random.Pick(s_one).Replace("{0}", NameOf(messages[first]), StringComparison.Ordinal) + Said(messages[first].Text);
        }

        var text = new StringBuilder(random.Pick(s_several));
        foreach (var message in messages.Skip(first))
        {
            text.Append("\n- ").Append(NameOf(message)).Append(": ").Append(Said(message.Text));
        }

        return text.ToString();
    }

    private static string NameOf(PromptMessage message) => message.Tool ?? message.Name ?? "the tool";

    private static string Said(string result)
    {
        var facts = new List<string>();
        try
        {
            using var document = JsonDocument.Parse(result, s_json);
            Collect(document.RootElement, "", 0, facts);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Not JSON, or with halves of surrogate pairs in it: text like any other.
            facts.Clear();
        }

        var said = facts.Count > 0 ? string.Join(", ", facts) : result.Trim();
        said = said.Length == 0 ? "nothing was returned" : Shorten(said);
        return said[^1] is '.' or '!' or '?' or '…' ? said : said + ".";
    }

    private static string Shorten(string text) =>
        text.Length <= LongestText ? text : text[..(char.IsHighSurrogate(text[LongestText - 1]) ? LongestText - 1 : LongestText)] + "…";

    /// <summary>"temperature is 18", "wind speed is 4": one for each value, named by its way through the objects.</summary>
    private static void Collect(JsonElement value, string path, int depth, List<string> facts)
    {
        if (facts.Count == MostFacts)
        {
            return;
        }

        switch (value.ValueKind)
        {
            case JsonValueKind.Object when depth < DeepestFact:
                foreach (var member in value.EnumerateObject())
                {
                    Collect(member.Value, $"{path}{(path.Length == 0 ? "" : " ")}{member.Name.Replace('_', ' ')}", depth + 1, facts);
                }

                break;
            case JsonValueKind.Array when depth < DeepestFact:
                foreach (var item in value.EnumerateArray())
                {
                    Collect(item, path, depth + 1, facts);
                }

                break;
            default:
                var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
                facts.Add(path.Length == 0 ? text : $"{path} is {text}");
                break;
        }
    }
}
