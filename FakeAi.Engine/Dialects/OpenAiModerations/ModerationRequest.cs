using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Hosting;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Dialects.OpenAiModerations;

/// <summary>One thing to look at: it has one result.</summary>
/// <param name="Texts">Its texts.</param>
/// <param name="Images">Addresses of its images.</param>
internal sealed record ModerationInput(IReadOnlyList<string> Texts, IReadOnlyList<string> Images);

/// <summary>A checked request for moderation.</summary>
/// <param name="Model">The model that looks.</param>
/// <param name="ToldModel">The model as the answer tells it.</param>
/// <param name="Inputs">What to look at.</param>
/// <param name="Tokens">Tokens of all texts.</param>
internal sealed record ModerationRequest(ModelInfo Model, string ToldModel, IReadOnlyList<ModerationInput> Inputs, int Tokens)
{
    /// <summary>What the body says about the request's own timing.</summary>
    public SteeringFields Steering { get; init; } = SteeringFields.None;

    private const string Domain = "moderations";

    /// <summary>The seed of timing and id; scores depend on the input alone.</summary>
    public ulong SeedFor(long serverSeed)
    {
        var hash = new SeedHash();
        hash.Add(Domain);
        hash.Add(serverSeed);
        hash.Add(Model.Id);
        foreach (var text in Inputs.SelectMany(static i => i.Texts.Concat(i.Images)))
        {
            hash.Add(text);
        }

        return hash.Value;
    }
}
