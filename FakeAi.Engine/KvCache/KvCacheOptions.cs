using System.ComponentModel.DataAnnotations;

namespace FakeAi.Engine.KvCache;

/// <summary>Settings of the KV cache. Section <c>FakeAi:Engine:KvCache</c>.</summary>
internal sealed class KvCacheOptions
{
    /// <summary>Whether prompts are kept and found again.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Tokens of a block: 16, 32 or 64.</summary>
    [AllowedValues(16, 32, 64)]
    public int BlockTokens { get; set; } = 16;

    /// <summary>Blocks that one worker keeps. A block takes about 50 bytes of memory here.</summary>
    [Range(1, 4_194_304)]
    public int BlocksPerWorker { get; set; } = 32_768;

    /// <summary>How long a block that nobody asks for is kept, seconds.</summary>
    [Range(1, 604_800)]
    public int IdleSeconds { get; set; } = 600;
}
