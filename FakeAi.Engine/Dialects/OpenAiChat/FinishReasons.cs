using FakeAi.Engine.Generation;

namespace FakeAi.Engine.Dialects.OpenAiChat;

internal static class FinishReasons
{
    /// <summary>OpenAI's word.</summary>
    /// <param name="reason">How the choice ends.</param>
    /// <param name="functions">Whether the request offered <c>functions</c>, the older form of tools, which has a word of its own.</param>
    public static string Word(this FinishReason reason, bool functions = false) => reason switch
    {
        FinishReason.Length => "length",
        FinishReason.ToolCalls => functions ? "function_call" : "tool_calls",
        FinishReason.ContentFilter => "content_filter",
        _ => "stop",
    };
}
