namespace FakeAi.Gateway.Resources.Files;

/// <summary>What files are for.</summary>
internal static class FilePurposes
{
    public const string Batch = "batch";
    public const string BatchOutput = "batch_output";

    /// <summary>Those that a client may ask for.</summary>
    public static readonly IReadOnlyList<string> Uploadable = ["assistants", Batch, "fine-tune", "vision", "user_data", "evals"];

    /// <summary>The error of a file whose name says that it cannot serve its purpose; null where it can.</summary>
    public static ResourceFault? CheckName(string purpose, string filename) => purpose is not (Batch or "fine-tune") || filename.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase)
        ? null
        : ResourceErrors.Invalid($"Invalid file format for {(purpose == Batch ? "Batch" : "Fine-Tuning")} API. Must be .jsonl", "file");
}
