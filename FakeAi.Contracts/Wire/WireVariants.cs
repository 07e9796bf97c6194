namespace FakeAi.Contracts.Wire;

/// <summary>Words of <see cref="InternalHeaders.Variant"/>: providers that answer in OpenAI's format and tell more than OpenAI.</summary>
public static class WireVariants
{
    /// <summary>Azure OpenAI: results of content filters.</summary>
    public const string Azure = "azure";

    /// <summary>OpenRouter: who served, what it cost, and names of models of its own.</summary>
    public const string OpenRouter = "openrouter";

    /// <summary>Perplexity: results of a search.</summary>
    public const string Perplexity = "perplexity";
}
