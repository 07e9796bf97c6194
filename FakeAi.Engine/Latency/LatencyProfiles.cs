using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using FakeAi.Contracts.Catalogue;
using Microsoft.Extensions.Options;

namespace FakeAi.Engine.Latency;

/// <summary>Latency profiles by name: presets of model and GPU, and every model of the catalogue.</summary>
internal sealed class LatencyProfiles
{
    private const string ResourceName = "FakeAi.Engine.Latency.latency-profiles.json";

    private static readonly Lazy<FrozenDictionary<string, LatencyProfile>> s_presets = new(Load);

    private readonly ModelCatalogue _catalogue;
    private readonly LatencyProfile? _ofAll;

    /// <exception cref="OptionsValidationException">The configured profile does not exist.</exception>
    public LatencyProfiles(ModelCatalogue catalogue, IOptions<EngineOptions> options)
    {
        _catalogue = catalogue;
        if (options.Value.Latency.Profile is { Length: > 0 } name)
        {
            _ofAll = TryGet(name, out var profile) ? profile : throw new OptionsValidationException(
                EngineOptions.SectionName, typeof(EngineOptions), [$"FakeAi:Engine:Latency:Profile: '{name}' is neither a latency profile nor a model's id."]);
        }
    }

    /// <summary>The presets' names and figures.</summary>
    public static IReadOnlyDictionary<string, LatencyProfile> Presets => s_presets.Value;

    /// <summary>Finds a preset, such as <c>llama-3.1-8b@h100</c>, or else the profile of a model of the catalogue.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out LatencyProfile? profile)
    {
        if (s_presets.Value.TryGetValue(name, out profile))
        {
            return true;
        }

        profile = _catalogue.TryGet(name, out var model) ? model.Latency : null;
        return profile is not null;
    }

    /// <summary>What a model answers with unless the request says otherwise.</summary>
    public LatencyProfile For(ModelInfo model) => _ofAll ?? model.Latency;

    /// <summary>What answers a request for a model.</summary>
    public LatencyProfile For(ModelInfo model, in LatencyOverrides asked) => asked.Profile ?? For(model);

    private static FrozenDictionary<string, LatencyProfile> Load()
    {
        using var stream = typeof(LatencyProfiles).Assembly.GetManifestResourceStream(ResourceName)
            ?? throw new InvalidOperationException($"Resource {ResourceName} is missing.");
        var file = JsonSerializer.Deserialize(stream, PresetJsonContext.Default.PresetFile)
            ?? throw new JsonException("Latency profiles: empty file.");
        var profiles = new Dictionary<string, LatencyProfile>(StringComparer.Ordinal);
        foreach (var model in file.Models)
        {
            foreach (var gpu in file.Gpus)
            {
                if (GpuPreset.Of(model, gpu, file.Assumptions) is { } profile)
                {
                    profiles.Add($"{model.Name}@{gpu.Name}", profile);
                }
            }
        }

        return profiles.ToFrozenDictionary(StringComparer.Ordinal);
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    ReadCommentHandling = JsonCommentHandling.Skip,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(PresetFile))]
internal sealed partial class PresetJsonContext : JsonSerializerContext;
