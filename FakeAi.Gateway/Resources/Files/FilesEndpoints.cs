using System.Globalization;
using FakeAi.Gateway.OpenAi;
using FakeAi.Gateway.Requests;
using FakeAi.Storage.Blobs;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace FakeAi.Gateway.Resources.Files;

/// <summary><c>/v1/files</c>.</summary>
internal sealed class FilesEndpoints(ResourceExchange exchange, FileCollection files, IBlobStore blobs, IOptions<ResourceOptions> options)
{
    private const string All = "/v1/files";
    private const string One = "/v1/files/{id}";
    private const string Content = "/v1/files/{id}/content";
    private const int MostListed = 10_000;

    private readonly long _most = options.Value.MaxFileBytes;

    public void Map(IEndpointRouteBuilder app)
    {
        app.MapPost(All, exchange.For(All, CreateAsync));
        app.MapGet(All, exchange.For(All, ListAsync));
        app.MapGet(One, exchange.For(One, GetAsync));
        app.MapDelete(One, exchange.For(One, DeleteAsync));
        app.MapGet(Content, exchange.For(Content, ContentAsync));
    }

    private async Task CreateAsync(HttpContext context, string owner)
    {
        await using var form = await MultipartForm.ReadAsync(context, "file", blobs, _most, "file");
        foreach (var name in form.Names)
        {
            if (name is not ("purpose" or "expires_after[anchor]" or "expires_after[seconds]"))
            {
                throw ResourceErrors.Unknown(name);
            }
        }

        var file = form.File ?? throw ResourceErrors.Missing("file");
        var purpose = ResourceFields.OneOf(form.Field("purpose") ?? throw ResourceErrors.Missing("purpose"), "purpose", FilePurposes.Uploadable);
        var (anchor, seconds) = (form.Field("expires_after[anchor]"), form.Field("expires_after[seconds]"));
        TimeSpan? life = anchor is null && seconds is null ? null : ResourceFields.Life("expires_after", anchor, seconds);
        if (form.Filename.Length == 0)
        {
            throw ResourceErrors.Invalid("Invalid 'file': expected a file with a name.", "file");
        }

        if (file.Length == 0)
        {
            throw ResourceErrors.Invalid("File is empty.", "file", "empty_file");
        }

        if (FilePurposes.CheckName(purpose, form.Filename) is { } wrong)
        {
            throw wrong;
        }

        var id = ResourceIds.File();
        file.Commit(id);
        await ResourceExchange.WriteAsync(
            context, await files.AddAsync(owner, id, file.Length, form.Filename, purpose, life, context.RequestAborted), ResourceJsonContext.Default.OpenAiFile);
    }

    private async Task ListAsync(HttpContext context, string owner)
    {
        var limit = ResourceFields.Limit(context.Request, MostListed, MostListed);
        var order = ResourceFields.OneOf(ResourceFields.Query(context.Request, "order") ?? "desc", "order", ["asc", "desc"]);
        var (items, more) = await files.ListAsync(
            context.Request, owner, limit, order == "desc", ResourceFields.Query(context.Request, "purpose"), context.RequestAborted);
        await ResourceExchange.WriteAsync(
            context, new FileList(items, items.Count == 0 ? "" : items[0].Id, items.Count == 0 ? "" : items[^1].Id, more), ResourceJsonContext.Default.FileList);
    }

    private async Task GetAsync(HttpContext context, string owner) => await ResourceExchange.WriteAsync(
        context, (await files.GetAsync(owner, Id(context), context.RequestAborted)).Value, ResourceJsonContext.Default.OpenAiFile);

    private async Task DeleteAsync(HttpContext context, string owner)
    {
        await files.RemoveAsync(owner, Id(context), context.RequestAborted);
        await ResourceExchange.WriteAsync(context, new FileDeleted(Id(context)), ResourceJsonContext.Default.FileDeleted);
    }

    private async Task ContentAsync(HttpContext context, string owner)
    {
        var (_, file) = await files.GetAsync(owner, Id(context), context.RequestAborted);
        await using var bytes = files.OpenRead(file);
        var response = context.Response;
        OpenAiHeaders.Stamp(context, GatewayRequest.Of(context));

        // Whatever its name says: what one user stored must not run in another's browser.
        response.ContentType = "application/octet-stream";
        response.Headers.XContentTypeOptions = "nosniff";
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(file.Filename);
        response.Headers.ContentDisposition = disposition.ToString();
        response.Headers.ContentLength = bytes.Length;
        await bytes.CopyToAsync(response.Body, context.RequestAborted);
    }

    private static string Id(HttpContext context) => Convert.ToString(context.Request.RouteValues["id"], CultureInfo.InvariantCulture) ?? "";
}
