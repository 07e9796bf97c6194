using System.Diagnostics;
using System.Security.Cryptography;
using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Dialects.OpenAiChat;
using FakeAi.Engine.Hosting;
using FakeAi.Engine.Pipeline;
using FakeAi.Engine.Randomness;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Telemetry;
using FakeAi.Engine.Workers;
using FakeAi.EventBus;
using FakeAi.ServiceDefaults.Hosting;
using Microsoft.Extensions.Options;

namespace FakeAi.Engine.Realtime;

/// <summary>Serves <c>GET /v1/realtime</c> as a WebSocket. A session is one stream in the manager's books.</summary>
internal sealed partial class RealtimeHandler(
    ModelCatalogue catalogue, ResponsePlanner planner, WorkerPlaces places, SteeringReader steering, StreamManager streams, OpenAiExchange exchange, EngineClock clock, EngineTelemetry telemetry,
    IEventPublisher events, TimeProvider time, IOptions<EngineOptions> options, IOptions<InstallationOptions> installation, ILogger<RealtimeHandler> logger)
{
    public const string Route = "/v1/realtime";

    /// <summary>The kind of model in the catalogue.</summary>
    public const string Kind = "realtime";

    /// <summary>OpenTelemetry's <c>gen_ai.operation.name</c>.</summary>
    public const string Operation = "chat";

    private const string Subprotocol = "realtime";
    private const long LongestSeconds = 3_600;

    private readonly long _serverSeed = installation.Value.Seed;

    private readonly RealtimeLimits _limits = new(
        LongestSeconds * 1_000_000, (long)(options.Value.RealtimeIdleSeconds * 1e6), options.Value.MaxBodyBytes);

    public Task HandleAsync(HttpContext context) => exchange.RunAsync(context, Operation, AnswerAsync);

    private async Task AnswerAsync(HttpContext context, RequestArrival arrival)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            throw new OpenAiFault(400, "This is a WebSocket endpoint; open it as a WebSocket.", code: "websocket_expected");
        }

        var steered = steering.Read(context.Request.Headers, SteeringFields.None);
        var requested = context.Request.Query["model"].ToString();
        if (requested.Length == 0)
        {
            throw OpenAiFault.Missing("model");
        }

        if (!catalogue.TryGet(requested, out var model) || model.Kind != Kind)
        {
            throw new OpenAiFault(
                404, $"The model `{OpenAiFault.Shorten(requested)}` does not exist or is no realtime model.", "model", "model_not_found");
        }

        await RunAsync(context, arrival, model, requested, steered);
    }

    private async Task RunAsync(HttpContext context, RequestArrival arrival, ModelInfo model, string requested, Steering steered)
    {
        var seed = SessionSeed(arrival, model);
        var call = new ResponseCall(arrival, model, requested, steered.Timing) { Type = StreamType.Realtime, Priority = steered.Priority ?? PriorityClass.Normal };
        using var handle = streams.Open(StreamContexts.Of(context.Request.Headers, call, seed), arrival.ReceivedUs);
        var protocols = context.WebSockets.WebSocketRequestedProtocols;
        using var socket = await context.WebSockets.AcceptWebSocketAsync(protocols.Contains(Subprotocol) ? Subprotocol : null);
        using var span = EngineTelemetry.Source.StartActivity($"{Operation} {requested}", ActivityKind.Internal);
        var journal = new StreamEvents(events, arrival.RequestId, EngineTelemetry.Traceparent());
        var connection = new RealtimeConnection(
            socket, handle, streams, journal, time, _limits,
            (send, decided) => new RealtimeSession(
                call, planner, response => new ResponsePlace(left => places.EnterAsync(response, left), decided), new RealtimeIds(seed), send, _serverSeed,
                (clock.UnixUs / 1_000_000) + LongestSeconds));
        var outcome = await connection.RunAsync(context.RequestAborted);
        journal.Completed(outcome, "stop");
        if (connection.Overflowed)
        {
            Log.Overflowed(logger, arrival.RequestId, RealtimeConnection.MostWaiting);
        }

        span?.SetTag("gen_ai.operation.name", Operation);
        span?.SetTag("gen_ai.provider.name", model.Provider);
        span?.SetTag("gen_ai.request.model", requested);
        span?.SetTag("gen_ai.usage.input_tokens", connection.InputTokens);
        span?.SetTag("gen_ai.usage.output_tokens", outcome.Tokens);
        telemetry.Record(outcome, new GenAiTags(Operation, model.Provider, model.Id, requested), clock.NowUs - arrival.ReceivedUs);
    }

    /// <summary>The seed of the session's ids: what it says depends on the conversation alone.</summary>
    private ulong SessionSeed(RequestArrival arrival, ModelInfo model)
    {
        if (!arrival.Deterministic)
        {
            return BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        }

        var hash = new SeedHash();
        hash.Add(Route);
        hash.Add(_serverSeed);
        hash.Add(model.Id);
        return hash.Value;
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 231, EventName = "RealtimeOverflow", Level = LogLevel.Warning, Message = "{RequestId}: the client let {Most} events wait and was disconnected.")]
        public static partial void Overflowed(ILogger logger, string requestId, int most);
    }
}
