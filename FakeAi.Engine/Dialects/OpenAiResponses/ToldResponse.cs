using System.Text.Json;
using FakeAi.Engine.Generation;

namespace FakeAi.Engine.Dialects.OpenAiResponses;

/// <summary>An answer with all that telling it takes.</summary>
/// <param name="Request">The request.</param>
/// <param name="Head">What names it.</param>
/// <param name="Answer">The answer; it has one choice.</param>
/// <param name="CachedTokens">Tokens of the prompt that the cache held.</param>
/// <param name="Seed">The request's seed.</param>
internal sealed record ToldResponse(ResponsesRequest Request, ResponseHead Head, Answer Answer, int CachedTokens, ulong Seed)
{
    /// <summary>What the answer says, item by item.</summary>
    public IReadOnlyList<OutputItem> Items { get; } = OutputItem.Of(Answer.Choices[0], Head, Request);

    /// <summary><c>completed</c> or <c>incomplete</c>.</summary>
    public string Status => IncompleteReason is null ? "completed" : "incomplete";

    /// <summary>Why something is missing; null where nothing is.</summary>
    public string? IncompleteReason => Answer.Choices[0].Finish switch
    {
        FinishReason.Length => "max_output_tokens",
        FinishReason.ContentFilter => "content_filter",
        _ => null,
    };

    /// <summary>Writes the response as an object.</summary>
    /// <param name="json">The writer, where a value is due.</param>
    /// <param name="status">How far it is; output and usage are told of one that has ended.</param>
    /// <param name="completedAt">When it was completed, Unix seconds; null where it is not.</param>
    /// <param name="error">Why it failed; null where it did not.</param>
    public void Write(Utf8JsonWriter json, string status, long? completedAt, (string Code, string Message)? error = null)
    {
        var ended = status is "completed" or "incomplete";
        json.WriteStartObject();
        json.WriteString("id"u8, Head.Id);
        json.WriteString("object"u8, "response"u8);
        json.WriteNumber("created_at"u8, Head.Created);
        json.WriteString("status"u8, status);
        if (completedAt is { } at)
        {
            json.WriteNumber("completed_at"u8, at);
        }
        else
        {
            json.WriteNull("completed_at"u8);
        }

        Error(json, error);
        Incomplete(json, status == "incomplete" ? IncompleteReason : null);
        Request.Repeated.WriteBefore(json);
        json.WriteString("model"u8, Head.Model);
        json.WriteStartArray("output"u8);
        foreach (var item in ended ? Items : [])
        {
            item.Write(json, begins: false);
        }

        json.WriteEndArray();
        Request.Repeated.WriteBehind(json);
        if (ended)
        {
            Usage(json);
        }

        json.WriteEndObject();
    }

    private void Usage(Utf8JsonWriter json)
    {
        var prompt = Request.Generation.PromptTokens;
        json.WriteStartObject("usage"u8);
        json.WriteNumber("input_tokens"u8, prompt);
        json.WriteStartObject("input_tokens_details"u8);
        json.WriteNumber("cached_tokens"u8, CachedTokens);
        json.WriteNumber("cache_write_tokens"u8, 0);
        json.WriteEndObject();
        json.WriteNumber("output_tokens"u8, Answer.CompletionTokens);
        json.WriteStartObject("output_tokens_details"u8);
        json.WriteNumber("reasoning_tokens"u8, Answer.ReasoningTokens);
        json.WriteEndObject();
        json.WriteNumber("total_tokens"u8, prompt + Answer.CompletionTokens);
        json.WriteEndObject();
    }

    private static void Error(Utf8JsonWriter json, (string Code, string Message)? error)
    {
        if (error is not { } given)
        {
            json.WriteNull("error"u8);
            return;
        }

        json.WriteStartObject("error"u8);
        json.WriteString("code"u8, given.Code);
        json.WriteString("message"u8, given.Message);
        json.WriteEndObject();
    }

    private static void Incomplete(Utf8JsonWriter json, string? reason)
    {
        if (reason is null)
        {
            json.WriteNull("incomplete_details"u8);
            return;
        }

        json.WriteStartObject("incomplete_details"u8);
        json.WriteString("reason"u8, reason);
        json.WriteEndObject();
    }
}
