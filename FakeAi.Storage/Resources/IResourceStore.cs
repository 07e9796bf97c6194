namespace FakeAi.Storage.Resources;

/// <summary>
/// The one store of all objects that outlive their request, shared by all processes of an installation. Each change is one
/// step: a list and its objects never disagree. Safe for concurrent use.
/// </summary>
/// <remarks>Every method throws <see cref="ResourceStoreUnavailableException"/> when the store does not answer in time; a change may have happened nonetheless.</remarks>
public interface IResourceStore
{
    /// <summary>Stores something new.</summary>
    /// <param name="resource">What to store.</param>
    /// <param name="most">How many of the kind the owner may have; expired ones that are not swept yet count.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<CreateOutcome> CreateAsync(Resource resource, int most, CancellationToken cancellationToken);

    /// <summary>The object; null where there is none, it is somebody else's, or it has expired.</summary>
    ValueTask<Resource?> GetAsync(string kind, string owner, string id, CancellationToken cancellationToken);

    /// <summary>Whether there is an object, whoever owns it, expired or not.</summary>
    ValueTask<bool> ExistsAsync(string kind, string id, CancellationToken cancellationToken);

    /// <summary>A part of a list; null where a cursor names nothing of the owner's.</summary>
    ValueTask<ResourcePage?> ListAsync(ResourceQuery query, CancellationToken cancellationToken);

    /// <summary>Replaces an object if it still has the version that <paramref name="changed"/> was made from.</summary>
    /// <param name="changed">The object with everything but the version changed.</param>
    /// <param name="leaseHolder">Who must hold the object's lease; null for no matter who.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<ChangeOutcome> ReplaceAsync(Resource changed, string? leaseHolder, CancellationToken cancellationToken);

    /// <summary>Deletes an object; false where there was none of the owner's.</summary>
    ValueTask<bool> DeleteAsync(string kind, string owner, string id, CancellationToken cancellationToken);

    /// <summary>Objects of any owner that have expired and are still stored, those first that expired first.</summary>
    ValueTask<IReadOnlyList<Resource>> ExpiredAsync(int most, CancellationToken cancellationToken);

    /// <summary>Objects of a kind, of any owner, that are <see cref="Resource.Open"/>, oldest first.</summary>
    ValueTask<IReadOnlyList<Resource>> OpenAsync(string kind, int most, CancellationToken cancellationToken);

    /// <summary>Takes or renews the right to work on an object.</summary>
    /// <param name="kind">The object's kind.</param>
    /// <param name="id">The object's id.</param>
    /// <param name="holder">Who asks.</param>
    /// <param name="life">How long the right lasts unless renewed.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether the holder has it now.</returns>
    ValueTask<bool> TryLeaseAsync(string kind, string id, string holder, TimeSpan life, CancellationToken cancellationToken);

    /// <summary>Gives the right back; does nothing where it is somebody else's.</summary>
    ValueTask ReleaseAsync(string kind, string id, string holder, CancellationToken cancellationToken);
}

/// <summary>The store does not answer. Worth another try later.</summary>
public sealed class ResourceStoreUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
