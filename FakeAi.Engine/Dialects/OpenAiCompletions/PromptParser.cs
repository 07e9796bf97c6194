using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using FakeAi.Engine.Dialects.OpenAiChat;
using FakeAi.Engine.Generation;

namespace FakeAi.Engine.Dialects.OpenAiCompletions;

/// <summary>Reads <c>prompt</c>: a text or several, spelled out or as tokens.</summary>
internal static class PromptParser
{
    /// <summary>Most prompts of one request.</summary>
    public const int MostPrompts = 20;

    private const string Expected = "one of a string, array of strings, array of integers, or array of integer arrays";

    /// <summary>The texts; one empty text, as at the beginning of a document, where no prompt is given.</summary>
    public static IReadOnlyList<string> Parse(JsonElement root, ITokenizer tokenizer)
    {
        var prompt = Fields.Member(root, "prompt");
        switch (prompt.ValueKind)
        {
            case JsonValueKind.Undefined or JsonValueKind.Null:
                return [""];
            case JsonValueKind.String:
                return [Fields.String(prompt, "prompt")];
            case JsonValueKind.Array:
                break;
            default:
                throw OpenAiFault.WrongType("prompt", Expected, prompt);
        }

        Fields.Array(prompt, "prompt", least: 1);
        if (prompt[0].ValueKind == JsonValueKind.Number)
        {
            return [Decode(prompt, "prompt", tokenizer)];
        }

        Fields.Array(prompt, "prompt", most: MostPrompts);
        var texts = new string[prompt.GetArrayLength()];
        var tokens = prompt[0].ValueKind == JsonValueKind.Array;
        for (var i = 0; i < texts.Length; i++)
        {
            var path = $"prompt[{i.ToString(CultureInfo.InvariantCulture)}]";
            texts[i] = tokens
                ? Decode(Fields.Array(prompt[i], path, least: 1, of: "an array of integers"), path, tokenizer)
                : Fields.String(prompt[i], path);
        }

        return texts;
    }

    /// <summary>The text of tokens; bytes that are no characters become U+FFFD.</summary>
    private static string Decode(JsonElement ids, string path, ITokenizer tokenizer)
    {
        var bytes = new ArrayBufferWriter<byte>(256);
        var index = 0;
        foreach (var element in ids.EnumerateArray())
        {
            var at = $"{path}[{index++.ToString(CultureInfo.InvariantCulture)}]";
            var token = tokenizer.BytesOf((int)Fields.Integer(element, at, 0, int.MaxValue));
            if (token.IsEmpty)
            {
                throw new OpenAiFault(400, $"Invalid token in '{at}': {element.GetRawText()}.", at, "invalid_value");
            }

            bytes.Write(token);
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }
}
