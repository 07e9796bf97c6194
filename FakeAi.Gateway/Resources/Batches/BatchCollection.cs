using FakeAi.Storage.Resources;
using Microsoft.Extensions.Options;

namespace FakeAi.Gateway.Resources.Batches;

/// <summary>All batches; those that are not over are open.</summary>
internal sealed class BatchCollection(IResourceStore store, IOptions<ResourceOptions> options)
    : ResourceCollection<StoredBatch>(store, options, ResourceJsonContext.Default.StoredBatch, KindName, "Batch")
{
    public const string KindName = "batch";

    /// <summary>Changes a batch, again where somebody else did so meanwhile.</summary>
    /// <param name="resource">It, as last read.</param>
    /// <param name="change">Makes the new one from that which is stored; null leaves it alone.</param>
    /// <param name="leaseHolder">Who must hold its lease; null for no matter who.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>It, as it is stored now.</returns>
    /// <exception cref="BatchLostException">It is gone, or somebody else has the lease.</exception>
    public async Task<StoredBatch> ChangeAsync(
        Resource resource, Func<StoredBatch, StoredBatch?> change, string? leaseHolder, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (current, value) = await FindAsync(resource.Owner, resource.Id, cancellationToken) ?? throw new BatchLostException(resource.Id);
            if (change(value) is not { } changed)
            {
                return value;
            }

            var outcome = await ReplaceAsync(current with { Open = !BatchStatus.IsOver(changed.Batch.Status) }, changed, cancellationToken, leaseHolder);
            switch (outcome)
            {
                case ChangeOutcome.Changed:
                    return changed;
                case not ChangeOutcome.Conflict:
                    throw new BatchLostException(resource.Id);
            }
        }
    }
}

/// <summary>A batch is gone, or another replica works on it.</summary>
internal sealed class BatchLostException(string id) : Exception($"{id} is somebody else's now.");
