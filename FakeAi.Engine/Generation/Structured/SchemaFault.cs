namespace FakeAi.Engine.Generation.Structured;

/// <summary>What of a schema cannot be met.</summary>
/// <param name="Pointer">JSON pointer (RFC 6901) into the schema, such as <c>/properties/age/minimum</c>; empty for the root.</param>
/// <param name="Message">One sentence without the pointer.</param>
internal sealed record SchemaFault(string Pointer, string Message);
