namespace FakeAi.Engine.Pipeline;

/// <summary>What the pipeline found out about a request before its answer is told.</summary>
/// <param name="Seed">The request's seed, see <see cref="Generation.GenerationRequest.SeedFor"/>.</param>
/// <param name="CachedTokens">
/// Tokens of the prompt that were found in the KV cache, as the provider reports them; 0 to the prompt's tokens. Depends on
/// what was asked before: nothing but usage and timing may depend on it.
/// </param>
internal readonly record struct GenerationContext(ulong Seed, int CachedTokens);
