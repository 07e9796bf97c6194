using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Dialects.OpenAiChat;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Hosting;

namespace FakeAi.Engine.Dialects.OpenAiImages;

/// <summary>Turns a body into an <see cref="ImageRequest"/>, or tells what is wrong with it as OpenAI does.</summary>
internal sealed class ImageRequestParser(ModelCatalogue catalogue, Tokenizers tokenizers)
{
    private const int MostImages = 10;
    private const int MostPartialImages = 3;
    private const string Dalle2 = "dall-e-2";
    private const string Dalle3 = "dall-e-3";
    private const string Newer = "gpt-image-1";

    private static readonly FrozenSet<string> s_known = FrozenSet.ToFrozenSet(
        [
            "prompt", "model", "n", "quality", "response_format", "output_format", "output_compression", "stream", "partial_images", "size",
            "moderation", "background", "style", "user",
        ],
        StringComparer.Ordinal);

    /// <summary>Fields of the newer models alone: one of them without a model means such a model.</summary>
    private static readonly string[] s_newer = ["output_format", "output_compression", "stream", "partial_images", "moderation", "background"];

    /// <exception cref="OpenAiFault">The request is not valid.</exception>
    public ImageRequest Parse(ReadOnlySequence<byte> body) => JsonBody.Parse(body, Parse);

    private ImageRequest Parse(JsonElement root)
    {
        foreach (var member in root.EnumerateObject())
        {
            if (!s_known.Contains(member.Name) && !SteeringFields.Knows(member.Name))
            {
                throw OpenAiFault.Unknown(OpenAiFault.Shorten(member.Name));
            }
        }

        var model = Model(root, out var requested);
        var newer = model.Id is not (Dalle2 or Dalle3);
        var prompt = Prompt(root, model.Id);
        OnlyOf(root, newer);
        var count = (int)(Fields.Given(root, "n", out var n) ? Fields.Integer(n, "n", 1, model.Id == Dalle3 ? 1 : MostImages) : 1);
        var size = Size(root, model.Id);
        var quality = Quality(root, model.Id);
        Output(root, newer);
        if (Fields.Given(root, "style", out var style))
        {
            Fields.OneOf(style, "style", "vivid", "natural");
        }

        if (Fields.Given(root, "user", out var user))
        {
            Fields.String(user, "user");
        }

        var transparent = Fields.Given(root, "background", out var background) && Fields.OneOf(background, "background", "transparent", "opaque", "auto") == "transparent";
        var partial = Stream(root, count);
        return new ImageRequest(model, requested, prompt, count, size, newer ? quality : null, transparent, partial, tokenizers.For(model).Count(prompt))
        {
            Steering = SteeringFields.Of(root),
        };
    }

    private ModelInfo Model(JsonElement root, out string requested)
    {
        requested = Fields.Given(root, "model", out var element) ? Fields.String(element, "model")
            : s_newer.Any(name => Fields.Given(root, name, out _)) ? Newer : Dalle2;
        var model = CommonFields.Find(catalogue, requested);
        return model is { Kind: "image", Provider: "openai" }
            ? model
            : throw new OpenAiFault(400, $"Invalid value: '{OpenAiFault.Shorten(requested)}' is not an image model of this API.", "model", "invalid_value");
    }

    private static string Prompt(JsonElement root, string model)
    {
        var prompt = Fields.RequiredString(root, "prompt", "prompt");
        var longest = model switch
        {
            Dalle2 => 1000,
            Dalle3 => 4000,
            _ => 32_000,
        };
        return Fields.Bounded(prompt, "prompt", longest, mayBeEmpty: false);
    }

    /// <summary>Refuses fields that the model does not have.</summary>
    private static void OnlyOf(JsonElement root, bool newer)
    {
        foreach (var name in newer ? ["response_format", "style"] : s_newer)
        {
            if (Fields.Given(root, name, out _))
            {
                throw OpenAiFault.Unknown(name);
            }
        }
    }

    private static ImageSize Size(JsonElement root, string model)
    {
        IReadOnlyList<string> sizes = model switch
        {
            Dalle2 => ["256x256", "512x512", "1024x1024"],
            Dalle3 => ["1024x1024", "1792x1024", "1024x1792"],
            _ => ["1024x1024", "1024x1536", "1536x1024", "auto"],
        };
        var text = Fields.Given(root, "size", out var size) ? Fields.OneOf(size, "size", sizes) : "1024x1024";
        text = text == "auto" ? "1024x1024" : text;
        var cross = text.IndexOf('x', StringComparison.Ordinal);
        return new ImageSize(
            int.Parse(text.AsSpan(0, cross), CultureInfo.InvariantCulture), int.Parse(text.AsSpan(cross + 1), CultureInfo.InvariantCulture), text);
    }

    /// <summary>The quality; what is left to the model is <c>medium</c>.</summary>
    private static string Quality(JsonElement root, string model)
    {
        if (!Fields.Given(root, "quality", out var element))
        {
            return "medium";
        }

        IReadOnlyList<string> qualities = model switch
        {
            Dalle2 => ["standard", "auto"],
            Dalle3 => ["standard", "hd", "auto"],
            _ => ["low", "medium", "high", "auto"],
        };
        var quality = Fields.OneOf(element, "quality", qualities);
        return quality == "auto" ? "medium" : quality;
    }

    private static void Output(JsonElement root, bool newer)
    {
        if (Fields.Given(root, "output_format", out var format) && Fields.OneOf(format, "output_format", "png", "jpeg", "webp") is var name and not "png")
        {
            throw new OpenAiFault(400, $"Unsupported value: 'output_format' '{name}' cannot be encoded here. Ask for 'png'.", "output_format", "unsupported_value");
        }

        if (Fields.Given(root, "output_compression", out var compression))
        {
            // PNG loses nothing: any other figure means a format that is not there.
            Fields.Integer(compression, "output_compression", 100, 100);
        }

        if (Fields.Given(root, "moderation", out var moderation))
        {
            Fields.OneOf(moderation, "moderation", "low", "auto");
        }

        var kind = Fields.Given(root, "response_format", out var response) ? Fields.OneOf(response, "response_format", "url", "b64_json") : "url";
        if (!newer && kind == "url")
        {
            throw new OpenAiFault(
                400,
                "Unsupported value: 'response_format' 'url' is not available here, and is what is meant where the field is absent. Ask for 'b64_json'.",
                "response_format",
                "unsupported_value");
        }
    }

    private static int? Stream(JsonElement root, int count)
    {
        var stream = Fields.Given(root, "stream", out var streamElement) && Fields.Boolean(streamElement, "stream");
        var partial = Fields.Given(root, "partial_images", out var element) ? (int)Fields.Integer(element, "partial_images", 0, MostPartialImages) : 0;
        if (partial > 0 && !stream)
        {
            throw new OpenAiFault(400, "The 'partial_images' parameter is only allowed when 'stream' is enabled.", "partial_images");
        }

        // The events do not say to which of several images they belong.
        return !stream ? null : count == 1 ? partial : throw new OpenAiFault(400, "Only one image can be streamed: 'n' must be 1.", "n", "invalid_value");
    }
}
