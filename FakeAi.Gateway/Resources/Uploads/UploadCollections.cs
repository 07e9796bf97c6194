using FakeAi.Storage.Blobs;
using FakeAi.Storage.Resources;
using Microsoft.Extensions.Options;

namespace FakeAi.Gateway.Resources.Uploads;

/// <summary>All uploads.</summary>
internal sealed class UploadCollection(IResourceStore store, IOptions<ResourceOptions> options)
    : ResourceCollection<StoredUpload>(store, options, ResourceJsonContext.Default.StoredUpload, "upload", "Upload");

/// <summary>All parts of uploads, by their upload. They end when it can no longer be completed.</summary>
internal sealed class PartCollection(IResourceStore store, IBlobStore blobs, IOptions<ResourceOptions> options)
    : ResourceCollection<OpenAiPart>(store, options, ResourceJsonContext.Default.OpenAiPart, KindName, "Upload Part"), IExpiringKind
{
    public const string KindName = "upload_part";

    /// <summary>Most parts that are looked for at once.</summary>
    private const int Page = 500;

    private readonly IResourceStore _store = store;

    /// <summary>Deletes an upload's parts and their bytes.</summary>
    public async Task RemoveAllAsync(string owner, string uploadId, CancellationToken cancellationToken)
    {
        while (true)
        {
            var page = await _store.ListAsync(new ResourceQuery(Kind, owner, Page) { Label = uploadId }, cancellationToken);
            foreach (var part in page!.Items)
            {
                await ExpireAsync(part, cancellationToken);
            }

            if (!page.HasMore)
            {
                return;
            }
        }
    }

    public async Task ExpireAsync(Resource resource, CancellationToken cancellationToken)
    {
        if (await DeleteAsync(resource.Owner, resource.Id, cancellationToken))
        {
            blobs.Delete(resource.Id);
        }
    }
}
