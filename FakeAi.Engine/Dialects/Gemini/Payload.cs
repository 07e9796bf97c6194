using System.Globalization;
using System.Text;
using System.Text.Json;

namespace FakeAi.Engine.Dialects.Gemini;

/// <summary>
/// Reads JSON as Google's front end reads protocol buffers: names in camelCase or snake_case, null as if absent, a single value where a
/// list is meant, numbers as text, enumerations in any case. What does not fit is collected and told at once.
/// </summary>
internal sealed class Payload
{
    private const int MostViolations = 50;
    private const int MostQuoted = 200;

    private readonly List<(string Field, string Description)> _violations = [];

    /// <summary>Reads a message.</summary>
    /// <param name="value">Its JSON.</param>
    /// <param name="path">Where it stands, in snake_case; empty for the request itself.</param>
    /// <param name="type">The name of its type, for what is said about a value that is none.</param>
    /// <param name="known">Its fields, in snake_case.</param>
    public ProtoMessage Message(JsonElement value, string path, string type, params ReadOnlySpan<string> known)
    {
        var fields = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        if (value.ValueKind != JsonValueKind.Object)
        {
            Invalid(path, $"type.googleapis.com/google.ai.generativelanguage.v1beta.{type}", value);
            return new ProtoMessage(this, path, fields);
        }

        foreach (var member in value.EnumerateObject())
        {
            var name = Snake(member.Name);
            if (!known.Contains(name))
            {
                Unknown(member.Name, path);
            }
            else if (member.Value.ValueKind != JsonValueKind.Null)
            {
                fields[name] = member.Value;
            }
        }

        return new ProtoMessage(this, path, fields);
    }

    /// <summary>Notes a field that the type does not have.</summary>
    public void Unknown(string name, string path)
    {
        name = name.Length <= MostQuoted ? name : name[..MostQuoted];
        Add(path, $"Invalid JSON payload received. Unknown name \"{name}\"{(path.Length == 0 ? "" : $" at '{path}'")}: Cannot find field.");
    }

    /// <summary>Notes a value that its field cannot hold.</summary>
    public void Invalid(string path, string type, JsonElement value)
    {
        var raw = value.GetRawText();
        raw = raw.Length <= MostQuoted ? raw : raw[..MostQuoted];
        Add(path, $"Invalid value at '{path}' ({type}), {(value.ValueKind is JsonValueKind.String ? raw : $"{raw}")}");
    }

    /// <exception cref="PayloadFault">Something was noted.</exception>
    public void Check()
    {
        if (_violations.Count > 0)
        {
            throw new PayloadFault(_violations);
        }
    }

    /// <summary>A path within a message.</summary>
    public static string In(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    /// <summary>A place in a list.</summary>
    public static string At(string path, int index) => $"{path}[{index.ToString(CultureInfo.InvariantCulture)}]";

    /// <summary><c>maxOutputTokens</c> as <c>max_output_tokens</c>; snake_case stays as it is.</summary>
    internal static string Snake(string name)
    {
        if (!name.AsSpan().ContainsAnyInRange('A', 'Z'))
        {
            return name;
        }

        var snake = new StringBuilder(name.Length + 4);
        foreach (var c in name)
        {
            if (char.IsAsciiLetterUpper(c))
            {
                snake.Append('_').Append(char.ToLowerInvariant(c));
            }
            else
            {
                snake.Append(c);
            }
        }

        return snake.ToString();
    }

    private void Add(string path, string description)
    {
        if (_violations.Count < MostViolations)
        {
            _violations.Add((path, description));
        }
    }
}
