using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace FakeAi.Contracts.Wire;

/// <summary>
/// What an engine says when it closes a realtime socket, in place of the trailers that sockets do not have. The gateway
/// takes it out of the close frame's description; clients see the end alone.
/// </summary>
/// <param name="InputTokens">Tokens read by all responses of the session.</param>
/// <param name="OutputTokens">Tokens told by all responses of the session.</param>
/// <param name="End">How it ended: <c>completed</c>, <c>cancelled</c>, <c>timed_out</c> or <c>failed</c>.</param>
public readonly record struct RealtimeClose(int InputTokens, int OutputTokens, string End)
{
    private const string Mark = "fakeai";

    /// <summary>The description, far below the 123 bytes that a close frame can hold.</summary>
    public string ToDescription() => string.Create(CultureInfo.InvariantCulture, $"{Mark} {InputTokens} {OutputTokens} {End}");

    /// <summary>Reads a description; false where it is none of ours.</summary>
    public static bool TryParse([NotNullWhen(true)] string? description, out RealtimeClose close)
    {
        close = default;
        if (description?.Split(' ') is not [Mark, var input, var output, var end]
            || !int.TryParse(input, NumberStyles.None, CultureInfo.InvariantCulture, out var inputTokens)
            || !int.TryParse(output, NumberStyles.None, CultureInfo.InvariantCulture, out var outputTokens))
        {
            return false;
        }

        close = new RealtimeClose(inputTokens, outputTokens, end);
        return true;
    }
}
