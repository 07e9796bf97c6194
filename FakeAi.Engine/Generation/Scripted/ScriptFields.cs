using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace FakeAi.Engine.Generation.Scripted;

/// <summary>Reads the fields of one script file and tells what is wrong with them: <c>file(line): field: what</c>.</summary>
internal sealed class ScriptFields(string file, List<string> errors)
{
    /// <summary>How many errors there are by now, those of other files included.</summary>
    public int Errors => errors.Count;

    public void Wrong(YamlNode node, string path, string message) =>
        errors.Add(string.Create(CultureInfo.InvariantCulture, $"{file}({node.Start.Line}): {(path.Length == 0 ? "" : path + ": ")}{message}"));

    /// <summary>A mapping with no other keys than the given ones; null where it is none.</summary>
    public Dictionary<string, YamlNode>? Map(YamlNode node, string path, params IReadOnlyList<string> known)
    {
        if (node is not YamlMappingNode mapping)
        {
            Wrong(node, path, $"expected a mapping with {string.Join(", ", known)}.");
            return null;
        }

        var map = new Dictionary<string, YamlNode>(StringComparer.Ordinal);
        foreach (var (key, value) in mapping.Children)
        {
            var name = (key as YamlScalarNode)?.Value ?? "";
            if (!known.Contains(name))
            {
                Wrong(key, path.Length == 0 ? name : $"{path}.{name}", $"unknown field; known are {string.Join(", ", known)}.");
                continue;
            }

            map[name] = value;
        }

        return map;
    }

    public IList<YamlNode>? List(YamlNode node, string path)
    {
        if (node is YamlSequenceNode sequence)
        {
            return sequence.Children;
        }

        Wrong(node, path, "expected a list.");
        return null;
    }

    public string? Text(YamlNode node, string path)
    {
        if (node is YamlScalarNode { Value: { } value })
        {
            return value;
        }

        Wrong(node, path, "expected a text.");
        return null;
    }

    public int? Whole(YamlNode node, string path, int least, int most)
    {
        if (node is YamlScalarNode { Value: { } value } && int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most)
        {
            return number;
        }

        Wrong(node, path, string.Create(CultureInfo.InvariantCulture, $"expected a whole number from {least}."));
        return null;
    }

    public double? Number(YamlNode node, string path, double least, double most)
    {
        if (node is YamlScalarNode { Value: { } value } && double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most)
        {
            return number;
        }

        Wrong(node, path, string.Create(CultureInfo.InvariantCulture, $"expected a number from {least} to {most}."));
        return null;
    }

    public string? OneOf(YamlNode node, string path, params IReadOnlyList<string> values)
    {
        if (node is YamlScalarNode { Value: { } value } && values.Contains(value))
        {
            return value;
        }

        Wrong(node, path, $"expected one of {string.Join(", ", values)}.");
        return null;
    }
}
