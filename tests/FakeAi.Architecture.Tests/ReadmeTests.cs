using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace FakeAi.Architecture.Tests;

public sealed partial class ReadmeTests
{
    private static readonly string s_root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", ".."));

    private static readonly string[] s_documents =
    [
        "README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/event-log.md", "docs/latency-model.md", "docs/tokens.md", "docs/answers.md",
        "docs/scripted-answers.md", "docs/streaming.md", "docs/custom-streams.md", "docs/media.md", "docs/resources.md", "docs/performance.md",
    ];

    public static TheoryData<string> Settings =>
        [.. Setting().Matches(File.ReadAllText(Path.Combine(s_root, "README.md"))).Select(m => m.Value).Distinct(StringComparer.Ordinal)];

    public static TheoryData<string, string> Links =>
        [.. from file in s_documents
            from Match match in Link().Matches(File.ReadAllText(Path.Combine(s_root, file)))
            select new TheoryDataRow<string, string>(file, match.Groups["link"].Value)];

    [Theory]
    [MemberData(nameof(Settings))]
    public void Setting_NamedInTheReadme_IsRead(string setting)
    {
        var parts = setting.Split("__");
        var type = Assembly.Load($"FakeAi.{parts[1]}").GetTypes().Single(t => t.Name == $"{parts[1]}Options");

        var property = type.GetProperty(parts[2]);

        Assert.NotNull(property);
        if (parts.Length > 4)
        {
            Assert.NotNull(property.PropertyType.GetGenericArguments()[0].GetProperty(parts[4]));
        }
    }

    [Theory]
    [MemberData(nameof(Links))]
    public void Link_InTheDocuments_LeadsToAFile(string file, string link)
    {
        var path = Path.Combine(s_root, Path.GetDirectoryName(file)!, link.Split('#')[0]);

        Assert.True(link.StartsWith('#') || File.Exists(path) || Directory.Exists(path), $"{file} links to {link}");
    }

    [GeneratedRegex("FakeAi__(Gateway|Engine|Collector)__[A-Za-z0-9_]+", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Setting();

    [GeneratedRegex(@"\]\((?!http)(?<link>[^)]+)\)", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Link();

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
