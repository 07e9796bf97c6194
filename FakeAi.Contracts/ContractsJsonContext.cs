using System.Text.Json.Serialization;
using FakeAi.Contracts.Live;
using FakeAi.Contracts.Queries;

namespace FakeAi.Contracts;

/// <summary>Source-generated JSON of the collector's queries and pushes: snake_case, nulls written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(MetricsSnapshot))]
[JsonSerializable(typeof(IReadOnlyList<MetricsPoint>))]
[JsonSerializable(typeof(WaterfallData))]
[JsonSerializable(typeof(IReadOnlyList<ErrorItem>))]
[JsonSerializable(typeof(LiveMessage))]
public sealed partial class ContractsJsonContext : JsonSerializerContext;
