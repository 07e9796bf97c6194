namespace FakeAi.Engine.Generation.Structured.Patterns;

/// <summary>A part of a parsed pattern, with the fewest and most characters that it matches.</summary>
/// <param name="Least">Fewest characters.</param>
/// <param name="Most">Most characters; <see cref="NoLimit"/> where there is none.</param>
internal abstract record PatternNode(int Least, int Most)
{
    /// <summary>Stands for "any number"; small enough to be added up.</summary>
    public const int NoLimit = 1_000_000;

    public static int Clamp(long length) => (int)Math.Min(length, NoLimit);
}

/// <summary>An anchor or a look around: matches no characters; whether it holds is checked on the finished text.</summary>
internal sealed record PatternNothing() : PatternNode(0, 0);

/// <summary>One character out of some.</summary>
internal sealed record PatternCharacters(string Choices) : PatternNode(1, 1);

/// <summary>Parts one after the other.</summary>
internal sealed record PatternSequence(IReadOnlyList<PatternNode> Parts)
    : PatternNode(Clamp(Parts.Sum(static p => (long)p.Least)), Clamp(Parts.Sum(static p => (long)p.Most)));

/// <summary>One of several parts.</summary>
internal sealed record PatternChoice(IReadOnlyList<PatternNode> Options) : PatternNode(Options.Min(static o => o.Least), Options.Max(static o => o.Most));

/// <summary>A part several times.</summary>
internal sealed record PatternRepeat(PatternNode Part, int From, int To)
    : PatternNode(Clamp((long)Part.Least * From), Clamp((long)Part.Most * To));

/// <summary>A group whose text can be referred to by number or name.</summary>
internal sealed record PatternGroup(PatternNode Part, string Number, string? Name) : PatternNode(Part.Least, Part.Most);

/// <summary>The text of an earlier group again.</summary>
internal sealed record PatternBackReference(string Group) : PatternNode(0, NoLimit);
