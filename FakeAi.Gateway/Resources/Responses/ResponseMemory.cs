using System.Text.Json;
using FakeAi.Gateway.Resources.Conversations;
using FakeAi.Storage.Resources;

namespace FakeAi.Gateway.Resources.Responses;

/// <summary>What a response continues, and what is kept of it: stored responses and conversations.</summary>
internal sealed partial class ResponseMemory(
    ResponseCollection responses, ConversationCollection conversations, ConversationItems items, ILogger<ResponseMemory> logger)
{
    /// <summary>The items that a request continues, oldest first.</summary>
    /// <param name="owner">Whose.</param>
    /// <param name="previous">The response that it continues; null for none.</param>
    /// <param name="conversation">The conversation that it continues, where it continues no response.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ResourceFault">It is not there.</exception>
    public async Task<List<JsonElement>> ContinuedAsync(string owner, string? previous, string? conversation, CancellationToken cancellationToken)
    {
        if (previous is not null)
        {
            return await responses.ConversationAsync(owner, previous, cancellationToken);
        }

        await conversations.ReadAsync(owner, conversation!, cancellationToken);
        return await items.AllAsync(owner, conversation!, cancellationToken);
    }

    /// <summary>Keeps a response as its plan says. A store that does not answer, or is full, costs the memory of it, not the response.</summary>
    /// <param name="owner">Whose.</param>
    /// <param name="plan">What is to be kept.</param>
    /// <param name="response">The response.</param>
    /// <param name="requestId">For the log.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task KeepAsync(string owner, ResponsePlan plan, JsonElement response, string requestId, CancellationToken cancellationToken)
    {
        var stored = new StoredResponse(response, plan.Input);
        try
        {
            if (plan.Stores)
            {
                await responses.AddAsync(owner, stored, cancellationToken);
            }

            if (plan.Conversation is { } conversation && !stored.Failed)
            {
                await items.AppendAsync(owner, conversation, plan.Input.Concat(stored.Output), cancellationToken);
            }
        }
        catch (Exception e) when (e is ResourceStoreUnavailableException or ResourceFault or OperationCanceledException)
        {
            Log.NotKept(logger, requestId, e.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{RequestId}: the response is not stored: {Reason}")]
        public static partial void NotKept(ILogger logger, string requestId, string reason);
    }
}
