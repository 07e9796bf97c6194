namespace FakeAi.Engine.Generation.Structured;

/// <summary>No JSON that conforms to a schema of the request could be made; the dialect answers 400 in its provider's words.</summary>
/// <param name="param">Where the client wrote the schema, such as <c>response_format</c>.</param>
/// <param name="name">What the schema is for, such as <c>function 'get_weather'</c>.</param>
/// <param name="fault">What of it cannot be met.</param>
internal sealed class SchemaUnmetException(string param, string name, SchemaFault fault)
    : Exception($"Invalid schema for {name}: no value that conforms to it could be made. At '{fault.Pointer}': {fault.Message}")
{
    public string Param => param;
}
