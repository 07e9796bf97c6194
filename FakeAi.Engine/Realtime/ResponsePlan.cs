using FakeAi.Engine.Generation;
using FakeAi.Engine.Latency;
using FakeAi.Engine.Media.Audio;

namespace FakeAi.Engine.Realtime;

/// <summary>What a response will say and when, laid out before its first step. Never changes.</summary>
internal sealed record ResponsePlan
{
    public required RealtimeConfig Config { get; init; }

    /// <summary>The text, the transcript of what is said, or a call's arguments.</summary>
    public required string Text { get; init; }

    /// <summary>The text's pieces.</summary>
    public required IReadOnlyList<TextPiece> Pieces { get; init; }

    /// <summary>When each step is due, from the response's creation on.</summary>
    public required StreamSchedule Schedule { get; init; }

    /// <summary>What is heard; null for text and calls.</summary>
    public SpeechScore? Score { get; init; }

    /// <summary>The function called; null for messages.</summary>
    public string? Function { get; init; }

    /// <summary>Whether the limit of tokens cuts it.</summary>
    public bool Cut { get; init; }

    public required int InputTextTokens { get; init; }

    public required int InputAudioTokens { get; init; }
}
