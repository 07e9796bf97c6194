using System.Buffers.Binary;
using FakeAi.Engine.Media.Audio;

namespace FakeAi.Engine.Realtime;

/// <summary>
/// Hears by the energy of 20 ms windows when somebody begins and ends to speak. A window is loud when its root mean square is
/// at least <see cref="LevelAtFullThreshold"/> times the threshold; three loud ones in a row begin speech (a click does not),
/// and a whole silence ends it. Keeps no sound.
/// </summary>
internal sealed class VoiceDetector
{
    /// <summary>The level that a threshold of 1 asks for; 0.5, the usual one, is about −30 dB below full scale.</summary>
    public const int LevelAtFullThreshold = 2_000;

    private const int Window = Pcm.SampleRate / 50;
    private const int LoudWindowsToStart = 3;

    private long _windowStart;
    private long _squares;
    private int _inWindow;
    private int _loud;
    private long _quiet;
    private byte? _half;

    /// <summary>Samples heard.</summary>
    public long Heard { get; private set; }

    /// <summary>Whether somebody speaks.</summary>
    public bool Speaking { get; private set; }

    /// <summary>Hears more sound.</summary>
    /// <param name="pcm">16 bits a sample, little-endian; may break off within a sample.</param>
    /// <param name="threshold">0 to 1.</param>
    /// <param name="silenceMs">How much silence ends speech.</param>
    /// <param name="turned">Told of each beginning and end with the sample where it lies; an end with its silence.</param>
    public void Hear(ReadOnlySpan<byte> pcm, double threshold, int silenceMs, Action<bool, long> turned)
    {
        if (pcm.IsEmpty)
        {
            return;
        }

        if (_half is { } low)
        {
            Sample((short)(low | (pcm[0] << 8)), threshold, silenceMs, turned);
            _half = null;
            pcm = pcm[1..];
        }

        for (; pcm.Length >= 2; pcm = pcm[2..])
        {
            Sample(BinaryPrimitives.ReadInt16LittleEndian(pcm), threshold, silenceMs, turned);
        }

        _half = pcm.IsEmpty ? null : pcm[0];
    }

    /// <summary>Forgets what was going on; what was heard stays counted.</summary>
    public void Reset()
    {
        (_windowStart, _squares, _inWindow, _loud, _quiet, _half, Speaking) = (Heard, 0, 0, 0, 0, null, false);
    }

    private void Sample(short value, double threshold, int silenceMs, Action<bool, long> turned)
    {
        Heard++;
        _squares += value * value;
        if (++_inWindow < Window)
        {
            return;
        }

        var level = threshold * LevelAtFullThreshold;
        var loud = _squares >= level * level * Window && _squares > 0;
        var start = _windowStart;
        (_windowStart, _squares, _inWindow) = (Heard, 0, 0);
        if (!Speaking)
        {
            _loud = loud ? _loud + 1 : 0;
            if (_loud == LoudWindowsToStart)
            {
                (_loud, _quiet, Speaking) = (0, 0, true);
                turned(true, start - ((LoudWindowsToStart - 1) * Window));
            }

            return;
        }

        _quiet = loud ? 0 : _quiet + Window;
        if (_quiet > 0 && _quiet * 1000 >= (long)silenceMs * Pcm.SampleRate)
        {
            (_quiet, Speaking) = (0, false);
            turned(false, Heard);
        }
    }
}
