using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using FakeAi.Contracts.Catalogue;
using FakeAi.Gateway.OpenAi;
using FakeAi.Gateway.Providers;
using FakeAi.Gateway.Requests;

namespace FakeAi.Gateway.Models;

/// <summary>OpenAI's list of models, from the catalogue: those of all providers. Aliases are models of their own.</summary>
internal sealed class ModelsEndpoints : IModelList
{
    private const int MaxQuotedId = 128;

    private static readonly JsonWriterOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ModelCatalogue _catalogue;
    private readonly byte[] _list;

    public ModelsEndpoints(ModelCatalogue catalogue)
    {
        _catalogue = catalogue;
        _list = List(catalogue);
    }

    public Task ListAsync(HttpContext context) => WriteAsync(context, _list);

    public Task GetAsync(HttpContext context, string id)
    {
        if (!_catalogue.TryGet(id, out var model))
        {
            return OpenAiErrors.UnknownModel(id.Length <= MaxQuotedId ? id : id[..MaxQuotedId]).WriteAsync(context);
        }

        var buffer = new ArrayBufferWriter<byte>(160);
        using (var json = new Utf8JsonWriter(buffer, s_json))
        {
            Write(json, id, model);
        }

        return WriteAsync(context, buffer.WrittenMemory);
    }

    private static async Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> json)
    {
        var request = GatewayRequest.Of(context);
        request.Surface.Stamp(context, request);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        await context.Response.BodyWriter.WriteAsync(json, context.RequestAborted);
    }

    private static byte[] List(ModelCatalogue catalogue)
    {
        var buffer = new ArrayBufferWriter<byte>(16 * 1024);
        using (var json = new Utf8JsonWriter(buffer, s_json))
        {
            json.WriteStartObject();
            json.WriteString("object"u8, "list"u8);
            json.WriteStartArray("data"u8);
            foreach (var model in catalogue.Models)
            {
                Write(json, model.Id, model);
                foreach (var alias in model.Aliases)
                {
                    Write(json, alias, model);
                }
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter json, string id, ModelInfo model)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("object"u8, "model"u8);
        json.WriteNumber("created"u8, model.Created);
        json.WriteString("owned_by"u8, model.OwnedBy);
        json.WriteEndObject();
    }
}
