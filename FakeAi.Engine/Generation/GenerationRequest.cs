using System.Text.Json;
using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Generation.Tools;
using FakeAi.Engine.Media.Audio;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Generation;

/// <summary>What to generate, whatever dialect asked for it. Checked already: every figure is in its range.</summary>
internal sealed record GenerationRequest
{
    public required ModelInfo Model { get; init; }

    /// <summary>The model as the client wrote it.</summary>
    public required string RequestedModel { get; init; }

    public required IReadOnlyList<PromptMessage> Messages { get; init; }

    /// <summary>Tools that the answer may call; null where none are offered.</summary>
    public ToolOffer? Tools { get; init; }

    /// <summary>The JSON that the content must be; null for text.</summary>
    public JsonFormat? Format { get; init; }

    /// <summary>Whether reasoning is told; else it is only counted, and takes its time.</summary>
    public bool ShowReasoning { get; init; }

    /// <summary>How content is spoken; null for text.</summary>
    public SpeechStyle? Speech { get; init; }

    /// <summary>The text that the client expects, see <see cref="PredictedOutput"/>.</summary>
    public string? Prediction { get; init; }

    /// <summary>What text begins with, such as the blank that parts it from the prompt that it continues.</summary>
    public string Lead { get; init; } = "";

    /// <summary>Further prompts, each answered with its own choices behind those of this one.</summary>
    public IReadOnlyList<GenerationRequest> Batch { get; init; } = [];

    public int PromptTokens { get; init; }

    /// <summary>Most tokens of one choice.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>Whether the client gave that limit.</summary>
    public bool LimitGiven { get; init; }

    public int Choices { get; init; } = 1;

    public IReadOnlyList<string> Stop { get; init; } = [];

    public long Seed { get; init; }

    public Sampling Sampling { get; init; } = new();

    /// <summary>
    /// The seed of everything about this answer. Limits (<see cref="MaxTokens"/>, <see cref="Stop"/>,
    /// <see cref="Choices"/>) do not enter, so that a shorter answer is the beginning of the longer one.
    /// </summary>
    public ulong SeedFor(long serverSeed)
    {
        var hash = new SeedHash();
        hash.Add(serverSeed);
        hash.Add(Seed);
        hash.Add(Model.Id);
        hash.Add(Messages.Count);
        foreach (var message in Messages)
        {
            hash.Add(message.Role);
            hash.Add(message.Name);
            hash.Add(message.Text);
            hash.Add(message.Attachments);
        }

        hash.Add(Tools?.Definitions);
        hash.Add(Sampling.Temperature);
        hash.Add(Sampling.TopP);
        hash.Add(Sampling.FrequencyPenalty);
        hash.Add(Sampling.PresencePenalty);
        hash.Add(Sampling.LogitBias);
        hash.Add(Sampling.ReasoningEffort);
        hash.Add(Sampling.Verbosity);
        AddRarer(ref hash, serverSeed);
        return hash.Value;
    }

    /// <summary>What most requests lack enters only where it is given, and so leaves the others' seeds alone.</summary>
    private void AddRarer(ref SeedHash hash, long serverSeed)
    {
        if (Format is not null)
        {
            hash.Add(Format.Schema is { } schema ? schema.GetRawText() : "json");
        }

        if (Prediction is not null)
        {
            hash.Add(Prediction);
        }

        if (Sampling.TopK is { } topK)
        {
            hash.Add((long)topK);
        }

        foreach (var further in Batch)
        {
            hash.Add((long)further.SeedFor(serverSeed));
        }
    }
}

/// <summary>Content that is one JSON value.</summary>
/// <param name="Name">The schema's name, as the client gave it; null without a schema.</param>
/// <param name="Schema">The JSON Schema it conforms to, in canonical spelling; null for any object.</param>
internal sealed record JsonFormat(string? Name = null, JsonElement? Schema = null);

/// <summary>How content is spoken.</summary>
/// <param name="Voice">Who speaks.</param>
/// <param name="SpeedPermille">How fast: 1000 is the voice's own speed, 250 to 4000.</param>
internal sealed record SpeechStyle(Voice Voice, int SpeedPermille = 1000);

/// <summary>One message of the prompt.</summary>
/// <param name="Role">Who speaks.</param>
/// <param name="Name">The speaker's name, if given.</param>
/// <param name="Text">Its text; parts are joined by line breaks.</param>
/// <param name="Attachments">Images, sounds, files and tool calls in a canonical text; null where there are none.</param>
/// <param name="AttachmentTokens">What the attachments count as prompt tokens.</param>
internal sealed record PromptMessage(string Role, string? Name, string Text, string? Attachments = null, int AttachmentTokens = 0)
{
    /// <summary>Of a tool's result: the name of the tool, if the call stands in the conversation.</summary>
    public string? Tool { get; init; }

    /// <summary>Tokens of sound among those of the attachments.</summary>
    public int AudioTokens { get; init; }
}

/// <summary>Fields that change what a model would say.</summary>
internal sealed record Sampling
{
    public double Temperature { get; init; } = 1;

    public double TopP { get; init; } = 1;

    /// <summary>From how many of the likeliest tokens a model chooses; null where the request does not say.</summary>
    public int? TopK { get; init; }

    public double FrequencyPenalty { get; init; }

    public double PresencePenalty { get; init; }

    public string? LogitBias { get; init; }

    public string? ReasoningEffort { get; init; }

    public string? Verbosity { get; init; }
}
