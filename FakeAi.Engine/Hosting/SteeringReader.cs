using System.Globalization;
using FakeAi.Contracts.Catalogue;
using FakeAi.Contracts.Wire;
using FakeAi.Engine.Generation.Sources;
using FakeAi.Engine.Latency;
using FakeAi.Engine.Workers;

namespace FakeAi.Engine.Hosting;

/// <summary>What a request asks for beside its provider's API.</summary>
/// <param name="Timing">Its timing.</param>
/// <param name="Priority">Its priority; null where it says nothing.</param>
/// <param name="Mode">Where its answer must come from; null where it says nothing.</param>
internal readonly record struct Steering(LatencyOverrides Timing, PriorityClass? Priority, AnswerMode? Mode);

/// <summary>Reads what requests say about their own timing, priority and mode: in headers, or in fields of the body; headers win.</summary>
internal sealed class SteeringReader(LatencyProfiles profiles)
{
    private const decimal MostTtftMs = 600_000;
    private const decimal MostItlMs = 60_000;
    private const decimal LeastSpeed = 0.01m;
    private const decimal MostSpeed = 1_000;
    private const int MostTokensPerSecond = 1_000_000;

    /// <exception cref="SteeringException">One of them cannot be understood.</exception>
    public Steering Read(IHeaderDictionary headers, SteeringFields body)
    {
        var timing = new LatencyOverrides(
            Milliseconds(PublicHeaders.TtftMs, MostTtftMs),
            Milliseconds(PublicHeaders.ItlMs, MostItlMs),
            headers[InternalHeaders.Fast] == "1",
            Read<double>(PublicHeaders.Speed, "a number from 0.01 to 1000", text => ReadNumber(text, LeastSpeed, MostSpeed) is { } speed ? (double)speed : null),
            ReadProfile(),
            Read<int>(PublicHeaders.MaxTokensPerSecond, "a whole number from 1 to 1000000", static text =>
                int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var most) && most is >= 1 and <= MostTokensPerSecond ? most : null));
        return new Steering(
            timing,
            Read<PriorityClass>(PublicHeaders.Priority, "'high', 'normal' or 'low'", PriorityClasses.Parse),
            Read<AnswerMode>(PublicHeaders.Mode, "'synthesised', 'echo' or 'scripted'", static text => text switch
            {
                "synthesised" => AnswerMode.Synthesised,
                "echo" => AnswerMode.Echo,
                "scripted" => AnswerMode.Scripted,
                _ => null,
            }));

        long? Milliseconds(string name, decimal most) =>
            Read<long>(name, "a number of milliseconds", text => ReadNumber(text, 0, most) is { } ms ? (long)decimal.Round(ms * 1000) : null);

        LatencyProfile? ReadProfile()
        {
            var text = Text(PublicHeaders.LatencyProfile, out var inBody);
            return text is null ? null
                : profiles.TryGet(text, out var profile) ? profile
                : throw new SteeringException(PublicHeaders.LatencyProfile, "a latency profile or a model's id", inBody);
        }

        T? Read<T>(string name, string expected, Func<string, T?> parse)
            where T : struct
        {
            var text = Text(name, out var inBody);
            return text is null ? null : parse(text) ?? throw new SteeringException(name, expected, inBody);
        }

        string? Text(string name, out bool inBody)
        {
            inBody = !headers.TryGetValue(name, out var value);
            return inBody ? body[name] : value.ToString();
        }
    }

    private static decimal? ReadNumber(string text, decimal least, decimal most) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number : null;
}
