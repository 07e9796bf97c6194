using System.Globalization;
using System.Text.Json;
using FakeAi.Gateway.Resources.Files;
using FakeAi.Storage.Blobs;
using FakeAi.Storage.Resources;
using Microsoft.Extensions.Options;

namespace FakeAi.Gateway.Resources.Uploads;

/// <summary><c>/v1/uploads</c>: files that come in parts.</summary>
internal sealed class UploadsEndpoints(
    ResourceExchange exchange, UploadCollection uploads, PartCollection parts, UploadAssembly assembly, IBlobStore blobs, IOptions<ResourceOptions> options, TimeProvider clock)
{
    private const string All = "/v1/uploads";
    private const string Parts = "/v1/uploads/{id}/parts";
    private const string Complete = "/v1/uploads/{id}/complete";
    private const string Cancel = "/v1/uploads/{id}/cancel";
    private const int MostParts = 10_000;

    private readonly ResourceOptions _options = options.Value;

    public void Map(IEndpointRouteBuilder app)
    {
        app.MapPost(All, exchange.For(All, CreateAsync));
        app.MapPost(Parts, exchange.For(Parts, AddPartAsync));
        app.MapPost(Complete, exchange.For(Complete, CompleteAsync));
        app.MapPost(Cancel, exchange.For(Cancel, CancelAsync));
    }

    private async Task CreateAsync(HttpContext context, string owner)
    {
        var now = clock.GetUtcNow();
        var end = now + _options.UploadLife;
        var upload = await exchange.ReadAsync(context, root =>
        {
            ResourceFields.Only(root, "filename", "purpose", "bytes", "mime_type", "expires_after");
            var filename = ResourceFields.Text(root, "filename");
            var purpose = ResourceFields.OneOf(root, "purpose", FilePurposes.Uploadable);
            var bytes = ResourceFields.Integer(root, "bytes", 1, _options.MaxUploadBytes);
            if (ResourceFields.Text(root, "mime_type").Length == 0 || filename.Length is 0 or > 255)
            {
                throw ResourceErrors.Invalid("Invalid 'filename' or 'mime_type': expected 1 to 255 characters.", "filename", "invalid_value");
            }

            return FilePurposes.CheckName(purpose, filename) is { } wrong ? throw wrong : new StoredUpload(
                new OpenAiUpload(ResourceIds.Upload(), bytes, now.ToUnixTimeSeconds(), end.ToUnixTimeSeconds(), filename, purpose, UploadStatus.Pending),
                ResourceIds.File(), (int?)ResourceFields.Life(root, "expires_after")?.TotalSeconds);
        });
        await uploads.AddAsync(owner, upload.Upload.Id, upload, "", end + _options.UploadLife, open: false, context.RequestAborted);
        await WriteAsync(context, upload.Upload);
    }

    private async Task AddPartAsync(HttpContext context, string owner)
    {
        var (_, upload) = await PendingAsync(context, owner);
        await using var form = await MultipartForm.ReadAsync(context, "data", blobs, _options.MaxPartBytes, "part");
        if (form.Names.FirstOrDefault() is { } unknown)
        {
            throw ResourceErrors.Unknown(unknown);
        }

        var bytes = form.File ?? throw ResourceErrors.Missing("data");
        var part = new OpenAiPart(ResourceIds.Part(), clock.GetUtcNow().ToUnixTimeSeconds(), upload.Upload.Id);
        bytes.Commit(part.Id);
        try
        {
            await parts.AddAsync(
                owner, part.Id, part, upload.Upload.Id, DateTimeOffset.FromUnixTimeSeconds(upload.Upload.ExpiresAt), open: false, context.RequestAborted);
        }
        catch (ResourceFault)
        {
            blobs.Delete(part.Id);
            throw;
        }

        await ResourceExchange.WriteAsync(context, part, ResourceJsonContext.Default.OpenAiPart);
    }

    private async Task CompleteAsync(HttpContext context, string owner)
    {
        var (ids, md5) = await exchange.ReadAsync(context, static root =>
        {
            ResourceFields.Only(root, "part_ids", "md5");
            return (PartIds(root), ResourceFields.TextOrNull(root, "md5"));
        });
        var (resource, upload) = await PendingAsync(context, owner);
        var file = await assembly.MakeAsync(owner, upload, ids, md5, context.RequestAborted);
        await EndAsync(context, owner, resource, upload with { Upload = upload.Upload with { Status = UploadStatus.Completed, File = file } });
    }

    private async Task CancelAsync(HttpContext context, string owner)
    {
        var (resource, upload) = await PendingAsync(context, owner);
        await EndAsync(context, owner, resource, upload with { Upload = upload.Upload with { Status = UploadStatus.Cancelled } });
    }

    private async Task EndAsync(HttpContext context, string owner, Resource resource, StoredUpload ended)
    {
        if (await uploads.ReplaceAsync(resource, ended, context.RequestAborted) != ChangeOutcome.Changed)
        {
            throw ResourceErrors.Invalid($"Upload '{resource.Id}' was completed or cancelled by another request.", "upload_id", "invalid_value");
        }

        await parts.RemoveAllAsync(owner, resource.Id, context.RequestAborted);
        await WriteAsync(context, ended.Upload);
    }

    /// <summary>The upload of the route.</summary>
    /// <exception cref="ResourceFault">There is none, or it is over.</exception>
    private async Task<(Resource, StoredUpload)> PendingAsync(HttpContext context, string owner)
    {
        var id = Convert.ToString(context.Request.RouteValues["id"], CultureInfo.InvariantCulture) ?? "";
        var (resource, upload) = await uploads.GetAsync(owner, id, context.RequestAborted);
        var status = upload.Upload.Status == UploadStatus.Pending && upload.Upload.ExpiresAt <= clock.GetUtcNow().ToUnixTimeSeconds()
            ? UploadStatus.Expired
            : upload.Upload.Status;
        return status == UploadStatus.Pending
            ? (resource, upload)
            : throw ResourceErrors.Invalid($"Upload '{id}' is not pending: its status is '{status}'.", "upload_id", "invalid_value");
    }

    private static string[] PartIds(JsonElement root)
    {
        var value = ResourceFields.Given(root, "part_ids") ?? throw ResourceErrors.Missing("part_ids");
        if (value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(static id => id.ValueKind != JsonValueKind.String))
        {
            throw ResourceErrors.WrongType("part_ids", "an array of strings");
        }

        string[] ids = [.. value.EnumerateArray().Select(static id => id.GetString()!)];
        return ids.Length is > 0 and <= MostParts && ids.Distinct(StringComparer.Ordinal).Count() == ids.Length
            ? ids
            : throw ResourceErrors.Invalid("Invalid 'part_ids': expected 1 to 10000 ids, each once.", "part_ids", "invalid_value");
    }

    private static Task WriteAsync(HttpContext context, OpenAiUpload upload) =>
        ResourceExchange.WriteAsync(context, upload, ResourceJsonContext.Default.OpenAiUpload);
}
