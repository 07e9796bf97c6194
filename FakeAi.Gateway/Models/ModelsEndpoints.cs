using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using FakeAi.Contracts.Catalogue;
using FakeAi.Gateway.OpenAi;
using FakeAi.Gateway.Requests;

namespace FakeAi.Gateway.Models;

/// <summary><c>GET /v1/models</c> and <c>GET /v1/models/{id}</c>, from the catalogue. Aliases are models of their own.</summary>
internal sealed class ModelsEndpoints
{
    public const string ListRoute = "/v1/models";
    public const string OneRoute = "/v1/models/{**id}";

    private const int MaxQuotedId = 128;

    private static readonly JsonWriterOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ModelCatalogue _catalogue;
    private readonly byte[] _list;

    public ModelsEndpoints(ModelCatalogue catalogue)
    {
        _catalogue = catalogue;
        _list = List(catalogue);
    }

    public Task ListAsync(HttpContext context)
    {
        GatewayRequest.Of(context).Endpoint = ListRoute;
        return WriteAsync(context, _list);
    }

    public Task GetAsync(HttpContext context)
    {
        var request = GatewayRequest.Of(context);
        request.Endpoint = "/v1/models/{id}";

        // The server leaves %2F as it stands; ids such as meta-llama/Llama-3 come in both forms.
        var id = (context.Request.RouteValues["id"] as string ?? "").Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        if (id.Length == 0)
        {
            return ListAsync(context);
        }

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
        OpenAiHeaders.Stamp(context, GatewayRequest.Of(context));
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
