namespace FakeAi.Engine.Streaming;

/// <summary>What a stream tells, step by step: each step falls due at its own time. Never changes.</summary>
internal interface IPacedContent
{
    /// <summary>How many steps there are.</summary>
    int Steps { get; }

    /// <summary>Tokens of all steps.</summary>
    int OutputTokens { get; }

    /// <summary>All tokens that are charged for; unless told otherwise, those of the steps.</summary>
    int CompletionTokens => OutputTokens;

    /// <summary>Lets go of what is not needed to pace it.</summary>
    void ForgetTexts()
    {
    }

    /// <summary>How many tokens are told in a step; at least 1 in some step of every content that has tokens.</summary>
    int TokensIn(int step);
}
