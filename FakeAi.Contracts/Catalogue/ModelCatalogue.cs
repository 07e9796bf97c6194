using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace FakeAi.Contracts.Catalogue;

/// <summary>The one list of models: ids, prices, windows, capabilities and latency profiles. Immutable.</summary>
public sealed class ModelCatalogue
{
    private const string ResourceName = "FakeAi.Contracts.Catalogue.models.json";

    private static readonly string[] s_datedSuffixes = ["-0613", "-0125", "-1106", "-0314", "-preview"];

    private static readonly Lazy<ModelCatalogue> s_default = new(LoadEmbedded);

    private readonly FrozenDictionary<string, ModelInfo> _byId;
    private readonly Lazy<OpenRouterNames> _openRouter;

    /// <summary>Builds a catalogue and checks it.</summary>
    /// <exception cref="JsonException">An id stands twice, or a figure is out of range; all faults are named.</exception>
    public ModelCatalogue(IReadOnlyList<ModelInfo> models)
    {
        ArgumentNullException.ThrowIfNull(models);
        Models = models;
        var byId = new Dictionary<string, ModelInfo>(StringComparer.Ordinal);
        var faults = new List<string>();
        foreach (var model in models)
        {
            foreach (var id in model.Aliases.Prepend(model.Id))
            {
                if (string.IsNullOrWhiteSpace(id) || !byId.TryAdd(id, model))
                {
                    faults.Add($"'{id}' is empty or stands twice");
                }
            }

            var latency = model.Latency;
            if (latency.TtftMs < 0 || latency.TtftSdMs < 0 || latency.ItlMs < 0 || latency.ItlSdMs < 0 || latency.PrefillTps <= 0)
            {
                faults.Add($"'{model.Id}': latency figures must not be negative, prefill must be above 0");
            }

            if (model.ContextWindow <= 0 || model.MaxOutputTokens < 0)
            {
                faults.Add($"'{model.Id}': context_window must be above 0 and max_output_tokens not negative");
            }

            if (model.Tokenizer is not (ModelInfo.O200k or ModelInfo.Cl100k))
            {
                faults.Add($"'{model.Id}': tokenizer must be {ModelInfo.O200k} or {ModelInfo.Cl100k}");
            }

            if (model.Snapshot is not null && !model.Aliases.Contains(model.Snapshot, StringComparer.Ordinal))
            {
                faults.Add($"'{model.Id}': snapshot must be one of its aliases");
            }
        }

        if (faults.Count > 0)
        {
            throw new JsonException("Model catalogue: " + string.Join("; ", faults) + ".");
        }

        _byId = byId.ToFrozenDictionary(StringComparer.Ordinal);
        _openRouter = new Lazy<OpenRouterNames>(() => new OpenRouterNames(this));
    }

    /// <summary>The catalogue that comes with FakeAi.</summary>
    public static ModelCatalogue Default => s_default.Value;

    /// <summary>All models, in the file's order.</summary>
    public IReadOnlyList<ModelInfo> Models { get; }

    /// <summary>The chat models under OpenRouter's names.</summary>
    public OpenRouterNames OpenRouter => _openRouter.Value;

    /// <summary>Reads a catalogue file: <c>{"models": [...]}</c>, snake_case names.</summary>
    /// <exception cref="JsonException">The file is not a valid catalogue.</exception>
    public static ModelCatalogue Load(Stream json)
    {
        var file = JsonSerializer.Deserialize(json, CatalogueJsonContext.Default.CatalogueFile)
            ?? throw new JsonException("Model catalogue: empty file.");
        return new ModelCatalogue(file.Models);
    }

    /// <summary>
    /// Finds a model by id or alias: as it stands, then for <c>ft:base:org:name:id</c> its base, then without a
    /// dated suffix (<c>-0613</c>, <c>-preview</c>, …), then without an OpenRouter-style <c>:free</c>.
    /// </summary>
    public bool TryGet(string? id, [NotNullWhen(true)] out ModelInfo? model)
    {
        model = null;
        if (string.IsNullOrEmpty(id))
        {
            return false;
        }

        if (_byId.TryGetValue(id, out model))
        {
            return true;
        }

        // Names come from clients and may be megabytes long: one pass, no recursion.
        var name = id;
        if (id.StartsWith("ft:", StringComparison.Ordinal))
        {
            var rest = id.AsSpan(3);
            var colon = rest.IndexOf(':');
            name = new string(colon < 0 ? rest : rest[..colon]);
        }
        else if (id.EndsWith(":free", StringComparison.Ordinal))
        {
            name = id[..^5];
        }

        if (_byId.TryGetValue(name, out model))
        {
            return true;
        }

        foreach (var suffix in s_datedSuffixes)
        {
            if (name.EndsWith(suffix, StringComparison.Ordinal) && _byId.TryGetValue(name[..^suffix.Length], out model))
            {
                return true;
            }
        }

        return false;
    }

    private static ModelCatalogue LoadEmbedded()
    {
        using var stream = typeof(ModelCatalogue).Assembly.GetManifestResourceStream(ResourceName)
            ?? throw new InvalidOperationException($"Resource {ResourceName} is missing.");
        return Load(stream);
    }
}

internal sealed record CatalogueFile(IReadOnlyList<ModelInfo> Models);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(CatalogueFile))]
internal sealed partial class CatalogueJsonContext : JsonSerializerContext;
