using FakeAi.Contracts.Catalogue;

namespace FakeAi.Engine.Generation;

/// <summary>The tokenizer of each model.</summary>
internal sealed class Tokenizers
{
    private readonly WordPieceTokenizer _pieces = new();

    /// <summary>The tokenizer that counts a model's prompts and answers.</summary>
    public ITokenizer For(ModelInfo model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return _pieces;
    }
}
