using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using System.Text.Json;
using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Dialects.OpenAiChat;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Hosting;

namespace FakeAi.Engine.Dialects.OpenAiEmbeddings;

/// <summary>Turns a body into an <see cref="EmbeddingRequest"/>, or tells what is wrong with it as OpenAI does.</summary>
internal sealed class EmbeddingRequestParser(ModelCatalogue catalogue, Tokenizers tokenizers)
{
    private const int MostInputs = 2048;
    private const int MostTokensOfAll = 300_000;
    private const string Expected = "one of a string, array of strings, array of integers, or array of integer arrays";

    private static readonly FrozenSet<string> s_known = FrozenSet.ToFrozenSet(
        ["model", "input", "encoding_format", "dimensions", "user"], StringComparer.Ordinal);

    /// <exception cref="OpenAiFault">The request is not valid.</exception>
    public EmbeddingRequest Parse(ReadOnlySequence<byte> body) => JsonBody.Parse(body, Parse);

    private EmbeddingRequest Parse(JsonElement root)
    {
        CommonFields.OnlyKnown(root, s_known);
        CommonFields.Check(root);
        var model = CommonFields.Model(root, catalogue, out var requested);
        if (model.Kind != "embedding")
        {
            throw new OpenAiFault(403, $"You are not allowed to generate embeddings from this model: '{OpenAiFault.Shorten(requested)}' is no embedding model.");
        }

        var format = Fields.Member(root, "encoding_format");
        var base64 = !Fields.IsNull(format) && Fields.OneOf(format, "encoding_format", "float", "base64") == "base64";
        var (texts, tokens) = Inputs(root, model);
        return new EmbeddingRequest(model, requested, texts, tokens, DimensionsOf(root, model), base64) { Steering = SteeringFields.Of(root) };
    }

    private static int DimensionsOf(JsonElement root, ModelInfo model)
    {
        var element = Fields.Member(root, "dimensions");
        if (Fields.IsNull(element))
        {
            return model.Dimensions;
        }

        if (!model.Can(ModelCapabilities.Dimensions))
        {
            throw new OpenAiFault(400, "This model does not support specifying dimensions.", "dimensions");
        }

        var asked = Fields.Integer(element, "dimensions", 1, int.MaxValue);
        return asked <= model.Dimensions ? (int)asked : throw new OpenAiFault(
            400,
            string.Create(CultureInfo.InvariantCulture, $"Invalid value for 'dimensions' = {asked}. Must be less than or equal to {model.Dimensions}."),
            "dimensions");
    }

    private (IReadOnlyList<string> Texts, int Tokens) Inputs(JsonElement root, ModelInfo model)
    {
        var tokenizer = tokenizers.For(model);
        var input = root.TryGetProperty("input", out var given) ? given : throw OpenAiFault.Missing("input");
        if (input.ValueKind == JsonValueKind.String)
        {
            return Read([input], static _ => "input", model, tokenizer);
        }

        Fields.Array(input, "input", least: 1, most: MostInputs, of: Expected);
        return input[0].ValueKind == JsonValueKind.Number
            ? Read([input], static _ => "input", model, tokenizer)
            : Read(input.EnumerateArray(), static i => $"input[{i.ToString(CultureInfo.InvariantCulture)}]", model, tokenizer);
    }

    private static (IReadOnlyList<string> Texts, int Tokens) Read(
        IEnumerable<JsonElement> inputs, Func<int, string> path, ModelInfo model, ITokenizer tokenizer)
    {
        var texts = new List<string>();
        var all = 0;
        foreach (var input in inputs)
        {
            var (text, tokens) = One(input, path(texts.Count), tokenizer);
            if (tokens > model.ContextWindow)
            {
                throw new OpenAiFault(
                    400,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"This model's maximum context length is {model.ContextWindow} tokens, however you requested {tokens} tokens ({tokens} in your prompt; 0 for the completion). Please reduce your prompt; or completion length."));
            }

            texts.Add(text);
            all += tokens;
        }

        return all <= MostTokensOfAll ? (texts, all) : throw new OpenAiFault(
            400, string.Create(CultureInfo.InvariantCulture, $"Requested {all} tokens, max {MostTokensOfAll} tokens per request"),
            code: "max_tokens_per_request", type: "max_tokens_per_request");
    }

    private static (string Text, int Tokens) One(JsonElement input, string path, ITokenizer tokenizer)
    {
        if (input.ValueKind == JsonValueKind.String)
        {
            var text = Fields.String(input, path);
            return text.Length > 0 ? (text, tokenizer.Count(text)) : throw new OpenAiFault(
                400, $"Invalid '{path}': input cannot be an empty string.", path, "invalid_value");
        }

        var ids = Fields.Array(input, path, least: 1, of: path == "input" ? Expected : "a string or an array of integers");
        var bytes = new ArrayBufferWriter<byte>(256);
        var count = 0;
        foreach (var id in ids.EnumerateArray())
        {
            var at = $"{path}[{count.ToString(CultureInfo.InvariantCulture)}]";
            var token = tokenizer.BytesOf((int)Fields.Integer(id, at, 0, int.MaxValue));
            if (token.IsEmpty)
            {
                throw new OpenAiFault(400, $"Invalid token in '{at}': {id.GetRawText()}.", at, "invalid_value");
            }

            bytes.Write(token);
            count++;
        }

        return (Encoding.UTF8.GetString(bytes.WrittenSpan), count);
    }
}
