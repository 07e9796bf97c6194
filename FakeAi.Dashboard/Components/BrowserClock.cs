using System.Globalization;
using Microsoft.JSInterop;

namespace FakeAi.Dashboard.Components;

/// <summary>Writes times of day as the person at the browser reads them. One per circuit.</summary>
internal sealed class BrowserClock(TimeProvider time)
{
    private TimeSpan _offset = TimeSpan.Zero;

    /// <summary>Asks the browser how far its clock is from UTC.</summary>
    public async Task LoadAsync(IJSObjectReference site) =>
        _offset = TimeSpan.FromMinutes(Math.Clamp(await site.InvokeAsync<int>("utcOffsetMinutes"), -14 * 60, 14 * 60));

    /// <summary>Now, Unix milliseconds.</summary>
    public long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Hours, minutes and seconds.</summary>
    public string TimeOfDay(DateTimeOffset at) => at.ToOffset(_offset).ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>Hours, minutes, seconds and milliseconds of a Unix time in seconds.</summary>
    public string Precise(double unixSeconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds((long)(unixSeconds * 1000)).ToOffset(_offset).ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);

    /// <summary>Hours, minutes and seconds of a Unix time in milliseconds.</summary>
    public string TimeOfDay(long unixMs) => TimeOfDay(DateTimeOffset.FromUnixTimeMilliseconds(unixMs));
}
