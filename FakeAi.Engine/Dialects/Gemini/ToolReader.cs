using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using FakeAi.Engine.Dialects.Exchange;
using FakeAi.Engine.Generation.Tools;

namespace FakeAi.Engine.Dialects.Gemini;

/// <summary>Reads <c>tools</c> and <c>toolConfig</c>. Tools that Google runs itself are refused: nothing here could answer for them.</summary>
internal sealed class ToolReader(Payload payload)
{
    private const int LongestName = 64;

    private static readonly string[] s_tools =
    [
        "function_declarations", "google_search_retrieval", "code_execution", "google_search", "computer_use", "url_context", "file_search", "google_maps", "mcp_servers",
    ];

    private static readonly SearchValues<char> s_nameCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:");

    private readonly SchemaReader _schemas = new(payload);

    /// <summary>The functions; null where none are declared.</summary>
    /// <param name="root">The request.</param>
    public ToolOffer? Read(ProtoMessage root)
    {
        var functions = new List<ToolDefinition>();
        foreach (var (tool, path) in root.List("tools"))
        {
            var message = payload.Message(tool, path, "Tool", s_tools);
            foreach (var name in message.Names.Where(static n => n != "function_declarations"))
            {
                throw GeminiWords.InvalidArgument($"Tool '{name}' is not supported by this server.");
            }

            foreach (var (declaration, at) in message.List("function_declarations"))
            {
                functions.Add(Function(declaration, at));
            }
        }

        var (mode, allowed) = Config(root);
        if (functions.GroupBy(static f => f.Name, StringComparer.Ordinal).FirstOrDefault(static g => g.Count() > 1) is { } twice)
        {
            throw GeminiWords.InvalidArgument($"Duplicate function declaration found: {twice.Key}");
        }

        if (functions.Count == 0)
        {
            return null;
        }

        var callable = allowed.Count == 0 ? functions : functions.FindAll(f => allowed.Contains(f.Name, StringComparer.Ordinal));
        if (allowed.Find(name => !functions.Exists(f => f.Name == name)) is { } unknown)
        {
            throw GeminiWords.InvalidArgument($"allowed_function_names should be a subset of the declared functions: '{unknown}' is not one of them.");
        }

        return new ToolOffer(callable, Definitions(functions), mode, Parallel: true);
    }

    private ToolDefinition Function(JsonElement declaration, string path)
    {
        var function = payload.Message(
            declaration, path, "FunctionDeclaration", "name", "description", "behavior", "parameters", "parameters_json_schema", "response", "response_json_schema");
        var name = function.String("name") ?? "";
        var description = function.String("description");
        function.Enumeration("behavior", "FunctionDeclaration.Behavior", "UNSPECIFIED", "BLOCKING", "NON_BLOCKING");
        JsonElement? schema = function.Raw("parameters") is { } parameters ? _schemas.Read(parameters, function.In("parameters"))
            : function.Raw("parameters_json_schema") is { ValueKind: JsonValueKind.Object } json ? JsonElement.Parse(JsonText.Canonical(json))
            : null;
        if (function.Raw("response") is { } response)
        {
            _schemas.Read(response, function.In("response"));
        }

        if (function.Has("parameters") && function.Has("parameters_json_schema"))
        {
            throw GeminiWords.InvalidArgument($"* GenerateContentRequest.{path}.parameters: parameters and parameters_json_schema are mutually exclusive.\n");
        }

        if (name.Length is 0 or > LongestName || !(char.IsAsciiLetter(name[0]) || name[0] == '_') || name.AsSpan().ContainsAnyExcept(s_nameCharacters))
        {
            payload.Check();
            throw GeminiWords.InvalidArgument(
                $"* GenerateContentRequest.{path}.name: Invalid function name. Must start with a letter or an underscore. Must be alphanumeric (a-z, A-Z, 0-9), underscores (_), dots (.), colons (:), or dashes (-), with a maximum length of {LongestName.ToString(CultureInfo.InvariantCulture)}.\n");
        }

        return new ToolDefinition(name, description, schema) { Param = $"{path}.parameters" };
    }

    private static (ToolMode Mode, List<string> Allowed) Config(ProtoMessage root)
    {
        var config = root.Message("tool_config", "ToolConfig", "function_calling_config", "retrieval_config", "include_server_side_tool_invocations");
        var calling = config?.Message("function_calling_config", "FunctionCallingConfig", "mode", "allowed_function_names", "stream_function_call_arguments");
        var mode = calling?.Enumeration("mode", "FunctionCallingConfig.Mode", "MODE_UNSPECIFIED", "AUTO", "ANY", "NONE", "VALIDATED") switch
        {
            "ANY" => ToolMode.Required,
            "NONE" => ToolMode.None,
            _ => ToolMode.Auto,
        };
        var allowed = calling?.Strings("allowed_function_names") ?? [];
        return allowed.Count > 0 && mode != ToolMode.Required && calling!.String("mode")?.ToUpperInvariant() != "VALIDATED"
            ? throw GeminiWords.InvalidArgument("allowed_function_names should only be set when the function calling mode is ANY or VALIDATED.")
            : (mode, allowed);
    }

    private static string Definitions(List<ToolDefinition> functions)
    {
        var definitions = new StringBuilder("[");
        foreach (var function in functions)
        {
            definitions.Append(definitions.Length > 1 ? "," : "").Append(CultureInfo.InvariantCulture, $"{{\"name\":{JsonText.Quote(function.Name)}")
                .Append(function.Description is { } text ? $",\"description\":{JsonText.Quote(text)}" : "")
                .Append(function.Parameters is { } schema ? $",\"parameters\":{schema.GetRawText()}" : "")
                .Append('}');
        }

        return definitions.Append(']').ToString();
    }
}
