namespace FakeAi.Chaos.Tests.Load;

/// <summary>What a client means to do.</summary>
internal enum RequestKind
{
    /// <summary>A streamed answer, read to its end.</summary>
    Stream,

    /// <summary>An answer in one piece.</summary>
    Plain,

    /// <summary>A streamed answer, left after its first bytes with half a minute of it still to come.</summary>
    Abandoned,

    /// <summary>A request without messages: status 400.</summary>
    Bad,
}

/// <summary>One request of a load.</summary>
/// <param name="At">When it is sent, from the load's start.</param>
/// <param name="Model">The model asked for.</param>
/// <param name="Kind">What the client does.</param>
/// <param name="TtftMs">TTFT, milliseconds.</param>
/// <param name="ItlMs">ITL, milliseconds.</param>
/// <param name="Tokens">Most tokens of the answer.</param>
internal sealed record PlannedRequest(TimeSpan At, string Model, RequestKind Kind, int TtftMs, int ItlMs, int Tokens)
{
    private static readonly string[] s_models = ["gpt-4o", "gpt-4o-mini", "gpt-4.1", "gpt-4.1-mini"];

    /// <summary>A mix of all kinds and several models with independent arrivals; the same for the same seed.</summary>
    public static IReadOnlyList<PlannedRequest> Mix(int seed, int count, double perSecond)
    {
        var random = new Random(seed);
        var at = TimeSpan.Zero;
        var plan = new PlannedRequest[count];
        for (var i = 0; i < count; i++)
        {
            at += TimeSpan.FromSeconds(-Math.Log(1 - random.NextDouble()) / perSecond);
            var model = s_models[random.Next(s_models.Length)];
            plan[i] = random.Next(100) switch
            {
                < 7 => new PlannedRequest(at, model, RequestKind.Bad, 0, 0, 0),
                // What is left of it takes 30 s: it cannot be over before its client's leaving is noticed, however busy the machine.
                < 15 => new PlannedRequest(at, model, RequestKind.Abandoned, random.Next(5, 60), 500, 60),
                < 40 => new PlannedRequest(at, model, RequestKind.Plain, random.Next(5, 60), random.Next(1, 8), random.Next(5, 20)),
                _ => new PlannedRequest(at, model, RequestKind.Stream, random.Next(5, 60), random.Next(1, 8), random.Next(5, 20)),
            };
        }

        return plan;
    }

    /// <summary>The same short stream again and again, evenly spaced.</summary>
    public static IReadOnlyList<PlannedRequest> Steady(int count, double perSecond) =>
        [.. Enumerable.Range(0, count).Select(i => new PlannedRequest(
            TimeSpan.FromSeconds(i / perSecond), s_models[i % s_models.Length], RequestKind.Stream, 10, 2, 5))];

    /// <summary>Streams that last a minute and more, all at once.</summary>
    public static IReadOnlyList<PlannedRequest> Long(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new PlannedRequest(
            TimeSpan.Zero, s_models[i % s_models.Length], RequestKind.Stream, 10, 1_000, 80))];
}
