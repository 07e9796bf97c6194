using FakeAi.Engine.Streaming;

namespace FakeAi.Engine.Tests.Streaming;

public sealed class ClockWheelTests
{
    [Fact]
    public void Tick_ItemsOfSeveralDeadlines_AreCalledInOrderAndNeverEarly()
    {
        var wheel = new ClockWheel();
        var calls = new List<(string Name, long At)>();
        foreach (var (name, due) in new[] { ("c", 30_000L), ("a", 1_500L), ("b", 1_999L), ("far", 9_000_000L) })
        {
            wheel.Schedule(new Item(now => { calls.Add((name, now)); return WheelItem.Done; }), due);
        }

        for (var now = 0L; now <= 10_000_000; now += 500)
        {
            wheel.Tick(now);
        }

        Assert.Equal([("a", 2_000), ("b", 2_000), ("c", 30_000), ("far", 9_000_000)], calls);
        Assert.Equal(0, wheel.Count);
    }

    [Fact]
    public void Tick_RepeatingItemCalledLate_KeepsItsAbsoluteDeadlines()
    {
        var wheel = new ClockWheel();
        var calls = new List<long>();
        var next = 10_000L;
        wheel.Schedule(
            new Item(now =>
            {
                calls.Add(now);
                while (next <= now)
                {
                    next += 10_000;
                }

                return next;
            }),
            next);

        foreach (var now in new[] { 9_999L, 10_700, 19_000, 20_000, 57_000, 59_999, 60_100 })
        {
            wheel.Tick(now);
        }

        Assert.Equal([10_700, 20_000, 57_000, 60_100], calls);
    }

    [Fact]
    public void Tick_PauseLongerThanATurn_CallsEveryDueItemOnce()
    {
        var wheel = new ClockWheel();
        var calls = 0;
        for (var i = 0; i < 1000; i++)
        {
            wheel.Schedule(new Item(_ => { calls++; return WheelItem.Done; }), 1_000 + (i * 17_000));
        }

        wheel.Tick(0);
        Assert.Equal(1000, wheel.Count);
        wheel.Tick(20_000_000);
        Assert.Equal((1000, 0), (calls, wheel.Count));
    }

    [Fact]
    public void Schedule_ItemAlreadyIn_MovesIt()
    {
        var wheel = new ClockWheel();
        var calls = new List<long>();
        var item = new Item(now => { calls.Add(now); return WheelItem.Done; });
        wheel.Schedule(item, 1_000_000);
        wheel.Tick(0);
        wheel.Schedule(item, 0);
        wheel.Tick(5_000);
        wheel.Tick(2_000_000);

        Assert.Equal([5_000], calls);
        Assert.Equal(0, wheel.Count);
    }

    [Fact]
    public void Tick_TellsWhenTheNextItemIsDue()
    {
        var wheel = new ClockWheel();
        Assert.Equal(WheelItem.Done, wheel.Tick(0));
        wheel.Schedule(new Item(_ => WheelItem.Done), 70_200);
        Assert.Equal(71_000, wheel.Tick(1_000));
        Assert.Equal(71_000, wheel.Tick(70_999));
        Assert.Equal(WheelItem.Done, wheel.Tick(71_000));
    }

    [Fact]
    public void Tick_TenThousandRepeatingItems_AllKeepTheirPace()
    {
        var wheel = new ClockWheel();
        var counts = new int[10_000];
        for (var i = 0; i < counts.Length; i++)
        {
            var (index, period) = (i, 5_000 + (i % 7 * 1_000));
            long due = period;
            wheel.Schedule(new Item(_ => { counts[index]++; return due += period; }), due);
        }

        for (var now = 0L; now <= 1_000_000; now += 1_000)
        {
            wheel.Tick(now);
        }

        Assert.All(counts.Index(), c => Assert.Equal(1_000 / (5 + (c.Index % 7)), c.Item));
    }

    private sealed class Item(Func<long, long> onDue) : WheelItem
    {
        protected internal override long OnDue(long nowUs) => onDue(nowUs);
    }
}
