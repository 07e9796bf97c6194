using System.Globalization;
using System.Text.Json;
using FakeAi.Contracts.Catalogue;
using FakeAi.Gateway.OpenAi;
using FakeAi.Gateway.Requests;

namespace FakeAi.Gateway.Providers.Anthropic;

/// <summary>Anthropic's list of models: the newest first, in pages of ids before or after one.</summary>
internal sealed class AnthropicModels(ModelCatalogue catalogue) : IModelList
{
    private const int DefaultLimit = 20;
    private const int MostLimit = 1000;
    private const int MaxQuotedId = 128;

    private readonly ModelInfo[] _models = [.. catalogue.Models
        .Where(static m => m is { Provider: "anthropic", Kind: "chat" }).OrderByDescending(static m => m.Created).ThenBy(static m => m.Id, StringComparer.Ordinal)];

    public Task ListAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var (before, after) = (query["before_id"].ToString(), query["after_id"].ToString());
        var wrongLimit = Limit(query["limit"].ToString(), out var limit);
        if ((GatewayRequest.Of(context).Surface.Check(context.Request) ?? wrongLimit) is { } error)
        {
            return error.WriteAsync(context);
        }

        // An id that is not in the list has nothing before or after it.
        var end = before.Length == 0 ? _models.Length : Math.Max(0, IndexOf(before));
        var start = after.Length == 0 ? 0 : IndexOf(after) is >= 0 and var at ? at + 1 : _models.Length;
        var page = before.Length == 0 ? _models[start..Math.Min(end, start + limit)] : _models[Math.Max(0, end - limit)..end];
        var more = before.Length == 0 ? start + limit < end : end > limit;
        return JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("data"u8);
            foreach (var model in page)
            {
                Write(json, model);
            }

            json.WriteEndArray();
            json.WriteBoolean("has_more"u8, more);
            json.WriteString("first_id"u8, page.Length == 0 ? null : IdOf(page[0]));
            json.WriteString("last_id"u8, page.Length == 0 ? null : IdOf(page[^1]));
            json.WriteEndObject();
        });
    }

    public Task GetAsync(HttpContext context, string id)
    {
        if (GatewayRequest.Of(context).Surface.Check(context.Request) is { } error)
        {
            return error.WriteAsync(context);
        }

        return catalogue.TryGet(id, out var model) && Array.IndexOf(_models, model) >= 0
            ? JsonAnswer.WriteAsync(context, json => Write(json, model))
            : new OpenAiError(
                404, $"model: {(id.Length <= MaxQuotedId ? id : id[..MaxQuotedId])}", "not_found_error", "model", "model_not_found") { AsTold = true }.WriteAsync(context);
    }

    private static OpenAiError? Limit(string text, out int limit)
    {
        limit = DefaultLimit;
        return text.Length == 0 || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) && limit is >= 1 and <= MostLimit)
            ? null
            : new OpenAiError(400, $"limit: Input should be a valid integer from 1 to {MostLimit.ToString(CultureInfo.InvariantCulture)}", OpenAiErrors.InvalidRequest, "limit");
    }

    private int IndexOf(string id) => catalogue.TryGet(id, out var model) ? Array.IndexOf(_models, model) : -1;

    /// <summary>Anthropic lists the dated snapshots.</summary>
    private static string IdOf(ModelInfo model) => model.Snapshot ?? model.Id;

    private static void Write(Utf8JsonWriter json, ModelInfo model)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "model"u8);
        json.WriteString("id"u8, IdOf(model));
        json.WriteString("display_name"u8, ModelNames.Display(model.Id));
        json.WriteString("created_at"u8, DateTimeOffset.FromUnixTimeSeconds(model.Created).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        json.WriteNumber("max_input_tokens"u8, model.ContextWindow);
        json.WriteNumber("max_tokens"u8, model.MaxOutputTokens);
        json.WriteEndObject();
    }
}
