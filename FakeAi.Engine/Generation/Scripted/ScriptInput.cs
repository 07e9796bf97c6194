using FakeAi.Engine.Generation.Sources;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Generation.Scripted;

/// <summary>What rules look at, read from a request once.</summary>
internal sealed class ScriptInput
{
    public ScriptInput(GenerationRequest request, AnswerDemand demand)
    {
        Request = request;
        Endpoint = demand.Endpoint;
        User = Conversation.LastUserText(request.Messages);
        Last = request.Messages[^1];
        for (var i = 0; i < request.Messages.Count; i++)
        {
            var message = request.Messages[i];
            Turn += message.Role == "user" ? 1 : 0;
            if (message.Role is "system" or "developer")
            {
                System = System.Length == 0 ? message.Text : $"{System}\n{message.Text}";
            }
        }

        if (Last.Role is "tool" or "function")
        {
            ToolResult = Last.Text;
        }
    }

    public GenerationRequest Request { get; }

    public string Endpoint { get; }

    public PromptMessage Last { get; }

    /// <summary>The last user message.</summary>
    public string User { get; }

    /// <summary>The system and developer messages, joined by line breaks.</summary>
    public string System { get; } = "";

    /// <summary>The result that the conversation ends with; null where it does not end with one.</summary>
    public string? ToolResult { get; }

    /// <summary>How many user messages there are.</summary>
    public int Turn { get; }

    /// <summary>Whether that tool's result is among those that the conversation ends with.</summary>
    public bool Called(string tool)
    {
        for (var i = Request.Messages.Count - 1; i >= 0 && Request.Messages[i] is { Role: "tool" or "function" } result; i--)
        {
            if (string.Equals(result.Tool ?? result.Name, tool, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>What templates can say.</summary>
/// <param name="Input">The request.</param>
/// <param name="Groups">What the rule's patterns captured.</param>
internal sealed record ScriptValues(ScriptInput Input, IReadOnlyDictionary<string, string> Groups)
{
    private const ulong Purpose = 0x5C21;
    private const string Base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <summary><c>call_</c> and 24 characters that depend on the call and the conversation only.</summary>
    public string CallId(string name, string arguments, long use, int index)
    {
        var hash = new SeedHash();
        hash.Add(name);
        hash.Add(arguments);
        hash.Add(use);
        hash.Add(index);
        hash.Add(Input.Request.Messages.Count);
        hash.Add(Input.User);
        return "call_" + new SeededRandom(SeedHash.Derive(hash.Value, Purpose)).NextText(Base62, 24);
    }
}
