using System.Text.Json;
using FakeAi.Gateway.Resources.Files;
using FakeAi.Storage.Blobs;
using FakeAi.Storage.Resources;
using Microsoft.Extensions.Options;

namespace FakeAi.Gateway.Resources.Batches;

/// <summary>Brings batches to their end, from wherever the process that had them before left off.</summary>
internal sealed class BatchRun(
    BatchCollection batches, FileCollection files, IBlobStore blobs, IResourceStore store, BatchValidator validator, BatchCalls calls,
    IOptions<ResourceOptions> options, IOptions<GatewayOptions> gateway, TimeProvider clock)
{
    private const int Attempts = 5;

    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(250);
    private static readonly (string, string) s_expired = ("batch_expired", "This request could not be executed before the completion window expired.");
    private static readonly (string, string) s_broken = ("server_error", "The server had an error while processing this request.");

    private readonly ResourceOptions _options = options.Value;

    private long Now => clock.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>Works on a batch until it is over, or must be left to another replica.</summary>
    /// <param name="resource">The batch. Its lease is taken, and is given back here.</param>
    /// <param name="holder">Who has the lease.</param>
    /// <param name="stopping">The gateway stops: what is done stays done, the rest is left to others.</param>
    /// <returns>Whether it is over.</returns>
    /// <exception cref="IOException">The disk does not take its files; worth another try later.</exception>
    public async Task<bool> RunAsync(Resource resource, string holder, CancellationToken stopping)
    {
        var progress = new BatchProgress();
        await using var lease = new BatchLease(batches, store, resource, holder, Told, _options, clock, stopping);
        try
        {
            var stored = await ValidateAsync(resource, lease);
            if (BatchStatus.IsOver(stored.Batch.Status))
            {
                return true;
            }

            await using var output = await BatchOutput.OpenAsync(blobs, stored.OutputFileId, progress.Restore, lease.Alive);
            await using var errors = output is null ? null : await BatchOutput.OpenAsync(blobs, stored.ErrorFileId, progress.Restore, lease.Alive);
            if (output is null || errors is null)
            {
                // Its owner before is paused rather than dead, and still has the files.
                return false;
            }

            var readable = stored.Batch.Status != BatchStatus.InProgress || await WorkAsync(resource, stored, progress, output, errors, lease);
            await FinishAsync(resource, progress, output, errors, readable, lease);
            return true;
        }
        catch (Exception e) when (e is OperationCanceledException or BatchLostException or ResourceStoreUnavailableException)
        {
            // Somebody goes on with it: another replica, or this one a little later.
            return false;
        }

        StoredBatch? Told(StoredBatch current)
        {
            var counts = progress.Counts(current.Batch.RequestCounts.Total);
            return current.Batch.Status == BatchStatus.InProgress && counts != current.Batch.RequestCounts && counts.Completed + counts.Failed > 0
                ? current with { Batch = current.Batch with { RequestCounts = counts } }
                : null;
        }
    }

    private async Task<StoredBatch> ValidateAsync(Resource resource, BatchLease lease)
    {
        var stored = batches.Read(resource);
        if (stored.Batch.Status != BatchStatus.Validating)
        {
            return stored;
        }

        BatchFindings found;
        if (await OpenInputAsync(resource, stored, lease.Alive) is { } input)
        {
            await using (input)
            {
                found = await validator.CheckAsync(input, stored.Batch.Endpoint, lease.Alive);
            }
        }
        else
        {
            found = new BatchFindings(0, null, [InputGone(stored)]);
        }

        return await batches.ChangeAsync(resource, Validated, lease.Holder, lease.Alive);

        StoredBatch? Validated(StoredBatch current) => current.Batch.Status != BatchStatus.Validating ? null : current with
        {
            Batch = found.Errors.Count > 0
                ? current.Batch with { Status = BatchStatus.Failed, FailedAt = Now, Errors = new BatchErrors(found.Errors), Model = found.Model }
                : current.Batch with { Status = BatchStatus.InProgress, InProgressAt = Now, RequestCounts = new BatchCounts(found.Total, 0, 0), Model = found.Model },
        };
    }

    /// <summary>Runs what is not done yet. False where the input is gone.</summary>
    private async Task<bool> WorkAsync(
        Resource resource, StoredBatch stored, BatchProgress progress, BatchOutput output, BatchOutput errors, BatchLease lease)
    {
        if (await OpenInputAsync(resource, stored, lease.Alive) is not { } input)
        {
            return false;
        }

        await using (input)
        {
            try
            {
                var parallel = new ParallelOptions { MaxDegreeOfParallelism = _options.BatchParallelism, CancellationToken = lease.Work };
                await Parallel.ForEachAsync(Undone(input, progress, lease.Work), parallel, async (request, cancellationToken) =>
                {
                    var answer = await AskAsync(stored, request.Body, cancellationToken);
                    var success = answer is not null && BatchProgress.IsSuccess(answer.Status);
                    await (success ? output : errors).AppendAsync(request.Id, answer, answer is null ? s_broken : null, lease.Alive);
                    progress.Note(request.Id, success, answer?.Body ?? default);
                });
            }
            catch (OperationCanceledException) when (!lease.Alive.IsCancellationRequested)
            {
                // Cancelled by its owner, or expired.
                if (stored.Batch.ExpiresAt <= Now)
                {
                    input.Position = 0;
                    await foreach (var request in Undone(input, progress, lease.Alive))
                    {
                        await errors.AppendAsync(request.Id, null, s_expired, lease.Alive);
                        progress.Note(request.Id, success: false, default);
                    }
                }
            }
        }

        return true;
    }

    /// <summary>The requests that are not done, one at a time.</summary>
    private async IAsyncEnumerable<(string Id, JsonElement Body)> Undone(
        Stream input, BatchProgress progress, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var line in BatchInput.ReadAsync(input, gateway.Value.MaxBodyBytes, cancellationToken))
        {
            var request = BatchInput.Parse(line.Json)!.Value;
            var id = request.GetProperty("custom_id").GetString()!;
            if (!progress.Has(id))
            {
                yield return (id, request.GetProperty("body"));
            }
        }
    }

    /// <summary>Asks until there is an answer that is the request's own, or it has been tried often enough.</summary>
    private async Task<BatchAnswer?> AskAsync(StoredBatch stored, JsonElement body, CancellationToken cancellationToken)
    {
        var pause = s_firstPause;
        for (var attempt = 1; ; attempt++)
        {
            var answer = await calls.AskAsync(stored, body, cancellationToken);
            if (attempt == Attempts || answer is { Status: not (429 or 502 or 503 or 504) })
            {
                return answer;
            }

            await Task.Delay(pause, clock, cancellationToken);
            pause *= 2;
        }
    }

    private async Task FinishAsync(Resource resource, BatchProgress progress, BatchOutput output, BatchOutput errors, bool readable, BatchLease lease)
    {
        var stored = await batches.ChangeAsync(
            resource,
            current => current.Batch.Status != BatchStatus.InProgress || current.Batch.ExpiresAt <= Now ? null : current with
            {
                Batch = current.Batch with { Status = BatchStatus.Finalizing, FinalizingAt = Now, RequestCounts = progress.Counts(current.Batch.RequestCounts.Total) },
            },
            lease.Holder, lease.Alive);
        var outputId = await FileAsync(resource, stored, stored.OutputFileId, "output", output, lease.Alive);
        var errorId = await FileAsync(resource, stored, stored.ErrorFileId, "error", errors, lease.Alive);
        await batches.ChangeAsync(resource, Ended, lease.Holder, lease.Alive);

        StoredBatch Ended(StoredBatch current)
        {
            var batch = current.Batch with
            {
                OutputFileId = outputId,
                ErrorFileId = errorId,
                RequestCounts = progress.Counts(current.Batch.RequestCounts.Total),
                Usage = progress.Usage(),
            };
            return current with
            {
                Batch = batch.Status switch
                {
                    BatchStatus.Cancelling => batch with { Status = BatchStatus.Cancelled, CancelledAt = Now },
                    BatchStatus.InProgress => batch with { Status = BatchStatus.Expired, ExpiredAt = Now },
                    _ when !readable => batch with { Status = BatchStatus.Failed, FailedAt = Now, Errors = new BatchErrors([InputGone(current)]) },
                    _ => batch with { Status = BatchStatus.Completed, CompletedAt = Now },
                },
            };
        }
    }

    /// <summary>Makes a file of what was written; null where nothing was.</summary>
    private async Task<string?> FileAsync(Resource resource, StoredBatch stored, string id, string what, BatchOutput lines, CancellationToken cancellationToken)
    {
        if (!lines.Finish())
        {
            return null;
        }

        await files.AddOutputAsync(
            resource.Owner, id, lines.Length, $"{resource.Id}_{what}.jsonl", stored.OutputSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null, cancellationToken);
        return id;
    }

    private async Task<FileStream?> OpenInputAsync(Resource resource, StoredBatch stored, CancellationToken cancellationToken) =>
        await files.FindAsync(resource.Owner, stored.Batch.InputFileId, cancellationToken) is null ? null : blobs.OpenRead(stored.Batch.InputFileId);

    private static BatchError InputGone(StoredBatch stored) =>
        new("file_not_found", $"The input file '{stored.Batch.InputFileId}' was deleted or has expired.", "input_file_id");
}
