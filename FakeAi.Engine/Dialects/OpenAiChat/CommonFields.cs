using System.Globalization;
using System.Text.Json;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>Checks the fields that are accepted without changing the answer.</summary>
internal static class CommonFields
{
    private const int MostMetadata = 16;
    private const int LongestKey = 64;
    private const int LongestValue = 512;

    public static void Check(JsonElement root)
    {
        Text(root, "user", int.MaxValue);
        Text(root, "safety_identifier", 64);
        Text(root, "prompt_cache_key", int.MaxValue);
        if (Given(root, "prompt_cache_retention", out var retention))
        {
            Fields.OneOf(retention, "prompt_cache_retention", "in_memory", "24h");
        }

        if (Given(root, "prompt_cache_options", out var cache))
        {
            Fields.Object(cache, "prompt_cache_options");
            Fields.Only(cache, "prompt_cache_options", "ttl", "mode");
        }

        if (Given(root, "store", out var store))
        {
            Fields.Boolean(store, "store");
        }

        if (Given(root, "metadata", out var metadata))
        {
            Metadata(metadata);
        }

        if (Given(root, "prediction", out var prediction))
        {
            Prediction(prediction);
        }
    }

    /// <summary>The biases in the order of their tokens; null where there are none.</summary>
    public static string? LogitBias(JsonElement root)
    {
        if (!Given(root, "logit_bias", out var bias))
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

    private static bool Given(JsonElement root, string name, out JsonElement value)
    {
        value = Fields.Member(root, name);
        return !Fields.IsNull(value);
    }

    private static void Text(JsonElement root, string name, int longest)
    {
        if (Given(root, name, out var value))
        {
            Bounded(Fields.String(value, name), name, longest);
        }
    }

    private static void Bounded(string text, string path, int longest)
    {
        if (text.Length > longest)
        {
            throw new OpenAiFault(
                400,
                string.Create(CultureInfo.InvariantCulture, $"Invalid '{path}': string too long. Expected a string with maximum length {longest}, but got a string with length {text.Length} instead."),
                path,
                "string_above_max_length");
        }
    }

    private static void Metadata(JsonElement metadata)
    {
        Fields.Object(metadata, "metadata");
        var count = 0;
        foreach (var member in metadata.EnumerateObject())
        {
            count++;
            var path = $"metadata.{OpenAiFault.Shorten(member.Name)}";
            Bounded(member.Name, path, LongestKey);
            Bounded(Fields.String(member.Value, path), path, LongestValue);
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

    private static void Prediction(JsonElement prediction)
    {
        Fields.Object(prediction, "prediction");
        if (!prediction.TryGetProperty("type", out var type))
        {
            throw OpenAiFault.Missing("prediction.type");
        }

        Fields.OneOf(type, "prediction.type", "content");
        var content = Fields.Member(prediction, "content");
        switch (content.ValueKind)
        {
            case JsonValueKind.String or JsonValueKind.Array:
                break;
            case JsonValueKind.Undefined:
                throw OpenAiFault.Missing("prediction.content");
            default:
                throw OpenAiFault.WrongType("prediction.content", "one of a string or array of objects", content);
        }
    }
}
