namespace FakeAi.Engine.Generation.Structured;

/// <summary>What helps to choose plausible values.</summary>
/// <param name="Prompt">The text that the values should speak of, normally the last user message; may be empty.</param>
internal sealed record SchemaHints(string Prompt)
{
    /// <summary>No hints at all.</summary>
    public static SchemaHints None { get; } = new("");
}
