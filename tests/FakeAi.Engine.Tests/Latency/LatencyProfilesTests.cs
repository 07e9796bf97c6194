using System.Globalization;
using System.Runtime.CompilerServices;
using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Latency;
using Microsoft.Extensions.Options;

namespace FakeAi.Engine.Tests.Latency;

public sealed class LatencyProfilesTests
{
    [Fact]
    public void Preset_OfAModelOnAGpu_IsItsRoofline()
    {
        // By hand: 16.06 GB / (3,350 GB/s × 0.8) + 2 ms; 989e12 × 0.4 / (2 × 8.03e9); 20 ms + 100 tokens.
        Assert.Equal(new LatencyProfile(24.06, 4.81, 7.99, 1.6, 24632.63), LatencyProfiles.Presets["llama-3.1-8b@h100"]);

        // 70.6e9 parameters in two bytes with headroom need four GPUs of 80 GB.
        Assert.Equal(Math.Round((141.2 / (4 * 3350 * 0.8) * 1000) + 2 + 3, 2), LatencyProfiles.Presets["llama-3.1-70b@h100"].ItlMs, 6);
        Assert.False(LatencyProfiles.Presets.ContainsKey("llama-3.1-405b@l40s"));
    }

    [Fact]
    public void Preset_FasterGpu_IsFasterForEveryModelOnOneOfEach()
    {
        foreach (var model in (string[])["llama-3.1-8b", "mistral-7b", "gpt-oss-20b"])
        {
            LatencyProfile[] slowestFirst = [.. ((string[])["l40s", "a100", "h100", "h200", "b200"]).Select(gpu => LatencyProfiles.Presets[$"{model}@{gpu}"])];
            Assert.All(slowestFirst.Zip(slowestFirst.Skip(1)), p => Assert.True(p.First.ItlMs > p.Second.ItlMs && p.First.TtftMs >= p.Second.TtftMs - 10));
        }
    }

    [Fact]
    public void Presets_AllOfThem_StandInTheDocumentsTable()
    {
        var lines = File.ReadAllLines(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", "..", "docs", "latency-model.md"));
        Assert.NotEmpty(LatencyProfiles.Presets);
        Assert.All(LatencyProfiles.Presets, preset =>
        {
            var line = Assert.Single(lines, l => l.StartsWith($"| `{preset.Key.Split('@')[0]}` |", StringComparison.Ordinal));
            Assert.Contains(
                string.Create(CultureInfo.InvariantCulture, $"{preset.Value.TtftMs} / {preset.Value.ItlMs} / {preset.Value.PrefillTps:0} |"), line, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void TryGet_PresetsAndModels_AreFoundAndOtherNamesAreNot()
    {
        var profiles = new LatencyProfiles(ModelCatalogue.Default, Options.Create(new EngineOptions()));
        Assert.True(profiles.TryGet("llama-3.1-8b@b200", out var preset));
        Assert.Equal(LatencyProfiles.Presets["llama-3.1-8b@b200"], preset);
        Assert.True(profiles.TryGet("gpt-4o", out var model));
        Assert.Equal(250, model.TtftMs);
        Assert.False(profiles.TryGet("gpt-4o@abacus", out _));
        Assert.False(profiles.TryGet("", out _));
    }

    [Fact]
    public void For_ServersOwnProfile_BeatsTheModels()
    {
        Assert.True(ModelCatalogue.Default.TryGet("gpt-4o-mini", out var model));
        var options = new EngineOptions();
        Assert.Same(model.Latency, new LatencyProfiles(ModelCatalogue.Default, Options.Create(options)).For(model));
        options.Latency.Profile = "mistral-7b@l40s";
        Assert.Equal(LatencyProfiles.Presets["mistral-7b@l40s"], new LatencyProfiles(ModelCatalogue.Default, Options.Create(options)).For(model));
        options.Latency.Profile = "nonsense";
        Assert.Throws<OptionsValidationException>(() => new LatencyProfiles(ModelCatalogue.Default, Options.Create(options)));
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
