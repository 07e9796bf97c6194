using System.Globalization;
using FakeAi.Gateway.Requests;
using FakeAi.Gateway.Resources.Files;
using Microsoft.Extensions.Options;

namespace FakeAi.Gateway.Resources.Batches;

/// <summary><c>/v1/batches</c>.</summary>
internal sealed class BatchesEndpoints(
    ResourceExchange exchange, BatchCollection batches, FileCollection files, BatchCalls calls, BatchRunner runner, IOptions<ResourceOptions> options, TimeProvider clock)
{
    private const string All = "/v1/batches";
    private const string One = "/v1/batches/{id}";
    private const string Cancel = "/v1/batches/{id}/cancel";
    private const int MostListed = 100;
    private const int Listed = 20;

    private readonly ResourceOptions _options = options.Value;

    public void Map(IEndpointRouteBuilder app)
    {
        app.MapPost(All, exchange.For(All, CreateAsync));
        app.MapGet(All, exchange.For(All, ListAsync));
        app.MapGet(One, exchange.For(One, GetAsync));
        app.MapPost(Cancel, exchange.For(Cancel, CancelAsync));
    }

    private async Task CreateAsync(HttpContext context, string owner)
    {
        var request = GatewayRequest.Of(context);
        var now = clock.GetUtcNow();
        var batch = await exchange.ReadAsync(context, root =>
        {
            ResourceFields.Only(root, "input_file_id", "endpoint", "completion_window", "metadata", "output_expires_after");
            return new StoredBatch(
                new OpenAiBatch
                {
                    Id = ResourceIds.Batch(),
                    InputFileId = ResourceFields.Text(root, "input_file_id"),
                    Endpoint = ResourceFields.OneOf(root, "endpoint", [.. calls.Endpoints]),
                    CompletionWindow = ResourceFields.OneOf(root, "completion_window", ["24h"]),
                    Status = BatchStatus.Validating,
                    CreatedAt = now.ToUnixTimeSeconds(),
                    ExpiresAt = (now + _options.BatchWindow).ToUnixTimeSeconds(),
                    Metadata = ResourceFields.Metadata(root),
                },
                request.Key, request.Owner?.Organization, request.Owner?.Project, request.Owner is not null,
                ResourceIds.File(), ResourceIds.File(), (int?)ResourceFields.Life(root, "output_expires_after")?.TotalSeconds);
        });
        await CheckInputAsync(owner, batch.Batch.InputFileId, context.RequestAborted);
        await batches.AddAsync(owner, batch.Batch.Id, batch, "", now + _options.BatchLife, open: true, context.RequestAborted);
        runner.Wake();
        await WriteAsync(context, batch.Batch);
    }

    private async Task ListAsync(HttpContext context, string owner)
    {
        var limit = ResourceFields.Limit(context.Request, MostListed, Listed);
        var (items, more) = await batches.ListAsync(context.Request, owner, limit, descending: true, label: null, context.RequestAborted);
        await ResourceExchange.WriteAsync(
            context, new BatchList([.. items.Select(static b => b.Batch)], items.Count == 0 ? null : items[0].Batch.Id, items.Count == 0 ? null : items[^1].Batch.Id, more),
            ResourceJsonContext.Default.BatchList);
    }

    private async Task GetAsync(HttpContext context, string owner) =>
        await WriteAsync(context, (await batches.GetAsync(owner, Id(context), context.RequestAborted)).Value.Batch);

    private async Task CancelAsync(HttpContext context, string owner)
    {
        var (resource, _) = await batches.GetAsync(owner, Id(context), context.RequestAborted);
        var changed = await batches.ChangeAsync(
            resource,
            current => BatchStatus.IsOver(current.Batch.Status) ? throw ResourceErrors.WrongState($"Cannot cancel a batch with status '{current.Batch.Status}'.")
                : current.Batch.Status == BatchStatus.Cancelling ? null
                : current with { Batch = current.Batch with { Status = BatchStatus.Cancelling, CancellingAt = clock.GetUtcNow().ToUnixTimeSeconds() } },
            leaseHolder: null, context.RequestAborted);
        runner.Wake();
        await WriteAsync(context, changed.Batch);
    }

    private async Task CheckInputAsync(string owner, string id, CancellationToken cancellationToken)
    {
        var file = (await files.FindAsync(owner, id, cancellationToken))?.Value
            ?? throw ResourceErrors.Invalid($"Invalid 'input_file_id': no such File object: {ResourceErrors.Shorten(id)}", "input_file_id", "invalid_value");
        if (file.Purpose != FilePurposes.Batch)
        {
            throw ResourceErrors.Invalid($"Invalid 'input_file_id': the file's purpose is '{file.Purpose}', expected 'batch'.", "input_file_id", "invalid_value");
        }

        if (file.Bytes > _options.MaxBatchFileBytes)
        {
            throw ResourceErrors.Invalid(
                string.Create(CultureInfo.InvariantCulture, $"Invalid 'input_file_id': the file has {file.Bytes} bytes, at most {_options.MaxBatchFileBytes} are accepted."),
                "input_file_id", "file_too_large");
        }
    }

    private static string Id(HttpContext context) => Convert.ToString(context.Request.RouteValues["id"], CultureInfo.InvariantCulture) ?? "";

    private static Task WriteAsync(HttpContext context, OpenAiBatch batch) => ResourceExchange.WriteAsync(context, batch, ResourceJsonContext.Default.OpenAiBatch);
}
