using System.Text.RegularExpressions;

namespace FakeAi.Engine.Generation.Structured.Patterns;

/// <summary>Matches texts with a schema's patterns, in bounded time. Keeps the compiled patterns of one synthesis.</summary>
internal sealed class PatternMatcher
{
    private const int LongestPattern = 4000;
    private static readonly TimeSpan s_timeout = TimeSpan.FromMilliseconds(200);

    private readonly Dictionary<string, Regex?> _compiled = new(StringComparer.Ordinal);

    /// <summary>Whether a part of the text matches; false for a pattern that is not understood.</summary>
    public bool IsMatch(string text, string pattern)
    {
        try
        {
            return Compiled(pattern)?.IsMatch(text) == true;
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }

    /// <summary>Whether the pattern is understood.</summary>
    public bool Understands(string pattern) => Compiled(pattern) is not null;

    private Regex? Compiled(string pattern)
    {
        if (!_compiled.TryGetValue(pattern, out var regex))
        {
            regex = pattern.Length > LongestPattern ? null : Compile(pattern, RegexOptions.NonBacktracking) ?? Compile(pattern, RegexOptions.None);
            _compiled.Add(pattern, regex);
        }

        return regex;
    }

    /// <summary>Linear in the text where it can be; patterns that look around or back need the other kind and the timeout.</summary>
    private static Regex? Compile(string pattern, RegexOptions options)
    {
        try
        {
            return new Regex(pattern, options | RegexOptions.CultureInvariant, s_timeout);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException or InsufficientExecutionStackException)
        {
            return null;
        }
    }
}
