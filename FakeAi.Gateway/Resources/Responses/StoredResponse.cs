using System.Text.Json;

namespace FakeAi.Gateway.Resources.Responses;

/// <summary>A response as it is stored: what clients see of it, and what it answered.</summary>
/// <param name="Response">The response object, as the engine told it.</param>
/// <param name="Input">The items of its own request, each with an id; those of the conversation that it continues are its predecessors'.</param>
internal sealed record StoredResponse(JsonElement Response, IReadOnlyList<JsonElement> Input)
{
    /// <summary>The response that it continues; null for none.</summary>
    public string? Previous => Response.TryGetProperty("previous_response_id", out var id) && id.ValueKind == JsonValueKind.String ? id.GetString() : null;

    /// <summary>Whether it broke off.</summary>
    public bool Failed => Response.TryGetProperty("status", out var status) && status.ValueEquals("failed"u8);

    /// <summary>The items of its answer.</summary>
    public IEnumerable<JsonElement> Output => Response.GetProperty("output").EnumerateArray();
}
