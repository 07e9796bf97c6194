using System.Globalization;
using System.Text.Json;
using FakeAi.Engine.Streaming;

namespace FakeAi.Engine.Dialects.FakeAiStreams;

/// <summary>Reads the fields that only one generator knows.</summary>
internal static class StreamFields
{
    /// <exception cref="StreamGenerationException">It is no whole number of the range.</exception>
    public static int Integer(StreamContext context, JsonElement request, string name, int otherwise, int least, int most)
    {
        if (!request.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return otherwise;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most
            ? number
            : throw new StreamGenerationException(context.Id, StreamError.Invalid(string.Create(
                CultureInfo.InvariantCulture, $"'{name}' must be a whole number from {least} to {most}.")));
    }
}
