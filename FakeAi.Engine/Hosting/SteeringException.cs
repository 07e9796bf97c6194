namespace FakeAi.Engine.Hosting;

/// <summary>A steering header or field that cannot be understood; the dialect answers 400 in its provider's words.</summary>
/// <param name="name">The header's or field's name.</param>
/// <param name="expected">What it should have been, such as <c>a number of milliseconds</c>.</param>
/// <param name="inBody">Whether it stood in the body.</param>
internal sealed class SteeringException(string name, string expected, bool inBody) : Exception($"Invalid '{name}': expected {expected}.")
{
    public string Name { get; } = name;

    public string Expected { get; } = expected;

    public bool InBody { get; } = inBody;
}
