using FakeAi.Storage.Resources;

namespace FakeAi.Gateway.Resources;

/// <summary>A kind of objects that end; what else is theirs ends with them.</summary>
internal interface IExpiringKind
{
    /// <summary>The kind's name.</summary>
    string Kind { get; }

    /// <summary>Deletes an object that has expired. May be called by several replicas at once.</summary>
    Task ExpireAsync(Resource resource, CancellationToken cancellationToken);
}
