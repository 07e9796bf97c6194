using System.Globalization;

namespace FakeAi.Dashboard.Components;

/// <summary>Writes figures as people read them; an absent one as an en dash.</summary>
internal static class Figures
{
    /// <summary>What stands for a figure that there is not.</summary>
    public const string None = "–";

    private static readonly CultureInfo s_culture = CultureInfo.InvariantCulture;

    /// <summary>A count: <c>12,345</c>, from ten million on <c>12.3 M</c>.</summary>
    public static string Count(long? value) => value switch
    {
        null => None,
        >= 10_000_000_000 => string.Create(s_culture, $"{value / 1e9:0.#} G"),
        >= 10_000_000 => string.Create(s_culture, $"{value / 1e6:0.#} M"),
        _ => value.Value.ToString("N0", s_culture),
    };

    /// <summary>A rate: one decimal below 100.</summary>
    public static string Rate(double? value) => value switch
    {
        null => None,
        >= 100 => value.Value.ToString("N0", s_culture),
        _ => value.Value.ToString("0.0", s_culture),
    };

    /// <summary>A share of 0 to 1 as percent.</summary>
    public static string Percent(double? share) => share switch
    {
        null => None,
        0 => "0 %",
        < 0.1 => string.Create(s_culture, $"{share * 100:0.00} %"),
        _ => string.Create(s_culture, $"{share * 100:0.0} %"),
    };

    /// <summary>Milliseconds: <c>0.8 ms</c>, <c>182 ms</c>, <c>1.24 s</c>, <c>2:05 min</c>.</summary>
    public static string Milliseconds(double? value) => value switch
    {
        null => None,
        < 10 => string.Create(s_culture, $"{value:0.0} ms"),
        < 1000 => string.Create(s_culture, $"{value:0} ms"),
        < 10_000 => string.Create(s_culture, $"{value / 1000:0.00} s"),
        < 120_000 => string.Create(s_culture, $"{value / 1000:0.0} s"),
        _ => string.Create(s_culture, $"{Math.Floor(value.Value / 60_000):0}:{Math.Floor(value.Value % 60_000 / 1000):00} min"),
    };

    /// <summary>US dollars, with more digits the smaller the sum.</summary>
    public static string Dollars(decimal? value) => value switch
    {
        null => None,
        0 => "$0",
        < 0.01m => string.Create(s_culture, $"${value:0.00000}"),
        < 10m => string.Create(s_culture, $"${value:0.000}"),
        _ => string.Create(s_culture, $"${value:N2}"),
    };

    /// <summary>Bytes as <c>128 MB</c>.</summary>
    public static string Bytes(long value) => value switch
    {
        >= 1L << 30 => string.Create(s_culture, $"{value / (double)(1L << 30):0.0} GB"),
        >= 1L << 20 => string.Create(s_culture, $"{value / (double)(1L << 20):0} MB"),
        _ => string.Create(s_culture, $"{value / 1024.0:0} kB"),
    };

    /// <summary>How long a process has been up.</summary>
    public static string Uptime(double seconds) => seconds switch
    {
        < 60 => string.Create(s_culture, $"{seconds:0} s"),
        < 3600 => string.Create(s_culture, $"{Math.Floor(seconds / 60):0} min"),
        < 86_400 => string.Create(s_culture, $"{seconds / 3600:0.0} h"),
        _ => string.Create(s_culture, $"{seconds / 86_400:0.0} d"),
    };

    /// <summary>A number as it is, for tests and scripts; empty when there is none.</summary>
    public static string Raw(double? value) => value?.ToString("R", s_culture) ?? "";
}
