using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Generation.Tokens;

namespace FakeAi.Engine.Generation;

/// <summary>The tokenizer of each model, by the encoding that the catalogue names. Each is loaded when it is first asked for.</summary>
internal sealed class Tokenizers
{
    private readonly Lazy<ITokenizer> _cl100k;
    private readonly Lazy<ITokenizer> _o200k;

    public Tokenizers()
    {
        _cl100k = new(() => new BytePairTokenizer<Cl100kSplitter>(RankTables.Cl100k, Counts));
        _o200k = new(() => new BytePairTokenizer<O200kSplitter>(RankTables.O200k, Counts));
    }

    /// <summary>What they remember.</summary>
    public TokenCountCache Counts { get; } = new();

    /// <summary>The tokenizer that counts a model's prompts and answers.</summary>
    public ITokenizer For(ModelInfo model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model.Tokenizer switch
        {
            ModelInfo.Cl100k => _cl100k.Value,
            ModelInfo.O200k => _o200k.Value,
            _ => throw new ArgumentException($"There is no tokenizer '{model.Tokenizer}'.", nameof(model)),
        };
    }
}
