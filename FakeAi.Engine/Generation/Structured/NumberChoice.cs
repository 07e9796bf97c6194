using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Generation.Structured;

/// <summary>Chooses numbers: on the grid of <c>multipleOf</c>, within the bounds, plausible for the field's name, of the prompt where one fits.</summary>
internal sealed class NumberChoice(SeededRandom random, PromptFacts facts)
{
    /// <summary>Whole numbers stay where a double holds each of them.</summary>
    private const decimal Largest = 9_007_199_254_740_991m;
    private const int MostDecimals = 15;
    private const int Tries = 24;

    /// <summary>Chooses a number.</summary>
    /// <param name="union">The schemas to meet.</param>
    /// <param name="name">The field's name.</param>
    /// <param name="whole">Whether it must be whole.</param>
    /// <param name="taken">Numbers that it must differ from.</param>
    /// <param name="fault">What cannot be met.</param>
    public decimal? TryChoose(SchemaUnion union, string name, bool whole, List<JsonNode?>? taken, out SchemaFault? fault)
    {
        var bounds = union.Parts.SelectMany(NumberBound.Of).ToArray();
        var (low, high) = Range(bounds);
        var kind = FieldKinds.Of(name);
        if (!TryStep(union, whole, out var step, out fault))
        {
            return null;
        }

        if (FromPrompt(kind, bounds, step, whole, taken) is { } told)
        {
            return told;
        }

        var (from, to, decimals) = Plausible(kind);
        if (from > high || to < low)
        {
            (from, to) = low > -Largest && high < Largest ? (low, high) : low > -Largest ? (low, low + Math.Max(100, Math.Abs(low))) : (high - Math.Max(100, Math.Abs(high)), high);
        }

        from = Math.Max(from, low);
        to = Math.Min(to, high);
        for (var digits = decimals; ; digits++)
        {
            var grid = step > 0 ? step : whole ? 1 : Power(digits);
            if (TryGrid(from, to, grid, bounds, taken, out var chosen) || TryGrid(low, high, grid, bounds, taken, out chosen))
            {
                return chosen;
            }

            if (step > 0 || whole || digits >= MostDecimals)
            {
                var bound = bounds.Length == 0 ? "" : bounds[^1].Pointer;
                fault = new SchemaFault(bound, "No number lies within these bounds.");
                return null;
            }
        }
    }

    /// <summary>The next number of the prompt, where it fits; fields whose numbers nobody says take none.</summary>
    private decimal? FromPrompt(FieldKind kind, NumberBound[] bounds, decimal step, bool whole, List<JsonNode?>? taken)
    {
        if (kind is FieldKind.Id or FieldKind.Fraction or FieldKind.Latitude or FieldKind.Longitude or FieldKind.Version or FieldKind.Rating
            || facts.Peek(Fact.Number) is not { } text
            || !decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var number)
            || (whole && !decimal.IsInteger(number)) || (step > 0 && number % step != 0)
            || !Array.TrueForAll(bounds, b => b.Admits(number)) || IsTaken(taken, number))
        {
            return null;
        }

        facts.Take(Fact.Number);
        return number;
    }

    private static (decimal Low, decimal High) Range(NumberBound[] bounds)
    {
        var (low, high) = (-Largest, Largest);
        foreach (var bound in bounds)
        {
            low = bound.Lower ? Math.Max(low, Math.Min(bound.Value, Largest)) : low;
            high = bound.Lower ? high : Math.Min(high, Math.Max(bound.Value, -Largest));
        }

        return (low, high);
    }

    /// <summary>The common multiple of all <c>multipleOf</c>, and of 1 for whole numbers; 0 where any number will do.</summary>
    private static bool TryStep(SchemaUnion union, bool whole, out decimal step, out SchemaFault? fault)
    {
        step = 0;
        fault = null;
        foreach (var part in union.Parts)
        {
            if (!part.Has("multipleOf", out var element) || element.ValueKind != JsonValueKind.Number || JsonValues.Number(element) is not (> 0 and var next))
            {
                continue;
            }

            if (!TryCommon(step == 0 ? next : step, next, out step))
            {
                fault = new SchemaFault(part.At("multipleOf"), "The multiples have no common one that is small enough.");
                return false;
            }
        }

        if (whole && step > 0 && !TryCommon(step, 1, out step))
        {
            fault = new SchemaFault(union.Parts.Find(static p => p.Has("multipleOf", out _)).At("multipleOf"), "No whole number is a multiple.");
            return false;
        }

        return true;
    }

    private static bool TryCommon(decimal a, decimal b, out decimal common)
    {
        common = a;
        for (var i = 1; i <= 10_000 && common <= Largest - a; i++)
        {
            if (common % b == 0)
            {
                return true;
            }

            common += a;
        }

        return false;
    }

    private bool TryGrid(decimal low, decimal high, decimal grid, NumberBound[] bounds, List<JsonNode?>? taken, out decimal chosen)
    {
        chosen = 0;
        if (low > high || Math.Abs(low / Largest) > grid || Math.Abs(high / Largest) > grid)
        {
            return false;
        }

        var first = decimal.Ceiling(low / grid);
        var last = decimal.Floor(high / grid);
        var count = last - first + 1;
        if (count < 1)
        {
            return false;
        }

        var draw = decimal.Floor(count * (random.NextUInt64() >> 11) / (1UL << 53));
        var fits = false;
        for (var i = 0; i < Math.Min(count, taken is null ? Tries : Tries + taken.Count); i++)
        {
            var number = (first + ((draw + i) % count)) * grid;
            if (!Array.TrueForAll(bounds, b => b.Admits(number)) || IsTaken(taken, number))
            {
                continue;
            }

            // Clients check multiples with doubles: of the numbers that fit, one that fits there, too.
            var exact = (double)number / (double)grid is var ratio && Math.Floor(ratio) == ratio;
            if (exact || !fits)
            {
                chosen = number;
                fits = true;
            }

            if (exact)
            {
                break;
            }
        }

        return fits;
    }

    private static bool IsTaken(List<JsonNode?>? taken, decimal number) =>
        taken?.Exists(t => JsonValues.IsNumber(t) && JsonValues.Number(t!) == number) == true;

    private static decimal Power(int decimals)
    {
        var power = 1m;
        for (var i = 0; i < decimals; i++)
        {
            power /= 10;
        }

        return power;
    }

    private static (decimal From, decimal To, int Decimals) Plausible(FieldKind kind) => kind switch
    {
        FieldKind.Price => (5, 250, 2),
        FieldKind.Year => (2015, 2027, 0),
        FieldKind.Age => (18, 80, 0),
        FieldKind.Temperature => (-5, 35, 1),
        FieldKind.Rating => (1, 5, 1),
        FieldKind.Percent => (0, 100, 0),
        FieldKind.Fraction => (0.5m, 0.99m, 2),
        FieldKind.Latitude => (-60, 60, 4),
        FieldKind.Longitude => (-150, 150, 4),
        FieldKind.Quantity => (1, 10, 0),
        FieldKind.Id => (1000, 99_999, 0),
        FieldKind.DateTime or FieldKind.Date => (1_704_067_200, 1_830_297_600, 0),
        _ => (1, 100, 0),
    };
}
