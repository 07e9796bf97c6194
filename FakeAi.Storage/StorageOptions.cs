using System.ComponentModel.DataAnnotations;

namespace FakeAi.Storage;

/// <summary>Where objects and files are kept. Section <c>FakeAi:Storage</c>.</summary>
public sealed class StorageOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "FakeAi:Storage";

    /// <summary>
    /// Folder of the files' bytes, shared by all gateways of an installation. Unset: <c>files</c> in the folder that
    /// <c>FAKEAI_HOME</c> names, else in the user's own data folder.
    /// </summary>
    public string? Folder { get; set; }

    /// <summary>How long one call to Redis may take, milliseconds.</summary>
    [Range(50, 60_000)]
    public int CallTimeoutMs { get; set; } = 2_000;

    /// <summary>Bytes that must stay free on the disk of the files; less refuses what would be written.</summary>
    [Range(0, long.MaxValue)]
    public long LeastFreeBytes { get; set; } = 256L * 1024 * 1024;
}
