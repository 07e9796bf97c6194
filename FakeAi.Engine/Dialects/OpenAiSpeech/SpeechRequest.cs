using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Hosting;
using FakeAi.Engine.Media.Audio;
using FakeAi.Engine.Pipeline;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Dialects.OpenAiSpeech;

/// <summary>A checked request for speech.</summary>
/// <param name="Model">The model that speaks.</param>
/// <param name="RequestedModel">The model as the client wrote it.</param>
/// <param name="Input">What to say.</param>
/// <param name="Instructions">How to say it; null where not told.</param>
/// <param name="Voice">Who says it.</param>
/// <param name="SpeedPermille">How fast; 1000 is the voice's own speed.</param>
/// <param name="Wav">WAV rather than bare samples.</param>
/// <param name="Events">Server-sent events rather than the sound's own bytes.</param>
/// <param name="InputTokens">Tokens of input and instructions.</param>
internal sealed record SpeechRequest(
    ModelInfo Model, string RequestedModel, string Input, string? Instructions, Voice Voice, int SpeedPermille, bool Wav, bool Events, int InputTokens)
    : ISteeredRequest
{
    public SteeringFields Steering { get; init; } = SteeringFields.None;

    private const string Domain = "speech";

    /// <summary>The seed of the sound. How it is sent does not enter.</summary>
    public ulong SeedFor(long serverSeed)
    {
        var hash = new SeedHash();
        hash.Add(Domain);
        hash.Add(serverSeed);
        hash.Add(Model.Id);
        hash.Add(Input);
        hash.Add(Instructions);
        hash.Add(Voice.Name);
        hash.Add((long)SpeedPermille);
        return hash.Value;
    }
}
