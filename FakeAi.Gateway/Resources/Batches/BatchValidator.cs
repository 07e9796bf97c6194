using System.Globalization;
using System.Text.Json;
using FakeAi.Contracts.Catalogue;
using Microsoft.Extensions.Options;

namespace FakeAi.Gateway.Resources.Batches;

/// <summary>What is wrong with an input file, line by line.</summary>
/// <param name="Total">How many requests it has.</param>
/// <param name="Model">The model that they name.</param>
/// <param name="Errors">The first faults; empty where there are none.</param>
internal sealed record BatchFindings(int Total, string? Model, IReadOnlyList<BatchError> Errors);

/// <summary>Checks an input file before any of it runs, as OpenAI does.</summary>
internal sealed class BatchValidator(ModelCatalogue catalogue, IOptions<ResourceOptions> options, IOptions<GatewayOptions> gateway)
{
    private const int MostErrors = 100;
    private const int LongestId = 512;

    private readonly int _mostRequests = options.Value.MaxBatchRequests;
    private readonly int _longest = gateway.Value.MaxBodyBytes;

    /// <summary>Reads the whole file, at most as many requests as may be.</summary>
    public async Task<BatchFindings> CheckAsync(Stream file, string endpoint, CancellationToken cancellationToken)
    {
        var errors = new List<BatchError>();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        string? model = null;
        var total = 0;
        await foreach (var line in BatchInput.ReadAsync(file, _longest, cancellationToken))
        {
            if (++total > _mostRequests)
            {
                errors.Add(new BatchError(
                    "too_many_requests",
                    string.Create(CultureInfo.InvariantCulture, $"The batch input file has more than {_mostRequests} requests, which is the most that is allowed.")));
                break;
            }

            if (errors.Count < MostErrors && Fault(line, endpoint, ids, ref model) is { } fault)
            {
                errors.Add(fault with { Line = line.Number });
            }
        }

        if (total == 0)
        {
            errors.Add(new BatchError("empty_file", "The batch input file is empty. Please ensure that the batch contains at least one request."));
        }

        return new BatchFindings(total, model, errors);
    }

    private BatchError? Fault(BatchLine line, string endpoint, HashSet<string> ids, ref string? model)
    {
        if (line.Json is null)
        {
            return new BatchError("invalid_request", "This line is longer than a request may be.");
        }

        if (BatchInput.Parse(line.Json) is not { } request)
        {
            return new BatchError("invalid_json_line", "This line is not parseable as valid JSON.");
        }

        if (Text(request, "custom_id") is not { Length: > 0 and <= LongestId } id)
        {
            return Missing("custom_id");
        }

        if (!ids.Add(id))
        {
            return new BatchError(
                "duplicate_custom_id",
                $"The custom_id '{ResourceErrors.Shorten(id)}' for this request is a duplicate of another request. The custom_id parameter must be unique for each request in a batch.",
                "custom_id");
        }

        if (Text(request, "method") is not "POST")
        {
            return Text(request, "method") is { } method
                ? new BatchError("invalid_method", $"Invalid method: '{ResourceErrors.Shorten(method)}'. Only POST is supported.", "method")
                : Missing("method");
        }

        if (Text(request, "url") is not { } url)
        {
            return Missing("url");
        }

        if (url != endpoint)
        {
            return new BatchError("invalid_url", "The URL provided for this request does not match the batch endpoint.", "url");
        }

        return request.TryGetProperty("body", out var body) && body.ValueKind == JsonValueKind.Object ? Fault(body, ref model) : Missing("body");
    }

    private BatchError? Fault(JsonElement body, ref string? model)
    {
        if (body.TryGetProperty("stream", out var stream) && stream.ValueKind == JsonValueKind.True)
        {
            return new BatchError("invalid_request", "Streaming is not supported in the Batch API.", "body.stream");
        }

        if (Text(body, "model") is not { } named)
        {
            return Missing("body.model");
        }

        if (!catalogue.TryGet(named, out _))
        {
            return new BatchError("model_not_found", $"The provided model '{ResourceErrors.Shorten(named)}' is not supported by the Batch API.", "body.model");
        }

        model ??= named;
        return model == named ? null : new BatchError(
            "mismatched_model",
            $"The provided model '{named}' does not match the model '{model}' of the requests before. All requests of a batch must name the same model.",
            "body.model");
    }

    private static BatchError Missing(string param) => new("missing_required_parameter", $"Missing required parameter: '{param}'.", param);

    private static string? Text(JsonElement parent, string name)
    {
        try
        {
            return parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // Not Unicode.
            return null;
        }
    }
}
