using System.Text.Json.Serialization;

namespace FakeAi.Gateway.Resources.Files;

/// <summary>A file as clients see it, and as it is stored. Its bytes are the blob of its id.</summary>
/// <param name="Id"><c>file-</c> and 22 letters and digits.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="CreatedAt">Unix seconds.</param>
/// <param name="ExpiresAt">Unix seconds; null where it stays until it is deleted.</param>
/// <param name="Filename">The client's own name for it.</param>
/// <param name="Purpose">What it may be used for.</param>
internal sealed record OpenAiFile(string Id, long Bytes, long CreatedAt, long? ExpiresAt, string Filename, string Purpose)
{
    [JsonPropertyOrder(-2)]
    public string Object => "file";

    /// <summary>Deprecated by OpenAI, and still told.</summary>
    [JsonPropertyOrder(2)]
    public string Status => "processed";
}

/// <summary>A part of the list of files.</summary>
internal sealed record FileList(IReadOnlyList<OpenAiFile> Data, string FirstId, string LastId, bool HasMore)
{
    [JsonPropertyOrder(-2)]
    public string Object => "list";
}

/// <summary>That a file is deleted.</summary>
/// <param name="Id">Which.</param>
/// <param name="Deleted">Always.</param>
internal sealed record FileDeleted(string Id, bool Deleted = true)
{
    [JsonPropertyOrder(-2)]
    public string Object => "file";
}
