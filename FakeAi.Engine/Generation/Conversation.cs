namespace FakeAi.Engine.Generation;

/// <summary>Reads the messages of a prompt.</summary>
internal static class Conversation
{
    /// <summary>The text of the last message of a user; of the last message where no user spoke.</summary>
    public static string LastUserText(IReadOnlyList<PromptMessage> messages)
    {
        for (var i = messages.Count - 1; i >= 0; i--)
        {
            if (messages[i].Role == "user")
            {
                return messages[i].Text;
            }
        }

        return messages[^1].Text;
    }
}
