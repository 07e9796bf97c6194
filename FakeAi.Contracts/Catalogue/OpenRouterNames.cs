using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace FakeAi.Contracts.Catalogue;

/// <summary>The catalogue's chat models under OpenRouter's names: <c>vendor/model</c>, with <c>:free</c> where they shall cost nothing. Immutable.</summary>
public sealed class OpenRouterNames
{
    private const string Free = ":free";

    /// <summary>What may stand behind a name and changes how a provider is chosen, not the model.</summary>
    private static readonly string[] s_routing = [":nitro", ":floor", ":exacto"];

    private readonly FrozenDictionary<string, ModelInfo> _models;

    /// <summary>Names the models of a catalogue.</summary>
    public OpenRouterNames(ModelCatalogue catalogue)
    {
        ArgumentNullException.ThrowIfNull(catalogue);
        var models = new Dictionary<string, ModelInfo>(StringComparer.OrdinalIgnoreCase);
        var all = new List<(string Name, ModelInfo Model)>();
        foreach (var model in catalogue.Models.Where(static m => m.Kind == "chat"))
        {
            var names = model.Aliases.Prepend(model.Id).Where(static n => n.Contains('/', StringComparison.Ordinal))
                .OrderBy(static n => n.AsSpan().ContainsAnyInRange('A', 'Z')).Append(Made(model)).ToArray();
            var first = names[0].ToLowerInvariant();
            if (models.TryAdd(first, model))
            {
                all.Add((first, model));
            }

            foreach (var name in names)
            {
                models.TryAdd(name, model);
            }
        }

        All = all;
        _models = models.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Each model under the name that it is listed by, in the catalogue's order.</summary>
    public IReadOnlyList<(string Name, ModelInfo Model)> All { get; }

    /// <summary>Finds a model by a name.</summary>
    /// <param name="name">Such as <c>openai/gpt-4o</c>, <c>deepseek/deepseek-r1:free</c> or <c>openai/gpt-4o:nitro</c>.</param>
    /// <param name="model">The model.</param>
    public bool TryGet(string? name, [NotNullWhen(true)] out ModelInfo? model)
    {
        model = null;
        return name is not null && _models.TryGetValue(Plain(name), out model);
    }

    /// <summary>Whether a name asks for what costs nothing.</summary>
    public static bool IsFree(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.EndsWith(Free, StringComparison.Ordinal);
    }

    /// <summary>The name of a vendor, as OpenRouter tells it.</summary>
    /// <param name="provider">The catalogue's <see cref="ModelInfo.Provider"/>.</param>
    public static string Vendor(string provider) => provider switch
    {
        "openai" => "OpenAI",
        "anthropic" => "Anthropic",
        "google" => "Google",
        "perplexity" => "Perplexity",
        "mistral" => "Mistral",
        "deepseek" => "DeepSeek",
        "nvidia" => "Nvidia",
        "cohere" => "Cohere",
        "xai" => "xAI",
        "fakeai" => "FakeAi",

        // Models with open weights are served by others than their makers.
        _ => "DeepInfra",
    };

    private static string Plain(string name)
    {
        if (IsFree(name))
        {
            return name[..^Free.Length];
        }

        var routing = Array.Find(s_routing, s => name.EndsWith(s, StringComparison.Ordinal));
        return routing is null ? name : name[..^routing.Length];
    }

    private static string Made(ModelInfo model)
    {
        var author = model.Provider switch
        {
            "meta" => "meta-llama",
            "mistral" => "mistralai",
            "xai" => "x-ai",
            var same => same,
        };
        return $"{author}/{model.Id[(model.Id.LastIndexOf('/') + 1)..]}";
    }
}
