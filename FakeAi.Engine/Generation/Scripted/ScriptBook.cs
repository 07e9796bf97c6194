namespace FakeAi.Engine.Generation.Scripted;

/// <summary>The rules in force: all or none of a set of files. Replaced as a whole; a request sees one set only.</summary>
internal sealed class ScriptBook
{
    private volatile IReadOnlyList<ScriptRule> _rules = [];

    public IReadOnlyList<ScriptRule> Rules
    {
        get => _rules;
        set => _rules = value;
    }
}
