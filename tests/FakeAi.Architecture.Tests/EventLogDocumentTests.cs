using System.Collections.Frozen;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using FakeAi.EventBus;

namespace FakeAi.Architecture.Tests;

/// <summary>What <c>docs/event-log.md</c> names is there and is so.</summary>
public sealed partial class EventLogDocumentTests
{
    private static readonly string s_root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", ".."));
    private static readonly string s_document = File.ReadAllText(Path.Combine(s_root, "docs", "event-log.md"));

    private static readonly FrozenSet<string> s_tests = Directory
        .EnumerateFiles(Path.Combine(s_root, "tests"), "*.cs", SearchOption.AllDirectories)
        .Where(static file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
        .SelectMany(static file => Test().Matches(File.ReadAllText(file)).Select(static m => m.Groups["name"].Value))
        .ToFrozenSet(StringComparer.Ordinal);

    public static TheoryData<string> Named => [.. Name().Matches(s_document).Select(static m => m.Groups["name"].Value).Distinct(StringComparer.Ordinal)];

    public static TheoryData<string, string> Settings =>
        [.. Setting().Matches(s_document).Select(static m => new TheoryDataRow<string, string>(m.Groups["name"].Value, m.Groups["value"].Value))];

    [Theory]
    [MemberData(nameof(Named))]
    public void Test_NamedInTheDocument_Exists(string name) => Assert.True(s_tests.Contains(name), $"There is no test {name}.");

    [Theory]
    [MemberData(nameof(Settings))]
    public void Setting_InTheDocument_HasItsDefault(string name, string value) => Assert.Equal(
        value, Convert.ToString(typeof(EventBusOptions).GetProperty(name)?.GetValue(new EventBusOptions()), CultureInfo.InvariantCulture));

    [Fact]
    public void Settings_ThatHaveADefault_AreAllInTheDocument() => Assert.Equal(
        typeof(EventBusOptions).GetProperties().Where(static p => p.PropertyType != typeof(string)).Select(static p => p.Name).Order(StringComparer.Ordinal),
        Setting().Matches(s_document).Select(static m => m.Groups["name"].Value).Order(StringComparer.Ordinal));

    [GeneratedRegex("`(?<name>[A-Z][A-Za-z0-9]*(_[A-Z0-9][A-Za-z0-9]*){2,})`", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Name();

    [GeneratedRegex(@"\[(Fact|Theory)[^\n]*\]\s(\s*\[[^\n]*\]\s)*\s*public (async |override )*(Task|void|ValueTask) (?<name>\w+)\(", RegexOptions.ExplicitCapture, 5_000)]
    private static partial Regex Test();

    [GeneratedRegex(@"^\| `(?<name>[A-Z]\w+)` \| (?<value>\d+) \|", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1_000)]
    private static partial Regex Setting();

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
