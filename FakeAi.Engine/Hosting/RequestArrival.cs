using System.Globalization;
using FakeAi.Contracts.Wire;
using FakeAi.Engine.Streaming;

namespace FakeAi.Engine.Hosting;

/// <summary>What a request's headers say, whatever its dialect.</summary>
/// <param name="RequestId">The gateway's id, or one of our own for a direct call.</param>
/// <param name="ReceivedUs">When the gateway received it, by the engine's clock.</param>
/// <param name="Deterministic">Whether id and creation time must depend on the seed alone.</param>
internal sealed record RequestArrival(string RequestId, long ReceivedUs, bool Deterministic)
{
    public static RequestArrival Read(IHeaderDictionary headers, EngineClock clock)
    {
        var id = headers[PublicHeaders.RequestId].ToString();
        var received = long.TryParse(headers[InternalHeaders.Received], NumberStyles.None, CultureInfo.InvariantCulture, out var unixUs)
            ? clock.FromUnix(unixUs)
            : clock.NowUs;
        return new RequestArrival(
            id.Length is > 0 and <= 64 ? id : $"req_{Guid.NewGuid():N}", received, headers[PublicHeaders.Deterministic] == "1");
    }
}
