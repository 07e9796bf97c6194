using System.Text.RegularExpressions;

namespace FakeAi.Engine.Generation.Tools;

/// <summary>
/// Decides which tools an answer calls, by a rule that anyone can follow:
/// <list type="bullet">
/// <item>A tool scores 3 for each telling word of its name that the last user message holds, 1 for each general one (get,
/// find, search …), and 1 for each telling word of its description. Case and a plural's s do not count.</item>
/// <item>Where the model may choose, tools with at least 2 points are called, the best first, at most four; of those only the ones
/// with at least half of the best one's points. After a tool's result none is called again: the answer is text.</item>
/// <item>Where a call is demanded, the best tool is called at least, of equal ones the first.</item>
/// <item>If one tool is called and the message lists several names ("Paris, Rome and New York"), it is called once for each.</item>
/// </list>
/// </summary>
internal static class ToolSelection
{
    private const int MostCalls = 4;
    private const int Threshold = 2;
    private const int LongestScan = 4000;

    private static readonly HashSet<string> s_general = new(
        "get set fetch find search look lookup list create make run call query read show add update delete send check current data info information tool function api".Split(' '),
        StringComparer.Ordinal);

    // Without backtracking: the time is bounded by the text's length, whatever a client writes.
    private static readonly Regex s_names = new(
        @"\p{Lu}[\p{L}\p{M}'’-]+(?: \p{Lu}[\p{L}\p{M}'’-]+){0,2}(?:(?:, and |, | and | or | & )\p{Lu}[\p{L}\p{M}'’-]+(?: \p{Lu}[\p{L}\p{M}'’-]+){0,2})+",
        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    private static readonly string[] s_separators = [", and ", ", ", " and ", " or ", " & "];

    /// <summary>The calls, in order; empty where the answer is text.</summary>
    /// <param name="offer">The tools.</param>
    /// <param name="messages">The conversation.</param>
    /// <param name="user">The last user message.</param>
    public static IReadOnlyList<PlannedCall> Plan(ToolOffer offer, IReadOnlyList<PromptMessage> messages, string user)
    {
        var text = user.Length > LongestScan ? user[..LongestScan] : user;
        switch (offer.Mode)
        {
            case ToolMode.None:
            case ToolMode.Auto when messages[^1].Role is "tool" or "function":
                return [];
            case ToolMode.Named:
                return [new PlannedCall(offer.Tools[0], user)];
        }

        var said = Words(text).ToHashSet(StringComparer.Ordinal);
        var ranked = offer.Tools.Select((tool, index) => (tool, index, score: Score(tool, said)))
            .OrderByDescending(static t => t.score).ThenBy(static t => t.index).ToArray();
        var best = ranked[0];
        if (offer.Mode == ToolMode.Auto && best.score < Threshold)
        {
            return [];
        }

        if (!offer.Parallel || best.score < Threshold)
        {
            return [new PlannedCall(best.tool, user)];
        }

        var chosen = ranked.Where(t => t.score >= Threshold && t.score * 2 >= best.score).Take(MostCalls).ToArray();
        return chosen.Length == 1 ? PerName(best.tool, text, user) : [.. chosen.Select(t => new PlannedCall(t.tool, user))];
    }

    private static PlannedCall[] PerName(ToolDefinition tool, string text, string user)
    {
        var list = s_names.Match(text);
        if (!list.Success)
        {
            return [new PlannedCall(tool, user)];
        }

        var before = text[..list.Index];
        return [.. list.Value.Split(s_separators, StringSplitOptions.RemoveEmptyEntries).Take(MostCalls).Select(name => new PlannedCall(tool, before + name))];
    }

    private static int Score(ToolDefinition tool, HashSet<string> said)
    {
        var score = 0;
        var counted = new HashSet<string>(StringComparer.Ordinal);
        foreach (var word in Words(tool.Name).Where(counted.Add))
        {
            score += !said.Contains(word) ? 0 : s_general.Contains(word) ? 1 : 3;
        }

        foreach (var word in Words(tool.Description ?? "").Where(counted.Add))
        {
            score += said.Contains(word) && word.Length >= 3 && !s_general.Contains(word) && !Topic.IsStopWord(word) ? 1 : 0;
        }

        return score;
    }

    /// <summary>Runs of letters and digits in lower case, parted at changes to upper case too, without a plural's s.</summary>
    private static IEnumerable<string> Words(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var from = i;
            while (i < text.Length && char.IsLetterOrDigit(text[i]) && !(i > from && char.IsUpper(text[i]) && char.IsLower(text[i - 1])))
            {
                i++;
            }

            if (i == from)
            {
                continue;
            }

            var word = text[from..i].ToLowerInvariant();
            yield return word.Length > 3 && word[^1] == 's' && word[^2] != 's' ? word[..^1] : word;
            if (i < text.Length && char.IsUpper(text[i]))
            {
                i--;
            }
        }
    }
}

/// <summary>A call to be made.</summary>
/// <param name="Tool">The tool.</param>
/// <param name="Prompt">The part of the user's message that it is about: its arguments are taken from there.</param>
internal sealed record PlannedCall(ToolDefinition Tool, string Prompt);
