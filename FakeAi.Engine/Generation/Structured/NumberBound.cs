using System.Text.Json;

namespace FakeAi.Engine.Generation.Structured;

/// <summary>One bound of a number.</summary>
/// <param name="Value">The bound.</param>
/// <param name="Lower">Whether numbers must be above it.</param>
/// <param name="Exclusive">Whether the bound itself is out.</param>
/// <param name="Pointer">The keyword.</param>
internal readonly record struct NumberBound(decimal Value, bool Lower, bool Exclusive, string Pointer)
{
    public bool Admits(decimal number) => number == Value ? !Exclusive : Lower == number > Value;

    /// <summary>A schema's bounds; <c>exclusiveMinimum: true</c> is the form of draft-04.</summary>
    public static IEnumerable<NumberBound> Of(SchemaPlace place)
    {
        foreach (var lower in (bool[])[true, false])
        {
            var (inclusive, exclusive) = lower ? ("minimum", "exclusiveMinimum") : ("maximum", "exclusiveMaximum");
            if (place.Has(inclusive, out var bound) && bound.ValueKind == JsonValueKind.Number)
            {
                yield return new NumberBound(JsonValues.Number(bound), lower, place.Is(exclusive), place.At(inclusive));
            }

            if (place.Has(exclusive, out bound) && bound.ValueKind == JsonValueKind.Number)
            {
                yield return new NumberBound(JsonValues.Number(bound), lower, true, place.At(exclusive));
            }
        }
    }
}
