using System.Globalization;
using System.Text;
using System.Text.Json;
using FakeAi.Contracts.Catalogue;
using FakeAi.Gateway.OpenAi;

namespace FakeAi.Gateway.Providers.Gemini;

/// <summary>Gemini's list of models, in pages; a page's token is the place where the next one begins, in base64.</summary>
internal sealed class GeminiModels(ModelCatalogue catalogue) : IModelList
{
    private const int DefaultSize = 50;
    private const int MostSize = 1000;
    private const int MaxQuotedId = 128;

    private readonly ModelInfo[] _models = [.. catalogue.Models.Where(static m => m is { Provider: "google", Kind: "chat" or "embedding" })];

    public Task ListAsync(HttpContext context)
    {
        var query = context.Request.Query;
        if (!TryNumber(First(query, "pageSize", "page_size"), out var size))
        {
            return Wrong("Invalid value at 'page_size' (TYPE_INT32)").WriteAsync(context);
        }

        size = size <= 0 ? DefaultSize : Math.Min(size, MostSize);
        if (!TryStart(First(query, "pageToken", "page_token"), out var start) || start > _models.Length)
        {
            return Wrong("Invalid page token.").WriteAsync(context);
        }

        var end = Math.Min(_models.Length, start + size);
        return JsonAnswer.WriteAsync(
            context,
            json =>
            {
                json.WriteStartObject();
                json.WriteStartArray("models"u8);
                foreach (var model in _models[start..end])
                {
                    Write(json, model);
                }

                json.WriteEndArray();
                if (end < _models.Length)
                {
                    json.WriteString("nextPageToken"u8, Convert.ToBase64String(Encoding.ASCII.GetBytes(end.ToString(CultureInfo.InvariantCulture))));
                }

                json.WriteEndObject();
            },
            indented: true);
    }

    public Task GetAsync(HttpContext context, string id) =>
        catalogue.TryGet(id, out var model) && Array.IndexOf(_models, model) >= 0
            ? JsonAnswer.WriteAsync(context, json => Write(json, model), indented: true)
            : new OpenAiError(
                404,
                $"Model is not found: models/{(id.Length <= MaxQuotedId ? id : id[..MaxQuotedId])} for api version {GeminiRoutes.VersionOf(context.Request.Path)}",
                "NOT_FOUND", "name", "model_not_found") { AsTold = true }.WriteAsync(context);

    private static OpenAiError Wrong(string message) => new(400, message, OpenAiErrors.InvalidRequest);

    /// <summary>Google takes parameters in both spellings.</summary>
    private static string First(IQueryCollection query, string camel, string snake) =>
        query[camel].ToString() is { Length: > 0 } value ? value : query[snake].ToString();

    private static bool TryNumber(string text, out int number)
    {
        number = 0;
        return text.Length == 0 || int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
    }

    private static bool TryStart(string token, out int start)
    {
        start = 0;
        Span<byte> bytes = stackalloc byte[16];
        return token.Length == 0
            || (Convert.TryFromBase64String(token, bytes, out var length)
                && int.TryParse(bytes[..length], NumberStyles.None, CultureInfo.InvariantCulture, out start));
    }

    private static void Write(Utf8JsonWriter json, ModelInfo model)
    {
        var id = model.Id;
        json.WriteStartObject();
        json.WriteString("name"u8, $"models/{id}");
        json.WriteString("version"u8, model.Snapshot is { } snapshot ? snapshot[(snapshot.LastIndexOf('-') + 1)..] : "001");
        json.WriteString("displayName"u8, ModelNames.Display(id));
        json.WriteNumber("inputTokenLimit"u8, model.ContextWindow);
        json.WriteNumber("outputTokenLimit"u8, model.MaxOutputTokens);
        json.WriteStartArray("supportedGenerationMethods"u8);
        if (model.Kind == "embedding")
        {
            json.WriteStringValue(GeminiMethods.Embed);
            json.WriteStringValue(GeminiMethods.BatchEmbed);
            json.WriteEndArray();
            json.WriteEndObject();
            return;
        }

        json.WriteStringValue(GeminiMethods.Generate);
        json.WriteStringValue(GeminiMethods.CountTokens);
        json.WriteEndArray();
        json.WriteNumber("temperature"u8, 1);
        json.WriteNumber("topP"u8, 0.95);
        json.WriteNumber("topK"u8, 64);
        json.WriteNumber("maxTemperature"u8, 2);
        if (model.Can(ModelCapabilities.Reasoning))
        {
            json.WriteBoolean("thinking"u8, true);
        }

        json.WriteEndObject();
    }
}
