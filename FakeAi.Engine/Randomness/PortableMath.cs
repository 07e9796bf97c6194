namespace FakeAi.Engine.Randomness;

/// <summary>
/// Exponential and natural logarithm of IEEE + - * / alone. <see cref="Math.Exp"/> and <see cref="Math.Log(double)"/> come from
/// the platform's C library and differ in their last bits between machines; these give the same bits everywhere, with a
/// relative error below 1e-12.
/// </summary>
internal static class PortableMath
{
    private const double InverseLn2 = 1.4426950408889634;

    // ln 2 in two parts (Cody and Waite): the first has so few bits that its product with any exponent is exact.
    private const double Ln2High = 6.93147180369123816490e-01;
    private const double Ln2Low = 1.90821492927058770002e-10;
    private const double Root2 = 1.4142135623730951;
    private const int ExpTerms = 14;
    private const int LogTerms = 23;
    private const int Bias = 1023;
    private const long Fraction = (1L << 52) - 1;

    /// <summary>e to the power of <paramref name="x"/>; 0 below -708, infinity above 709.</summary>
    public static double Exp(double x)
    {
        if (double.IsNaN(x) || x > 709)
        {
            return double.IsNaN(x) ? x : double.PositiveInfinity;
        }

        if (x < -708)
        {
            return 0;
        }

        // x = k ln 2 + r with |r| <= ln 2 / 2; then the Taylor series of e^r, whose rest is below 1e-17.
        var k = (long)((x * InverseLn2) + (x < 0 ? -0.5 : 0.5));
        var r = x - (k * Ln2High) - (k * Ln2Low);
        var sum = 1.0;
        for (var n = ExpTerms; n >= 1; n--)
        {
            sum = 1 + (r * sum / n);
        }

        return sum * BitConverter.Int64BitsToDouble((k + Bias) << 52);
    }

    /// <summary>The natural logarithm of a positive normal number.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not a positive normal number.</exception>
    public static double Log(double x)
    {
        if (!double.IsNormal(x) || x < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(x), x, "Expected a positive normal number.");
        }

        // x = m 2^e with m near 1; ln m = 2 artanh s, s = (m - 1) / (m + 1), |s| <= 0.172, rest below 1e-18.
        var bits = BitConverter.DoubleToInt64Bits(x);
        var e = (bits >> 52) - Bias;
        var m = BitConverter.Int64BitsToDouble((bits & Fraction) | ((long)Bias << 52));
        if (m > Root2)
        {
            m /= 2;
            e++;
        }

        var s = (m - 1) / (m + 1);
        var square = s * s;
        var sum = 0.0;
        for (var n = LogTerms; n >= 1; n -= 2)
        {
            sum = (sum * square) + (1.0 / n);
        }

        return (e * Ln2High) + ((2 * s * sum) + (e * Ln2Low));
    }
}
