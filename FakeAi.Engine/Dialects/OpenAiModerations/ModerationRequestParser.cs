using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Dialects.OpenAiChat;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Hosting;

namespace FakeAi.Engine.Dialects.OpenAiModerations;

/// <summary>Turns a body into a <see cref="ModerationRequest"/>, or tells what is wrong with it as OpenAI does.</summary>
internal sealed class ModerationRequestParser(ModelCatalogue catalogue, Tokenizers tokenizers)
{
    private const int MostInputs = 2048;
    private const string DefaultModel = "omni-moderation-latest";
    private const string Expected = "one of a string, array of strings, or array of objects";

    private static readonly FrozenSet<string> s_known = FrozenSet.ToFrozenSet(["model", "input"], StringComparer.Ordinal);

    /// <exception cref="OpenAiFault">The request is not valid.</exception>
    public ModerationRequest Parse(ReadOnlySequence<byte> body) => JsonBody.Parse(body, Parse);

    private ModerationRequest Parse(JsonElement root)
    {
        CommonFields.OnlyKnown(root, s_known);
        var named = Fields.Member(root, "model");
        var requested = Fields.IsNull(named) ? DefaultModel : Fields.String(named, "model");
        if (!catalogue.TryGet(requested, out var model) || model.Kind != "moderation")
        {
            throw new OpenAiFault(
                400, $"Invalid value for 'model' = {OpenAiFault.Shorten(requested)}. Please check the OpenAI documentation and try again.", "model");
        }

        var input = root.TryGetProperty("input", out var given) ? given : throw OpenAiFault.Missing("input");
        var inputs = Inputs(input, model);
        var tokenizer = tokenizers.For(model);
        return new ModerationRequest(model, requested, inputs, inputs.Sum(i => i.Texts.Sum(t => tokenizer.Count(t)))) { Steering = SteeringFields.Of(root) };
    }

    private static IReadOnlyList<ModerationInput> Inputs(JsonElement input, ModelInfo model)
    {
        if (input.ValueKind == JsonValueKind.String)
        {
            return [new ModerationInput([Fields.String(input, "input")], [])];
        }

        Fields.Array(input, "input", least: 1, most: MostInputs, of: Expected);
        return input[0].ValueKind == JsonValueKind.Object ? [Parts(input, model)] : [.. input.EnumerateArray().Select(static (text, i) =>
            new ModerationInput([Fields.String(text, $"input[{i.ToString(CultureInfo.InvariantCulture)}]")], []))];
    }

    /// <summary>Parts are looked at together.</summary>
    private static ModerationInput Parts(JsonElement input, ModelInfo model)
    {
        if (!model.Can("vision"))
        {
            throw new OpenAiFault(400, $"Invalid value for 'input': the model '{model.Id}' takes texts only.", "input", "invalid_value");
        }

        var (texts, images, index) = (new List<string>(), new List<string>(), 0);
        foreach (var part in input.EnumerateArray())
        {
            var path = $"input[{index++.ToString(CultureInfo.InvariantCulture)}]";
            Fields.Object(part, path);
            if (Fields.OneOf(part.TryGetProperty("type", out var type) ? type : throw OpenAiFault.Missing($"{path}.type"), $"{path}.type", "text", "image_url") == "text")
            {
                texts.Add(Fields.RequiredString(part, "text", $"{path}.text"));
                continue;
            }

            var image = Fields.Object(part.TryGetProperty("image_url", out var given) ? given : throw OpenAiFault.Missing($"{path}.image_url"), $"{path}.image_url");
            var url = Fields.RequiredString(image, "url", $"{path}.image_url.url");
            images.Add(IsImage(url) ? url : throw new OpenAiFault(
                400, $"Invalid '{path}.image_url.url': expected an http or https URL, or a data URL of an image.", $"{path}.image_url.url", "invalid_image_url"));
        }

        return new ModerationInput(texts, images);
    }

    private static bool IsImage(string url) =>
        url.StartsWith("data:image/", StringComparison.OrdinalIgnoreCase)
        || url.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || url.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
}
