using System.Net;
using System.Text.Json;
using FakeAi.Contracts.Wire;
using FakeAi.Gateway.OpenAi;
using FakeAi.Gateway.Upstreams;
using FakeAi.ServiceDefaults.Hosting;
using Microsoft.Extensions.Options;

namespace FakeAi.Gateway.Admin;

/// <summary>
/// <c>/admin/streams</c>, behind the admin key: asks all engines at once and puts their answers together. An engine that does not
/// answer within two seconds is named, not waited for.
/// </summary>
internal sealed class StreamAdminEndpoints(AdminKeyFilter key, EnginePool engines, IOptions<InstallationOptions> installation, TimeProvider clock)
{
    private const string Route = "/admin/streams";
    private const int MaxId = 96;
    private const int MaxAnswer = 16 * 1024 * 1024;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private readonly string? _token = installation.Value.InternalToken is { Length: > 0 } token ? token : null;

    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet(Route, ListAsync);
        endpoints.MapGet(Route + "/{id}", context => OneAsync(context, HttpMethod.Get, ""));
        foreach (var command in (string[])["cancel", "pause", "resume"])
        {
            endpoints.MapPost($"{Route}/{{id}}/{command}", context => OneAsync(context, HttpMethod.Post, "/" + command));
        }
    }

    private async Task ListAsync(HttpContext context)
    {
        if (key.Check(context.Request) is { } error)
        {
            await error.WriteAsync(context);
            return;
        }

        var path = Route + QueryString.Create(context.Request.Query.Where(static p => p.Key is "state" or "model"));
        var answers = await Task.WhenAll(engines.Engines.Select(engine => AskAsync(engine, HttpMethod.Get, path, context.RequestAborted)));
        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteStartArray("streams"u8);
        var active = 0;
        for (var i = 0; i < answers.Length; i++)
        {
            if (answers[i].Status == HttpStatusCode.OK)
            {
                using var document = JsonDocument.Parse(answers[i].Body);
                active += document.RootElement.GetProperty("active"u8).GetInt32();
                foreach (var stream in document.RootElement.GetProperty("streams"u8).EnumerateArray())
                {
                    Write(json, stream, engines.Engines[i].Name);
                }
            }
        }

        json.WriteEndArray();
        json.WriteNumber("active"u8, active);
        json.WriteStartArray("unreachable"u8);
        for (var i = 0; i < answers.Length; i++)
        {
            if (answers[i].Status != HttpStatusCode.OK)
            {
                json.WriteStringValue(engines.Engines[i].Name);
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private async Task OneAsync(HttpContext context, HttpMethod method, string command)
    {
        if (key.Check(context.Request) is { } error)
        {
            await error.WriteAsync(context);
            return;
        }

        var id = (string?)context.Request.RouteValues["id"] ?? "";
        var path = $"{Route}/{Uri.EscapeDataString(id)}{command}";
        var answers = id.Length > MaxId
            ? []
            : await Task.WhenAll(engines.Engines.Select(engine => AskAsync(engine, method, path, context.RequestAborted)));
        var found = Array.FindIndex(answers, static a => a.Status is HttpStatusCode.OK);
        if (found >= 0)
        {
            context.Response.ContentType = "application/json";
            using var document = JsonDocument.Parse(answers[found].Body);
            await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
            Write(json, document.RootElement, engines.Engines[found].Name);
            return;
        }

        await (Array.Exists(answers, static a => a.Status == HttpStatusCode.Conflict) ? OpenAiErrors.StreamWrongState
            : Array.Exists(answers, static a => a.Status is null) ? OpenAiErrors.NoEngine
            : OpenAiErrors.UnknownStream).WriteAsync(context);
    }

    /// <summary>An engine's status and body; no status where it gave no answer.</summary>
    private async Task<(HttpStatusCode? Status, byte[] Body)> AskAsync(Engine engine, HttpMethod method, string path, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(s_patience, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        using var message = new HttpRequestMessage(method, new Uri(engine.Data, path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        if (_token is not null)
        {
            message.Headers.TryAddWithoutValidation(InternalHeaders.Token, _token);
        }

        try
        {
            using var response = await engine.SendAsync(message, both.Token);
            await response.Content.LoadIntoBufferAsync(MaxAnswer, both.Token);
            return (response.StatusCode, await response.Content.ReadAsByteArrayAsync(both.Token));
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return (null, []);
        }
    }

    /// <summary>Writes a stream's status with the engine that has it.</summary>
    private static void Write(Utf8JsonWriter json, JsonElement stream, string engine)
    {
        json.WriteStartObject();
        foreach (var member in stream.EnumerateObject())
        {
            member.WriteTo(json);
        }

        json.WriteString("engine"u8, engine);
        json.WriteEndObject();
    }
}
