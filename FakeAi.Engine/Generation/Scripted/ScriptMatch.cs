using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace FakeAi.Engine.Generation.Scripted;

/// <summary>When a rule applies: everything that is given must hold.</summary>
internal sealed record ScriptMatch
{
    private static readonly FrozenDictionary<string, string> s_none = FrozenDictionary<string, string>.Empty;

    /// <summary>The model as the client wrote it, or its id in the catalogue.</summary>
    public TextTest? Model { get; init; }

    public TextTest? Endpoint { get; init; }

    /// <summary>The last user message.</summary>
    public TextTest? User { get; init; }

    public TextTest? System { get; init; }

    public TextTest? ToolResult { get; init; }

    /// <summary>The role of the last message.</summary>
    public string? LastRole { get; init; }

    /// <summary>The tool whose result the conversation ends with.</summary>
    public string? Tool { get; init; }

    /// <summary>How many user messages there are.</summary>
    public int? Turn { get; init; }

    /// <summary>Tests a request. The cheapest come first.</summary>
    /// <param name="input">The request.</param>
    /// <param name="groups">What the patterns captured, by number and name; the user message's win over the tool result's.</param>
    public bool Holds(ScriptInput input, out IReadOnlyDictionary<string, string> groups)
    {
        groups = s_none;
        if ((Turn is not null && Turn != input.Turn)
            || (LastRole is not null && LastRole != input.Last.Role)
            || Endpoint?.Holds(input.Endpoint) == false
            || (Model is not null && !Model.Holds(input.Request.RequestedModel) && !Model.Holds(input.Request.Model.Id))
            || (Tool is not null && !input.Called(Tool))
            || (ToolResult is not null && (input.ToolResult is null || !ToolResult.Holds(input.ToolResult)))
            || User?.Holds(input.User) == false
            || System?.Holds(input.System) == false)
        {
            return false;
        }

        var captured = User?.Capture(input.User) ?? (input.ToolResult is null ? null : ToolResult?.Capture(input.ToolResult)) ?? System?.Capture(input.System);
        groups = captured ?? (IReadOnlyDictionary<string, string>)s_none;
        return true;
    }
}

/// <summary>A test of a text.</summary>
internal sealed class TextTest
{
    /// <summary>Most characters of a text that a pattern looks at.</summary>
    private const int LongestText = 100_000;
    private static readonly TimeSpan s_timeout = TimeSpan.FromMilliseconds(100);

    private readonly string? _equals;
    private readonly string? _contains;
    private readonly Regex? _regex;

    private TextTest(string? equals, string? contains, Regex? regex)
    {
        _equals = equals;
        _contains = contains;
        _regex = regex;
    }

    /// <summary>The very same text.</summary>
    public static TextTest Same(string text) => new(text, null, null);

    /// <summary>A text within it, in any case.</summary>
    public static TextTest Containing(string text) => new(null, text, null);

    /// <summary>A .NET regular expression, run in time linear to the text where its parts allow it, else for at most 100 ms.</summary>
    /// <exception cref="ArgumentException">The pattern is not valid.</exception>
    public static TextTest Matching(string pattern)
    {
        Regex regex;
        try
        {
            regex = new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, s_timeout);
        }
        catch (NotSupportedException)
        {
            regex = new Regex(pattern, RegexOptions.CultureInvariant, s_timeout);
        }

        return new TextTest(null, null, regex);
    }

    /// <summary>A name with <c>*</c> for any characters and <c>?</c> for one, in any case.</summary>
    public static TextTest Glob(string glob) => Matching(
        $"(?is)^{Regex.Escape(glob).Replace("\\*", ".*", StringComparison.Ordinal).Replace("\\?", ".", StringComparison.Ordinal)}$");

    /// <summary>Whether the test holds; a pattern that takes too long does not.</summary>
    public bool Holds(string text)
    {
        try
        {
            return _equals is not null ? text == _equals
                : _contains is not null ? text.Contains(_contains, StringComparison.OrdinalIgnoreCase)
                : _regex!.IsMatch(Cut(text));
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }

    /// <summary>What a pattern captured; null where the test is no pattern or does not hold.</summary>
    public Dictionary<string, string>? Capture(string text)
    {
        try
        {
            if (_regex?.Match(Cut(text)) is not { Success: true } match)
            {
                return null;
            }

            var groups = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var name in _regex.GetGroupNames())
            {
                groups[name] = match.Groups[name].Value;
            }

            return groups;
        }
        catch (RegexMatchTimeoutException)
        {
            return null;
        }
    }

    private static string Cut(string text) => text.Length > LongestText ? text[..LongestText] : text;
}
