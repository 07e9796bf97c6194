using System.Runtime.CompilerServices;

namespace FakeAi.Architecture.Tests;

public sealed class SourceTests
{
    private static readonly string s_root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", ".."));

    public static TheoryData<string> Projects =>
        [.. Directory.GetDirectories(s_root, "FakeAi.*").Select(d => Path.GetFileName(d)!)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Source_EveryFile_StaysReadable(string project)
    {
        var files = Directory.GetFiles(Path.Combine(s_root, project), "*", SearchOption.AllDirectories)
            .Where(f => Path.GetExtension(f) is ".cs" or ".razor" or ".js")
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal)
                && !f.Contains("/node_modules/", StringComparison.Ordinal) && !f.Contains("/wwwroot/lib/", StringComparison.Ordinal)
                && !f.Contains("/_framework/", StringComparison.Ordinal));

        Assert.All(files, file =>
        {
            var lines = File.ReadLines(file).Count();
            var most = Path.GetFileName(file) == "Program.cs" ? 40 : 330;
            Assert.True(lines <= most, $"{Path.GetRelativePath(s_root, file)} has {lines} lines; {most} is the most.");
        });
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
