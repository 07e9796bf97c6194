namespace FakeAi.Engine.Generation.Scripted;

/// <summary>Scripts that cannot be used. The message has one line for each error: file, line, field, what is wrong.</summary>
internal sealed class ScriptException(IReadOnlyList<string> errors) : Exception(string.Join('\n', errors))
{
    public IReadOnlyList<string> Errors { get; } = errors;
}
