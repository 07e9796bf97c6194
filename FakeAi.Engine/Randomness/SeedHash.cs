using System.Numerics;

namespace FakeAi.Engine.Randomness;

/// <summary>
/// Gathers what a seed depends on: 64-bit FNV-1a over length-prefixed fields, finished by SplitMix64.
/// Gives the same value on every machine.
/// </summary>
internal struct SeedHash
{
    private const ulong Offset = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    private ulong _state;

    public SeedHash() => _state = Offset;

    public void Add(long value)
    {
        for (var shift = 0; shift < 64; shift += 8)
        {
            _state = (_state ^ (byte)(value >> shift)) * Prime;
        }
    }

    /// <summary>Adds the exact bits; 0 and -0 count as the same.</summary>
    public void Add(double value) => Add(BitConverter.DoubleToInt64Bits(value == 0 ? 0 : value));

    public void Add(string? text)
    {
        if (text is null)
        {
            Add(-1);
            return;
        }

        Add((long)text.Length);
        var state = _state;
        foreach (var c in text)
        {
            state = (state ^ (byte)c) * Prime;
            state = (state ^ (byte)(c >> 8)) * Prime;
        }

        _state = state;
    }

    public readonly ulong Value => Mix(_state);

    /// <summary>One step of SplitMix64: spreads every input bit over the whole output.</summary>
    public static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    /// <summary>A seed of its own for one purpose, so that one consumer's draws never shift another's.</summary>
    public static ulong Derive(ulong seed, ulong purpose) => Mix(seed ^ BitOperations.RotateLeft(Mix(purpose), 17));
}
