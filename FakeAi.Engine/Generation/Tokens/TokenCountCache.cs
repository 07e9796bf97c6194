using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace FakeAi.Engine.Generation.Tokens;

/// <summary>
/// Remembers how many tokens longer texts have, since the messages of a conversation and its system prompt come again
/// with every turn. A table of fixed size: sets of four places, the least lately used of which is given away. A text is
/// known by 128 bits of its SHA-256, so that nobody can make two texts meet and a hit never changes a result.
/// </summary>
internal sealed class TokenCountCache
{
    /// <summary>Shorter texts, in UTF-16 units, are counted afresh: that is about as fast as a look-up.</summary>
    public const int ShortestText = 192;

    /// <summary>How many texts of one encoding are remembered at most.</summary>
    public const int Capacity = Sets * Ways;

    private const int Sets = 4096;
    private const int Ways = 4;
    private const int Locks = 64;

    private readonly List<Space> _spaces = [];

    /// <summary>Look-ups that found the text.</summary>
    public long Hits => Sum(static space => space.Hits);

    /// <summary>Look-ups that did not.</summary>
    public long Misses => Sum(static space => space.Misses);

    /// <summary>The key of a text.</summary>
    public static UInt128 KeyOf(ReadOnlySpan<char> text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(text), hash);
        return MemoryMarshal.Read<UInt128>(hash);
    }

    /// <summary>The places of one more encoding: 512 KB. Called while the tokenizers are made.</summary>
    public Space NewSpace()
    {
        var space = new Space();
        lock (_spaces)
        {
            _spaces.Add(space);
        }

        return space;
    }

    private long Sum(Func<Space, long> of)
    {
        lock (_spaces)
        {
            return _spaces.Sum(of);
        }
    }

    /// <summary>The counts of one encoding.</summary>
    internal sealed class Space
    {
        private readonly Place[] _places = new Place[Capacity];
        private readonly Lock[] _locks = [.. Enumerable.Range(0, Locks).Select(static _ => new Lock())];
        private long _hits;
        private long _misses;

        public long Hits => Interlocked.Read(ref _hits);

        public long Misses => Interlocked.Read(ref _misses);

        /// <summary>Finds a count.</summary>
        public bool TryGet(UInt128 key, out int count)
        {
            var set = SetOf(key);
            lock (_locks[set & (Locks - 1)])
            {
                var places = _places.AsSpan(set * Ways, Ways);
                for (var i = 0; i < Ways; i++)
                {
                    if (places[i].Key == key && places[i].Count > 0)
                    {
                        count = places[i].Count;
                        ToFront(places, i);
                        Interlocked.Increment(ref _hits);
                        return true;
                    }
                }
            }

            Interlocked.Increment(ref _misses);
            count = 0;
            return false;
        }

        /// <summary>Remembers a count; above 0, since no text that is looked up is empty.</summary>
        public void Set(UInt128 key, int count)
        {
            var set = SetOf(key);
            lock (_locks[set & (Locks - 1)])
            {
                // Another thread may have been faster: then the text stands twice, with the same count, until one falls out.
                var places = _places.AsSpan(set * Ways, Ways);
                ToFront(places, Ways - 1);
                places[0] = new Place(key, count);
            }
        }

        private static int SetOf(UInt128 key) => (int)((ulong)key & (Sets - 1));

        /// <summary>A set is kept in the order of use.</summary>
        private static void ToFront(Span<Place> places, int i)
        {
            var place = places[i];
            places[..i].CopyTo(places[1..]);
            places[0] = place;
        }

        private readonly record struct Place(UInt128 Key, int Count);
    }
}
