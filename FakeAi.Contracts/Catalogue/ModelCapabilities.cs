namespace FakeAi.Contracts.Catalogue;

/// <summary>Words of <see cref="ModelInfo.Capabilities"/>.</summary>
public static class ModelCapabilities
{
    /// <summary>Calls tools.</summary>
    public const string Tools = "tools";

    /// <summary>Answers in JSON when asked to.</summary>
    public const string Json = "json";

    /// <summary>Reasons before it answers.</summary>
    public const string Reasoning = "reasoning";

    /// <summary>Tells its reasoning with the answer, as <c>reasoning_content</c> in chat completions.</summary>
    public const string ReasoningShown = "reasoning_shown";

    /// <summary>Answers with sound when asked to.</summary>
    public const string AudioOut = "audio_out";
    /// <summary>Shortens its embeddings when asked to.</summary>
    public const string Dimensions = "dimensions";

    /// <summary>Takes predicted outputs.</summary>
    public const string Prediction = "prediction";
}
