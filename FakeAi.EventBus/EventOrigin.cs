namespace FakeAi.EventBus;

/// <summary>Who publishes: stamped on every event of this process.</summary>
/// <param name="Source">The kind of service, such as <c>gateway</c>.</param>
/// <param name="Instance">This start of the process, such as <c>gateway-1f2e3d4c</c>; also the holder's name in leases of shards.</param>
public sealed record EventOrigin(string Source, string Instance);
