using System.Globalization;

namespace FakeAi.Engine.Generation.Scripted;

/// <summary>The script files at a path: the file itself, or a folder's <c>.yaml</c>, <c>.yml</c> and <c>.json</c> files in the order of their names.</summary>
internal sealed class ScriptFolder(string path)
{
    private const int MostFiles = 1000;
    private const long LongestFile = 16 * 1024 * 1024;

    /// <summary>Tells files, lengths and times of change in one text: another one means that something changed.</summary>
    public string Fingerprint()
    {
        var parts = new List<string>();
        foreach (var file in Files())
        {
            var info = new FileInfo(file);
            parts.Add(info.Exists
                ? string.Create(CultureInfo.InvariantCulture, $"{file}|{info.Length}|{info.LastWriteTimeUtc.Ticks}")
                : $"{file}|missing");
        }

        return string.Join('\n', parts);
    }

    /// <summary>Reads all rules.</summary>
    /// <exception cref="ScriptException">A file is not valid, or cannot be read.</exception>
    public List<ScriptRule> Read()
    {
        var errors = new List<string>();
        var rules = new List<ScriptRule>();
        foreach (var file in Files())
        {
            try
            {
                if (new FileInfo(file).Length > LongestFile)
                {
                    errors.Add($"{file}: longer than {LongestFile / 1024 / 1024} MB.");
                    continue;
                }

                rules.AddRange(ScriptReader.Read(file, File.ReadAllText(file), errors));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                errors.Add($"{file}: {exception.Message}");
            }
        }

        return errors.Count == 0 ? rules : throw new ScriptException(errors);
    }

    private string[] Files() => !Directory.Exists(path)
        ? [path]
        : [.. Directory.EnumerateFiles(path)
            .Where(static f => Path.GetExtension(f).ToLowerInvariant() is ".yaml" or ".yml" or ".json")
            .Order(StringComparer.Ordinal)
            .Take(MostFiles)];
}
