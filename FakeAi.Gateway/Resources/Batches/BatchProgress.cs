using System.Text.Json;

namespace FakeAi.Gateway.Resources.Batches;

/// <summary>How far a batch is: which requests are done, how they ended, and what they took. Safe for concurrent use.</summary>
internal sealed class BatchProgress
{
    private readonly Lock _lock = new();
    private readonly HashSet<string> _done = new(StringComparer.Ordinal);
    private int _completed;
    private int _failed;
    private long _input;
    private long _cached;
    private long _output;
    private long _reasoning;

    /// <summary>Whether a request is done.</summary>
    public bool Has(string customId)
    {
        lock (_lock)
        {
            return _done.Contains(customId);
        }
    }

    /// <summary>Notes a line that a process before this one has written.</summary>
    public void Restore(JsonElement line)
    {
        if (line.TryGetProperty("custom_id", out var id) && id.GetString() is { } customId)
        {
            var answered = line.TryGetProperty("response", out var response) && response.ValueKind == JsonValueKind.Object;
            Note(customId, answered && IsSuccess(response.GetProperty("status_code").GetInt32()), answered ? response.GetProperty("body") : default);
        }
    }

    /// <summary>Notes a request that is done.</summary>
    /// <param name="customId">Which.</param>
    /// <param name="success">Whether it got what it asked for.</param>
    /// <param name="body">The answer's JSON; undefined where there is none.</param>
    public void Note(string customId, bool success, JsonElement body)
    {
        lock (_lock)
        {
            if (!_done.Add(customId))
            {
                return;
            }

            (_completed, _failed) = success ? (_completed + 1, _failed) : (_completed, _failed + 1);
            if (body.ValueKind != JsonValueKind.Object || !body.TryGetProperty("usage", out var usage) || usage.ValueKind != JsonValueKind.Object)
            {
                return;
            }

            // Two generations of names for the same figures.
            _input += Number(usage, "prompt_tokens") + Number(usage, "input_tokens");
            _output += Number(usage, "completion_tokens") + Number(usage, "output_tokens");
            _cached += Detail(usage, "prompt_tokens_details", "cached_tokens") + Detail(usage, "input_tokens_details", "cached_tokens");
            _reasoning += Detail(usage, "completion_tokens_details", "reasoning_tokens") + Detail(usage, "output_tokens_details", "reasoning_tokens");
        }
    }

    public BatchCounts Counts(int total)
    {
        lock (_lock)
        {
            return new BatchCounts(total, _completed, _failed);
        }
    }

    public BatchUsage Usage()
    {
        lock (_lock)
        {
            return new BatchUsage(_input, new BatchInputDetails(_cached), _output, new BatchOutputDetails(_reasoning), _input + _output);
        }
    }

    public static bool IsSuccess(int status) => status is >= 200 and < 300;

    private static long Detail(JsonElement usage, string group, string name) =>
        usage.TryGetProperty(group, out var details) && details.ValueKind == JsonValueKind.Object ? Number(details, name) : 0;

    private static long Number(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : 0;
}
