using System.Runtime.CompilerServices;
using System.Text.Json;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Streaming.Generators;

namespace Sample;

/// <summary>Counts down from <c>from</c>, a number each half second, or by the latency model where <c>model_timing</c> is true.</summary>
public sealed class CountdownGenerator : IStreamGenerator
{
    public string Name => "countdown";

    public StreamType Type => StreamType.Custom;

    public async IAsyncEnumerable<StreamChunk> GenerateAsync(
        StreamContext context, JsonElement request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!request.TryGetProperty("from", out var from) || !from.TryGetInt32(out var number) || number is < 1 or > 1000)
        {
            throw new StreamGenerationException(context.Id, StreamError.Invalid("'from' must be a whole number from 1 to 1000."));
        }

        var byModel = request.TryGetProperty("model_timing", out var flag) && flag.ValueKind == JsonValueKind.True;
        for (; number > 0; number--)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return StreamChunk.Text($"{number} ", tokens: 1) with
            {
                Type = "countdown",
                Delay = byModel ? null : TimeSpan.FromMilliseconds(500),
            };
        }

        await Task.CompletedTask;
    }
}
