using FakeAi.Contracts.Catalogue;

namespace FakeAi.Engine.Latency;

/// <summary>What a preset's profile is computed with beside data sheets; estimates.</summary>
/// <param name="DecodeBandwidthShare">Share of the memory's bandwidth that decoding reaches, 0 to 1.</param>
/// <param name="FixedItlMs">ITL beside reading weights: launching kernels, sampling; milliseconds.</param>
/// <param name="ItlMsPerDoubling">What each doubling of the GPUs that share the work adds to ITL, milliseconds.</param>
/// <param name="PrefillComputeShare">Share of the dense arithmetic that prefill reaches, 0 to 1.</param>
/// <param name="FixedTtftMs">TTFT beside prefill: scheduling, tokenizing, launching; milliseconds.</param>
/// <param name="MemoryHeadroom">How much more memory than the weights a model needs, as a factor.</param>
/// <param name="RelativeSd">Standard deviation as a share of the mean.</param>
/// <param name="MostGpus">Most GPUs that one model is spread over.</param>
/// <param name="Source">Where the figures come from.</param>
internal sealed record PresetAssumptions(
    double DecodeBandwidthShare, double FixedItlMs, double ItlMsPerDoubling, double PrefillComputeShare, double FixedTtftMs,
    double MemoryHeadroom, double RelativeSd, int MostGpus, string Source);

/// <summary>A GPU's data sheet.</summary>
/// <param name="Name">Such as <c>h100</c>.</param>
/// <param name="MemoryGb">Gigabytes.</param>
/// <param name="BandwidthGbps">Gigabytes per second.</param>
/// <param name="DenseTflops">BF16 without sparsity, 10^12 operations per second.</param>
/// <param name="Source">Where the figures come from.</param>
internal sealed record GpuSheet(string Name, double MemoryGb, double BandwidthGbps, double DenseTflops, string Source);

/// <summary>A model's size.</summary>
/// <param name="Name">Such as <c>llama-3.1-8b</c>.</param>
/// <param name="Billions">Parameters, 10^9.</param>
/// <param name="ActiveBillions">Parameters that one token uses; fewer in a mixture of experts.</param>
/// <param name="Bytes">Bytes of a parameter.</param>
/// <param name="Source">Where the figures come from.</param>
internal sealed record ModelSheet(string Name, double Billions, double ActiveBillions, double Bytes, string Source);

/// <summary>The file of presets.</summary>
internal sealed record PresetFile(PresetAssumptions Assumptions, IReadOnlyList<GpuSheet> Gpus, IReadOnlyList<ModelSheet> Models);

/// <summary>
/// The roofline of one model on one kind of GPU: decoding reads the active weights once a token and is bound by memory,
/// prefill does two operations per active parameter and token and is bound by arithmetic.
/// </summary>
internal static class GpuPreset
{
    /// <summary>The profile, or null where the model does not fit on as many GPUs as are allowed.</summary>
    public static LatencyProfile? Of(ModelSheet model, GpuSheet gpu, PresetAssumptions assume)
    {
        var needed = model.Billions * model.Bytes * assume.MemoryHeadroom;
        var (gpus, sharingMs) = (1, 0.0);
        while (gpus * gpu.MemoryGb < needed)
        {
            gpus *= 2;
            sharingMs += assume.ItlMsPerDoubling;
            if (gpus > assume.MostGpus)
            {
                return null;
            }
        }

        var readingMs = model.ActiveBillions * model.Bytes / (gpus * gpu.BandwidthGbps * assume.DecodeBandwidthShare) * 1000;
        var itlMs = Round(readingMs + assume.FixedItlMs + sharingMs);
        var prefillTps = Round(gpus * gpu.DenseTflops * 1000 * assume.PrefillComputeShare / (2 * model.ActiveBillions));

        // The model's TTFT covers the first 100 tokens of a prompt.
        var ttftMs = Round(assume.FixedTtftMs + (100 / prefillTps * 1000));
        return new LatencyProfile(ttftMs, Round(ttftMs * assume.RelativeSd), itlMs, Round(itlMs * assume.RelativeSd), prefillTps);
    }

    /// <summary>To two decimals, as people read the figures.</summary>
    private static double Round(double value) => Math.Floor((value * 100) + 0.5) / 100;
}
