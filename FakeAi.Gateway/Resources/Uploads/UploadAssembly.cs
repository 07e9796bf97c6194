using System.Globalization;
using System.Security.Cryptography;
using FakeAi.Gateway.Resources.Files;
using FakeAi.Storage.Blobs;

namespace FakeAi.Gateway.Resources.Uploads;

/// <summary>Puts the parts of an upload together to a file.</summary>
internal sealed class UploadAssembly(PartCollection parts, FileCollection files, IBlobStore blobs)
{
    private const int Buffer = 128 * 1024;

    /// <summary>Makes the file. Doing it again makes the same file again.</summary>
    /// <param name="owner">Whose upload it is.</param>
    /// <param name="upload">The upload.</param>
    /// <param name="partIds">Its parts, in their order.</param>
    /// <param name="md5">MD5 of the whole, hex; null where it is not to be checked.</param>
    /// <param name="cancellationToken">Ends the work; nothing is left behind.</param>
    /// <exception cref="ResourceFault">A part is not the upload's, or the whole is not what was promised.</exception>
    public async Task<OpenAiFile> MakeAsync(string owner, StoredUpload upload, IReadOnlyList<string> partIds, string? md5, CancellationToken cancellationToken)
    {
        await using var file = blobs.Create();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        var buffer = new byte[Buffer];
        foreach (var id in partIds)
        {
            if (await parts.FindAsync(owner, id, cancellationToken) is not { } part || part.Value.UploadId != upload.Upload.Id || blobs.OpenRead(id) is not { } bytes)
            {
                throw ResourceErrors.Invalid($"Part '{ResourceErrors.Shorten(id)}' does not exist on this upload.", "part_ids", "invalid_value");
            }

            await using (bytes)
            {
                int read;
                while ((read = await bytes.ReadAsync(buffer, cancellationToken)) > 0)
                {
                    hash.AppendData(buffer, 0, read);
                    await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                }
            }
        }

        var promised = upload.Upload.Bytes;
        if (file.Length != promised)
        {
            throw ResourceErrors.Invalid(
                string.Create(CultureInfo.InvariantCulture, $"Upload size mismatch: {promised} bytes were announced, but the parts have {file.Length} bytes."), "part_ids", "invalid_value");
        }

        if (md5 is not null && !string.Equals(md5, Convert.ToHexString(hash.GetHashAndReset()), StringComparison.OrdinalIgnoreCase))
        {
            throw ResourceErrors.Invalid("The md5 of the parts put together is another than the one given.", "md5", "invalid_value");
        }

        file.Commit(upload.FileId);
        return await files.AddAsync(
            owner, upload.FileId, file.Length, upload.Upload.Filename, upload.Upload.Purpose,
            upload.FileSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null, cancellationToken);
    }
}
