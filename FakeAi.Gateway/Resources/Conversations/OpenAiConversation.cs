using System.Text.Json.Serialization;

namespace FakeAi.Gateway.Resources.Conversations;

/// <summary>A conversation as clients see it, and as it is stored. Its items are objects of their own.</summary>
/// <param name="Id"><c>conv_</c> and 48 hex digits.</param>
/// <param name="CreatedAt">Unix seconds.</param>
/// <param name="Metadata">Up to 16 texts by name.</param>
internal sealed record OpenAiConversation(string Id, long CreatedAt, IReadOnlyDictionary<string, string> Metadata)
{
    [JsonPropertyOrder(-2)]
    public string Object => "conversation";
}

/// <summary>That a conversation is deleted.</summary>
/// <param name="Id">Which.</param>
/// <param name="Deleted">Always.</param>
internal sealed record ConversationDeleted(string Id, bool Deleted = true)
{
    [JsonPropertyOrder(-2)]
    public string Object => "conversation.deleted";
}
