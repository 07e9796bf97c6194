using FakeAi.Engine.Generation;

namespace FakeAi.Engine.Realtime;

/// <summary>What a response will say, laid out before it has its place. Never changes.</summary>
/// <param name="Config">The settings that it is made by.</param>
/// <param name="Call">The call for its place and its schedule.</param>
/// <param name="Part">The text, the speech or the call; its steps are the part's pieces.</param>
/// <param name="Cut">Whether the limit of tokens cuts it.</param>
/// <param name="Seed">The seed of everything about it.</param>
/// <param name="InputTextTokens">Tokens of text that it reads.</param>
/// <param name="InputAudioTokens">Tokens of sound that it reads.</param>
internal sealed record ResponsePlan(
    RealtimeConfig Config, ResponseCall Call, AnswerPart Part, bool Cut, ulong Seed, int InputTextTokens, int InputAudioTokens)
{
    /// <summary>The function called; null for messages.</summary>
    public string? Function => Part.Call?.Name;
}
