using FakeAi.Contracts.Catalogue;

namespace FakeAi.Engine.Generation.Tokens;

/// <summary>
/// What a chat's prompt counts: the texts, and what the model is told around them. Formula and figures are those that
/// OpenAI's cookbook documents ("How to count tokens with tiktoken"), for every model; see <c>docs/tokens.md</c>.
/// </summary>
internal static class PromptTokens
{
    private const int PerMessage = 3;
    private const int PerName = 1;

    /// <summary>Every answer is primed with the beginning of an assistant's message.</summary>
    private const int Primer = 3;

    /// <summary>Counts a prompt.</summary>
    /// <param name="model">Whose tokens.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="messages">The messages; their attachments have been counted.</param>
    /// <param name="tools">The definitions of tools as a JSON array; null where there are none.</param>
    public static int Count(ModelInfo model, ITokenizer tokenizer, IReadOnlyList<PromptMessage> messages, string? tools)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(messages);
        var tokens = Primer + (tools is null ? 0 : ToolTokens.Count(model, tokenizer, tools));
        foreach (var message in messages)
        {
            tokens += PerMessage + tokenizer.Count(message.Role) + tokenizer.Count(message.Text) + message.AttachmentTokens
                + (message.Name is null ? 0 : PerName + tokenizer.Count(message.Name));
        }

        return tokens;
    }
}
