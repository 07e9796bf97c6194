using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Hosting;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>Checks and reads fields that need little of the rest.</summary>
internal static class CommonFields
{
    private const int MostMetadata = 16;
    private const int MostStops = 4;
    private const int LongestKey = 64;
    private const int LongestValue = 512;

    public static void Check(JsonElement root)
    {
        Text(root, "user", int.MaxValue);
        Text(root, "safety_identifier", 64);
        Text(root, "prompt_cache_key", int.MaxValue);
        if (Fields.Given(root, "prompt_cache_retention", out var retention))
        {
            Fields.OneOf(retention, "prompt_cache_retention", "in_memory", "24h");
        }

        if (Fields.Given(root, "prompt_cache_options", out var cache))
        {
            Fields.Object(cache, "prompt_cache_options");
            Fields.Only(cache, "prompt_cache_options", "ttl", "mode");
        }

        if (Fields.Given(root, "store", out var store))
        {
            Fields.Boolean(store, "store");
        }

        if (Fields.Given(root, "metadata", out var metadata))
        {
            CheckMetadata(metadata);
        }
    }

    /// <summary>The model that the request names, whatever its kind.</summary>
    public static ModelInfo Model(JsonElement root, ModelCatalogue catalogue, out string requested)
    {
        var element = Fields.Member(root, "model");
        requested = Fields.IsNull(element) ? "" : Fields.String(element, "model");
        if (requested.Length == 0)
        {
            throw new OpenAiFault(400, "you must provide a model parameter");
        }

        return Find(catalogue, requested);
    }

    /// <summary>The model of a name.</summary>
    /// <exception cref="OpenAiFault">There is none.</exception>
    public static ModelInfo Find(ModelCatalogue catalogue, string requested) => catalogue.TryGet(requested, out var model) ? model : throw new OpenAiFault(
        404, $"The model `{OpenAiFault.Shorten(requested)}` does not exist or you do not have access to it.", code: "model_not_found");

    /// <summary>Refuses a request with members that the API does not know.</summary>
    public static void OnlyKnown(JsonElement root, FrozenSet<string> known)
    {
        foreach (var member in root.EnumerateObject())
        {
            if (!known.Contains(member.Name) && !SteeringFields.Knows(member.Name))
            {
                throw new OpenAiFault(400, $"Unrecognized request argument supplied: {OpenAiFault.Shorten(member.Name)}");
            }
        }
    }

    /// <summary>The sampling fields that chat and legacy completions share.</summary>
    public static Sampling Sampling(JsonElement root) => new()
    {
        Temperature = Decimal(root, "temperature", 0, 2) ?? 1,
        TopP = Decimal(root, "top_p", 0, 1) ?? 1,
        FrequencyPenalty = Decimal(root, "frequency_penalty", -2, 2) ?? 0,
        PresencePenalty = Decimal(root, "presence_penalty", -2, 2) ?? 0,
        LogitBias = LogitBias(root),
    };

    public static double? Decimal(JsonElement root, string name, double least, double most) =>
        Fields.Given(root, name, out var value) ? Fields.Decimal(value, name, least, most) : null;

    public static long? Integer(JsonElement root, string name, long least, long most) =>
        Fields.Given(root, name, out var value) ? Fields.Integer(value, name, least, most) : null;

    public static string? Choice(JsonElement root, string name, params IReadOnlyList<string> supported) =>
        Fields.Given(root, name, out var value) ? Fields.OneOf(value, name, supported) : null;

    /// <summary>The biases in the order of their tokens; null where there are none.</summary>
    private static string? LogitBias(JsonElement root)
    {
        if (!Fields.Given(root, "logit_bias", out var bias))
        {
            return null;
        }

        Fields.Object(bias, "logit_bias");
        var biases = new SortedDictionary<long, double>();
        foreach (var member in bias.EnumerateObject())
        {
            if (!long.TryParse(member.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var token))
            {
                throw new OpenAiFault(
                    400, $"Invalid key in 'logit_bias': {OpenAiFault.Shorten(member.Name)}. You should only be submitting non-negative integers.", "logit_bias");
            }

            biases[token] = Fields.Decimal(member.Value, $"logit_bias.{OpenAiFault.Shorten(member.Name)}", -100, 100);
        }

        return biases.Count == 0
            ? null
            : string.Join(',', biases.Select(static b => string.Create(CultureInfo.InvariantCulture, $"{b.Key}:{b.Value}")));
    }

    /// <summary>The stop texts; at most four, none of them empty.</summary>
    public static string[] Stop(JsonElement root)
    {
        var stop = Fields.Member(root, "stop");
        if (Fields.IsNull(stop))
        {
            return [];
        }

        if (stop.ValueKind == JsonValueKind.String)
        {
            return NotEmpty([Fields.String(stop, "stop")]);
        }

        if (stop.ValueKind != JsonValueKind.Array)
        {
            throw OpenAiFault.WrongType("stop", "one of a string or array of strings", stop);
        }

        Fields.Array(stop, "stop", most: MostStops);
        var texts = new List<string>(MostStops);
        foreach (var element in stop.EnumerateArray())
        {
            texts.Add(Fields.String(element, $"stop[{texts.Count.ToString(CultureInfo.InvariantCulture)}]"));
        }

        return NotEmpty(texts);

        static string[] NotEmpty(List<string> texts) => [.. texts.Where(t => t.Length > 0)];
    }

    /// <summary>How many of the likeliest tokens to tell with each token; null where no probabilities are asked for.</summary>
    public static int? TopLogprobs(JsonElement root)
    {
        var asked = Fields.Given(root, "logprobs", out var logprobs) && Fields.Boolean(logprobs, "logprobs");
        if (!Fields.Given(root, "top_logprobs", out var top))
        {
            return asked ? 0 : null;
        }

        var count = (int)Fields.Integer(top, "top_logprobs", 0, 20);
        return asked ? count
            : throw new OpenAiFault(400, "The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.", "top_logprobs");
    }

    /// <summary>The checked <c>metadata</c> as JSON; null where there is none.</summary>
    public static string? Metadata(JsonElement root) => Fields.Given(root, "metadata", out var metadata) ? Fields.Canonical(metadata) : null;

    /// <summary>The predicted text; its parts are joined.</summary>
    public static string? Prediction(JsonElement root)
    {
        if (!Fields.Given(root, "prediction", out var prediction))
        {
            return null;
        }

        Fields.Object(prediction, "prediction");
        if (!prediction.TryGetProperty("type", out var type))
        {
            throw OpenAiFault.Missing("prediction.type");
        }

        Fields.OneOf(type, "prediction.type", "content");
        var content = Fields.Member(prediction, "content");
        return content.ValueKind switch
        {
            JsonValueKind.String => Fields.String(content, "prediction.content"),
            JsonValueKind.Array => string.Concat(content.EnumerateArray().Select(static (part, index) =>
            {
                var path = $"prediction.content[{index.ToString(CultureInfo.InvariantCulture)}]";
                return Fields.RequiredString(Fields.Object(part, path), "text", $"{path}.text");
            })),
            JsonValueKind.Undefined => throw OpenAiFault.Missing("prediction.content"),
            _ => throw OpenAiFault.WrongType("prediction.content", "one of a string or array of objects", content),
        };
    }

    private static void Text(JsonElement root, string name, int longest)
    {
        if (Fields.Given(root, name, out var value))
        {
            Fields.Bounded(Fields.String(value, name), name, longest);
        }
    }

    private static void CheckMetadata(JsonElement metadata)
    {
        Fields.Object(metadata, "metadata");
        var count = 0;
        foreach (var member in metadata.EnumerateObject())
        {
            count++;
            var path = $"metadata.{OpenAiFault.Shorten(member.Name)}";
            Fields.Bounded(member.Name, path, LongestKey);
            Fields.Bounded(Fields.String(member.Value, path), path, LongestValue);
        }

        if (count > MostMetadata)
        {
            throw new OpenAiFault(
                400,
                string.Create(CultureInfo.InvariantCulture, $"Invalid 'metadata': too many properties. Expected an object with at most {MostMetadata} properties, but got an object with {count} properties instead."),
                "metadata",
                "object_above_max_properties");
        }
    }
}
