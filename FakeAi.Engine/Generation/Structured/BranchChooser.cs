using System.Text.Json;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Generation.Structured;

/// <summary>
/// Decides at the forks of one value's schemas. Each try takes another way, until all were taken: a mixed-radix count over
/// the forks, in an order that is drawn once.
/// </summary>
/// <param name="random">The draws.</param>
/// <param name="heights">Set where the value should stay shallow: the lowest way is then the first.</param>
internal sealed class BranchChooser(SeededRandom random, SchemaHeights? heights)
{
    private const int MostWays = 256;
    private const int NullOdds = 8;

    private readonly Dictionary<string, int[]> _orders = new(StringComparer.Ordinal);
    private int _try;
    private int _stride = 1;

    /// <summary>How many ways there are, as far as the forks of the last try show; at most 256.</summary>
    public int Ways { get; private set; } = 1;

    /// <summary>Begins the next try.</summary>
    /// <param name="number">From 0.</param>
    public void Begin(int number)
    {
        _try = number;
        Ways = Math.Max(Ways, _stride);
        _stride = 1;
    }

    /// <summary>Chooses among schemas. A schema that means null comes first once in eight times only.</summary>
    public int Choose(string fork, SchemaPlace[] branches)
    {
        if (!_orders.TryGetValue(fork, out var order))
        {
            order = heights is null ? Order(branches) : [.. Enumerable.Range(0, branches.Length).OrderBy(i => heights.Of(branches[i]))];
            _orders.Add(fork, order);
        }

        return Next(order);
    }

    /// <summary>Chooses among things that are all alike.</summary>
    public int Choose(string fork, int count)
    {
        if (!_orders.TryGetValue(fork, out var order))
        {
            order = Rotated(count);
            _orders.Add(fork, order);
        }

        return Next(order);
    }

    /// <summary>Ends a try: the number of its ways counts.</summary>
    public void End() => Ways = Math.Max(Ways, _stride);

    private int Next(int[] order)
    {
        var choice = order[_try / _stride % order.Length];
        _stride = Math.Min(MostWays, _stride * order.Length);
        return choice;
    }

    private int[] Order(SchemaPlace[] branches)
    {
        var order = Rotated(branches.Length);
        var nullFirst = random.Next(NullOdds) == 0;
        return [.. order.OrderBy(i => IsNull(branches[i]) == nullFirst ? 0 : 1)];
    }

    private int[] Rotated(int count)
    {
        var first = random.Next(count);
        return [.. Enumerable.Range(0, count).Select(i => (first + i) % count)];
    }

    private static bool IsNull(SchemaPlace branch) =>
        branch.Text("type") == "null" || (branch.Has("const", out var only) && only.ValueKind == JsonValueKind.Null);
}
