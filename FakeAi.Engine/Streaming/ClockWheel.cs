using System.Collections.Concurrent;
using System.Numerics;

namespace FakeAi.Engine.Streaming;

/// <summary>
/// One wheel of 1 ms slots for the deadlines of all streams.
/// <para>
/// Threads: any thread may call <see cref="Schedule"/>; it only puts the item into an inbox. One thread calls
/// <see cref="Tick"/>; everything else, the items' state included, belongs to that thread, so nothing is locked.
/// </para>
/// <para>
/// An item is due in the first tick that begins at or after its deadline, so never early. Deadlines farther than one
/// turn stay in their slot until their turn comes.
/// </para>
/// </summary>
internal sealed class ClockWheel
{
    private const int Slots = 4096;
    private const int Mask = Slots - 1;
    private const int TickUs = 1000;

    private readonly WheelItem?[] _first = new WheelItem?[Slots];
    private readonly WheelItem?[] _last = new WheelItem?[Slots];
    private readonly ulong[] _occupied = new ulong[Slots / 64];
    private readonly ConcurrentQueue<(WheelItem Item, long DueUs)> _inbox = new();
    private long _tick = -1;
    private int _count;

    /// <summary>Items in the slots; not those in the inbox.</summary>
    public int Count => _count;

    public bool HasNews => !_inbox.IsEmpty;

    /// <summary>Gives an item a deadline, or moves it to another.</summary>
    public void Schedule(WheelItem item, long dueUs) => _inbox.Enqueue((item, dueUs));

    /// <summary>Calls every item that is due.</summary>
    /// <returns>When the next item is due, microseconds, or <see cref="WheelItem.Done"/> when none is there.</returns>
    public long Tick(long nowUs)
    {
        var now = nowUs / TickUs;
        while (_inbox.TryDequeue(out var entry))
        {
            Unlink(entry.Item);
            if (entry.DueUs <= nowUs)
            {
                Run(entry.Item, now, nowUs);
            }
            else
            {
                Link(entry.Item, Ticks(entry.DueUs));
            }
        }

        // After a long pause one turn over all slots finds everything that is due.
        var from = Math.Max(_tick + 1, now - Mask);
        for (var tick = from; tick <= now; tick++)
        {
            if ((_occupied[(tick & Mask) >> 6] & (1UL << (int)(tick & 63))) != 0)
            {
                RunSlot((int)(tick & Mask), now, nowUs);
            }
        }

        _tick = Math.Max(_tick, now);
        return NextDue();
    }

    private static long Ticks(long dueUs) => (dueUs + TickUs - 1) / TickUs;

    private void RunSlot(int slot, long now, long nowUs)
    {
        // Items that go back into this very slot (a whole turn ahead) land behind the last one and are not met again.
        var last = _last[slot];
        for (var item = _first[slot]; item is not null;)
        {
            var next = ReferenceEquals(item, last) ? null : item.Next;
            if (item.DueTick <= now)
            {
                Unlink(item);
                Run(item, now, nowUs);
            }

            item = next;
        }
    }

    private void Run(WheelItem item, long now, long nowUs)
    {
        var due = item.OnDue(nowUs);
        if (due != WheelItem.Done)
        {
            Link(item, Math.Max(now + 1, Ticks(due)));
        }
    }

    private void Link(WheelItem item, long dueTick)
    {
        var slot = (int)(dueTick & Mask);
        item.DueTick = dueTick;
        item.Slot = slot;
        item.Next = null;
        item.Previous = _last[slot];
        if (item.Previous is null)
        {
            _first[slot] = item;
            _occupied[slot >> 6] |= 1UL << (slot & 63);
        }
        else
        {
            item.Previous.Next = item;
        }

        _last[slot] = item;
        _count++;
    }

    private void Unlink(WheelItem item)
    {
        if (item.Slot < 0)
        {
            return;
        }

        var slot = item.Slot;
        if (item.Previous is null)
        {
            _first[slot] = item.Next;
        }
        else
        {
            item.Previous.Next = item.Next;
        }

        if (item.Next is null)
        {
            _last[slot] = item.Previous;
        }
        else
        {
            item.Next.Previous = item.Previous;
        }

        if (_first[slot] is null)
        {
            _occupied[slot >> 6] &= ~(1UL << (slot & 63));
        }

        item.Next = null;
        item.Previous = null;
        item.Slot = -1;
        _count--;
    }

    /// <summary>The next occupied slot's time; an item of a later turn in it makes that too early, which costs one tick.</summary>
    private long NextDue()
    {
        if (_count == 0)
        {
            return WheelItem.Done;
        }

        var start = _tick + 1;
        for (var offset = 0; offset < Slots;)
        {
            var tick = start + offset;
            var slot = (int)(tick & Mask);
            var bits = _occupied[slot >> 6] >> (slot & 63);
            if (bits != 0)
            {
                return (tick + BitOperations.TrailingZeroCount(bits)) * TickUs;
            }

            offset += 64 - (slot & 63);
        }

        return (start + Slots) * TickUs;
    }
}
