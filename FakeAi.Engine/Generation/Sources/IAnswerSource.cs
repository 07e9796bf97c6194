namespace FakeAi.Engine.Generation.Sources;

/// <summary>
/// Gives answers to requests that it knows: rules of a script, recordings, the prompt itself. Asked once a request, before
/// anything is made up; the sources' order is that of their registration. Thread-safe.
/// </summary>
internal interface IAnswerSource
{
    /// <summary>Whether the source is asked in a mode; null is a request that names none.</summary>
    bool Serves(AnswerMode? mode);

    /// <summary>The answer, which every choice of the request gives; null where the source has none.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="demand">How it is asked.</param>
    SourcedAnswer? TryAnswer(GenerationRequest request, AnswerDemand demand);
}

/// <summary>What a source answers.</summary>
/// <param name="Draft">The parts.</param>
/// <param name="Timing">The timing; null leaves it to the request and the model.</param>
internal sealed record SourcedAnswer(AnswerDraft Draft, AnswerTiming? Timing = null);

/// <summary>When an answer comes. The request's own timing headers beat it.</summary>
/// <param name="TtftUs">TTFT in microseconds; null leaves it to the model.</param>
/// <param name="ItlUs">ITL in microseconds; null leaves it to the model.</param>
internal sealed record AnswerTiming(long? TtftUs, long? ItlUs);

/// <summary>How an answer is asked for, beside what the request itself says.</summary>
/// <param name="Endpoint">The route template, such as <c>/v1/chat/completions</c>; empty where there is none.</param>
/// <param name="Mode">Where the answer must come from; null leaves it to the sources' order.</param>
internal readonly record struct AnswerDemand(string Endpoint = "", AnswerMode? Mode = null);

/// <summary>Where an answer comes from.</summary>
internal enum AnswerMode
{
    /// <summary>Made up; no source is asked.</summary>
    Synthesised,

    /// <summary>The last user message, word for word.</summary>
    Echo,

    /// <summary>The first rule of the scripts that matches; made up where none does.</summary>
    Scripted,
}
