using System.Text.Json.Serialization;

namespace FakeAi.Gateway.Resources.Batches;

/// <summary>A batch, as clients see it. Times are Unix seconds; what has not happened is not there.</summary>
internal sealed record OpenAiBatch
{
    [JsonPropertyOrder(-3)]
    public required string Id { get; init; }

    [JsonPropertyOrder(-2)]
    public string Object => "batch";

    public required string Endpoint { get; init; }

    /// <summary>The model that all its requests name; known once it is validated.</summary>
    public string? Model { get; init; }

    /// <summary>What is wrong with its input.</summary>
    public BatchErrors? Errors { get; init; }

    public required string InputFileId { get; init; }

    public required string CompletionWindow { get; init; }

    /// <summary>See <see cref="BatchStatus"/>.</summary>
    public required string Status { get; init; }

    public string? OutputFileId { get; init; }

    public string? ErrorFileId { get; init; }

    public required long CreatedAt { get; init; }

    public long? InProgressAt { get; init; }

    public required long ExpiresAt { get; init; }

    public long? FinalizingAt { get; init; }

    public long? CompletedAt { get; init; }

    public long? FailedAt { get; init; }

    public long? ExpiredAt { get; init; }

    public long? CancellingAt { get; init; }

    public long? CancelledAt { get; init; }

    public BatchCounts RequestCounts { get; init; } = new(0, 0, 0);

    public BatchUsage? Usage { get; init; }

    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
}

/// <summary>Words of <see cref="OpenAiBatch.Status"/>.</summary>
internal static class BatchStatus
{
    public const string Validating = "validating";
    public const string Failed = "failed";
    public const string InProgress = "in_progress";
    public const string Finalizing = "finalizing";
    public const string Completed = "completed";
    public const string Expired = "expired";
    public const string Cancelling = "cancelling";
    public const string Cancelled = "cancelled";

    /// <summary>Whether nothing will change any more.</summary>
    public static bool IsOver(string status) => status is Failed or Completed or Expired or Cancelled;
}

/// <summary>How many requests there are, and how many have an answer or an error.</summary>
internal sealed record BatchCounts(int Total, int Completed, int Failed);

/// <summary>Faults of an input file.</summary>
internal sealed record BatchErrors(IReadOnlyList<BatchError> Data)
{
    [JsonPropertyOrder(-2)]
    public string Object => "list";
}

/// <summary>A fault of an input file.</summary>
/// <param name="Code">Such as <c>duplicate_custom_id</c>.</param>
/// <param name="Message">What the client reads.</param>
/// <param name="Param">The field at fault, if one is.</param>
/// <param name="Line">The line, from 1; null where it is the whole file.</param>
internal sealed record BatchError(string Code, string Message, string? Param = null, int? Line = null);

/// <summary>Tokens of all answers.</summary>
internal sealed record BatchUsage(
    long InputTokens, BatchInputDetails InputTokensDetails, long OutputTokens, BatchOutputDetails OutputTokensDetails, long TotalTokens);

/// <summary>Of the input tokens, those from the cache.</summary>
internal sealed record BatchInputDetails(long CachedTokens);

/// <summary>Of the output tokens, those of reasoning.</summary>
internal sealed record BatchOutputDetails(long ReasoningTokens);

/// <summary>A part of the list of batches.</summary>
internal sealed record BatchList(IReadOnlyList<OpenAiBatch> Data, string? FirstId, string? LastId, bool HasMore)
{
    [JsonPropertyOrder(-2)]
    public string Object => "list";
}

/// <summary>A batch as it is stored.</summary>
/// <param name="Batch">What clients see.</param>
/// <param name="Key">The name of the key that made it, for events.</param>
/// <param name="Organization">The key's organisation, if configured.</param>
/// <param name="Project">The key's project, if configured.</param>
/// <param name="Keyed">Whether it was made in keyed mode.</param>
/// <param name="OutputFileId">The id that the output file will have, if there is one.</param>
/// <param name="ErrorFileId">The id that the error file will have, if there is one.</param>
/// <param name="OutputSeconds">How long these are to live; null for as long as is usual.</param>
internal sealed record StoredBatch(
    OpenAiBatch Batch, string? Key, string? Organization, string? Project, bool Keyed, string OutputFileId, string ErrorFileId, int? OutputSeconds);
