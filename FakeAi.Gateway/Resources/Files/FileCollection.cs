using FakeAi.Storage.Blobs;
using FakeAi.Storage.Resources;
using Microsoft.Extensions.Options;

namespace FakeAi.Gateway.Resources.Files;

/// <summary>All files: what is told of them in the store, their bytes as blobs.</summary>
internal sealed class FileCollection(IResourceStore store, IBlobStore blobs, IOptions<ResourceOptions> options, TimeProvider clock)
    : ResourceCollection<OpenAiFile>(store, options, ResourceJsonContext.Default.OpenAiFile, KindName, "File"), IExpiringKind
{
    public const string KindName = "file";

    private readonly TimeSpan _batchLife = options.Value.BatchFileLife;

    /// <summary>Makes a file of a blob that is committed under its id. Without a life of its own a batch's file has the usual one. Gives the file that is there where it is made again.</summary>
    /// <exception cref="ResourceFault">The owner has too many; the blob is deleted.</exception>
    /// <exception cref="ResourceStoreUnavailableException">Perhaps it is stored, perhaps not; a blob without a file is swept later.</exception>
    public async Task<OpenAiFile> AddAsync(
        string owner, string id, long bytes, string filename, string purpose, TimeSpan? life, CancellationToken cancellationToken)
    {
        life ??= purpose == FilePurposes.Batch ? _batchLife : null;
        var now = clock.GetUtcNow();
        var end = now + life;
        var file = new OpenAiFile(id, bytes, now.ToUnixTimeSeconds(), end?.ToUnixTimeSeconds(), filename, purpose);
        try
        {
            return await AddAsync(owner, id, file, purpose, end, open: false, cancellationToken) ? file : (await GetAsync(owner, id, cancellationToken)).Value;
        }
        catch (ResourceFault)
        {
            blobs.Delete(id);
            throw;
        }
    }

    /// <summary>Makes a file of a batch's results. However many there are: what was computed is not thrown away.</summary>
    public async Task AddOutputAsync(string owner, string id, long bytes, string filename, TimeSpan? life, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var end = now + (life ?? _batchLife);
        var file = new OpenAiFile(id, bytes, now.ToUnixTimeSeconds(), end.ToUnixTimeSeconds(), filename, FilePurposes.BatchOutput);
        await AddAsync(owner, id, file, file.Purpose, end, open: false, cancellationToken, bounded: false);
    }

    /// <summary>Deletes a file and its bytes.</summary>
    /// <exception cref="ResourceFault">There is none.</exception>
    public async Task RemoveAsync(string owner, string id, CancellationToken cancellationToken)
    {
        // First the object: nobody must find one whose bytes are gone.
        if (!await DeleteAsync(owner, id, cancellationToken))
        {
            throw ResourceErrors.NotFound("File", id);
        }

        blobs.Delete(id);
    }

    /// <summary>The bytes of a file.</summary>
    /// <exception cref="ResourceFault">They are gone.</exception>
    public FileStream OpenRead(OpenAiFile file) => blobs.OpenRead(file.Id) ?? throw ResourceErrors.NotFound("File", file.Id);

    public async Task ExpireAsync(Resource resource, CancellationToken cancellationToken)
    {
        if (await DeleteAsync(resource.Owner, resource.Id, cancellationToken))
        {
            blobs.Delete(resource.Id);
        }
    }
}
