using System.Runtime.CompilerServices;

namespace FakeAi.Engine.Tests.Generation.Structured;

/// <summary>Schemas of the kinds that libraries make and documentation shows, one to a file in <c>Schemas</c>.</summary>
internal static class RealSchemas
{
    public static IEnumerable<string> Files() =>
        Directory.EnumerateFiles(Path.Combine(Path.GetDirectoryName(ThisFile())!, "Schemas"), "*.json").Order(StringComparer.Ordinal);

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
