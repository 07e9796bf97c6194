using FakeAi.Engine.Generation;

namespace FakeAi.Engine.Dialects.OpenAiChat;

internal static class FinishReasons
{
    /// <summary>OpenAI's word.</summary>
    public static string Word(this FinishReason reason) => reason == FinishReason.Length ? "length" : "stop";
}
