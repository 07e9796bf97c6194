using System.Globalization;
using FakeAi.Contracts.Wire;
using FakeAi.Engine.Latency;
using FakeAi.Engine.Streaming;

namespace FakeAi.Engine.Hosting;

/// <summary>What a request's headers say, whatever its dialect.</summary>
/// <param name="RequestId">The gateway's id, or one of our own for a direct call.</param>
/// <param name="ReceivedUs">When the gateway received it, by the engine's clock.</param>
/// <param name="Deterministic">Whether id and creation time must depend on the seed alone.</param>
internal sealed record RequestArrival(string RequestId, long ReceivedUs, bool Deterministic)
{
    private const long MostTtftMs = 600_000;
    private const long MostItlMs = 60_000;

    public static RequestArrival Read(IHeaderDictionary headers, EngineClock clock)
    {
        var id = headers[PublicHeaders.RequestId].ToString();
        var received = long.TryParse(headers[InternalHeaders.Received], NumberStyles.None, CultureInfo.InvariantCulture, out var unixUs)
            ? clock.FromUnix(unixUs)
            : clock.NowUs;
        return new RequestArrival(
            id.Length is > 0 and <= 64 ? id : $"req_{Guid.NewGuid():N}", received, headers[PublicHeaders.Deterministic] == "1");
    }

    /// <summary>Reads the timing that the request asks for.</summary>
    /// <param name="headers">The request's headers.</param>
    /// <param name="overrides">The timing.</param>
    /// <returns>Null, or the name of the header that is no valid time.</returns>
    public static string? TryReadTiming(IHeaderDictionary headers, out LatencyOverrides overrides)
    {
        overrides = default;
        if (!TryMicroseconds(headers, PublicHeaders.TtftMs, MostTtftMs, out var ttft))
        {
            return PublicHeaders.TtftMs;
        }

        if (!TryMicroseconds(headers, PublicHeaders.ItlMs, MostItlMs, out var itl))
        {
            return PublicHeaders.ItlMs;
        }

        overrides = new LatencyOverrides(ttft, itl, headers[InternalHeaders.Fast] == "1");
        return null;
    }

    private static bool TryMicroseconds(IHeaderDictionary headers, string name, long mostMs, out long? microseconds)
    {
        microseconds = null;
        if (!headers.TryGetValue(name, out var value))
        {
            return true;
        }

        if (!decimal.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var ms) || ms < 0 || ms > mostMs)
        {
            return false;
        }

        microseconds = (long)decimal.Round(ms * 1000);
        return true;
    }
}
