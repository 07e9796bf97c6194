using System.Globalization;

namespace FakeAi.Gateway.Providers;

/// <summary>Names of models for people, made from their ids: <c>claude-sonnet-4-5</c> is "Claude Sonnet 4.5".</summary>
internal static class ModelNames
{
    public static string Display(string id)
    {
        var words = new List<string>();
        foreach (var part in id.Split('-'))
        {
            // A date belongs to the snapshot, not to the name; figures in a row are a version.
            if (part.Length == 8 && part.All(char.IsAsciiDigit))
            {
                continue;
            }

            if (words.Count > 0 && IsFigure(part) && IsFigure(words[^1]))
            {
                words[^1] += "." + part;
            }
            else if (part.Length > 0)
            {
                words.Add(char.ToUpper(part[0], CultureInfo.InvariantCulture) + part[1..]);
            }
        }

        return string.Join(' ', words);
    }

    private static bool IsFigure(string part) => part.Length is 1 or 2 && part.All(char.IsAsciiDigit);
}
