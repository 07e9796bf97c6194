using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Tests;

public sealed class PortableMathTests
{
    private const double Allowed = 1e-12;

    // From tables with more digits than a double holds.
    [Theory]
    [InlineData(1, 2.718281828459045235)]
    [InlineData(-1, 0.36787944117144232160)]
    [InlineData(0.5, 1.6487212707001281468)]
    [InlineData(10, 22026.465794806716517)]
    [InlineData(-20, 2.0611536224385578280e-9)]
    [InlineData(100, 2.6881171418161354484e43)]
    public void Exp_KnownValues_AreExact(double x, double expected) => Close(expected, PortableMath.Exp(x));

    [Theory]
    [InlineData(2, 0.69314718055994530942)]
    [InlineData(10, 2.3025850929940456840)]
    [InlineData(0.1, -2.3025850929940456840)]
    [InlineData(1.04, 0.039220713153281296269)]
    [InlineData(1e100, 230.25850929940456840)]
    public void Log_KnownValues_AreExact(double x, double expected) => Close(expected, PortableMath.Log(x));

    [Fact]
    public void ExpAndLog_OverTheirRange_AgreeWithThePlatform()
    {
        for (var x = -50.0; x <= 50; x += 0.00137)
        {
            Close(Math.Exp(x), PortableMath.Exp(x));
        }

        for (var x = 1e-9; x < 1e9; x *= 1.00013)
        {
            if (Math.Abs(x - 1) > 1e-3)
            {
                Close(Math.Log(x), PortableMath.Log(x));
            }
        }
    }

    [Fact]
    public void ExpAndLog_AtTheEnds_AreDefined()
    {
        Assert.Equal((1.0, 0.0), (PortableMath.Exp(0), PortableMath.Log(1)));
        Assert.Equal((0.0, double.PositiveInfinity), (PortableMath.Exp(-1000), PortableMath.Exp(1000)));
        Assert.True(double.IsNaN(PortableMath.Exp(double.NaN)));
        Assert.All([0.0, -1, double.NaN, double.PositiveInfinity], x => Assert.Throws<ArgumentOutOfRangeException>(() => PortableMath.Log(x)));
    }

    [Fact]
    public void Log_OverManyMagnitudes_IsTheNaturalLogarithm()
    {
        for (var x = 1e-12; x < 1e6; x *= 1.0137)
        {
            Assert.Equal(Math.Log(x), PortableMath.Log(x), Math.Max(1e-15, Math.Abs(Math.Log(x)) * 1e-14));
        }
    }

    private static void Close(double expected, double actual) =>
        Assert.True(Math.Abs(actual - expected) <= Math.Abs(expected) * Allowed, $"{actual:R} is not {expected:R}");
}
