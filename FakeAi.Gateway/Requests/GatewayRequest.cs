using FakeAi.Contracts.Events;
using FakeAi.EventBus;
using FakeAi.Gateway.Auth;
using FakeAi.Gateway.OpenAi;
using FakeAi.Gateway.Providers;

namespace FakeAi.Gateway.Requests;

/// <summary>
/// One request from receipt to end, and what is told of it. Counted are all requests on generation routes, and failed
/// ones anywhere under a provider's paths; each of them has one <c>request.started</c> and exactly one end. Used by one
/// request's flow at a time.
/// </summary>
internal sealed class GatewayRequest
{
    private const int MaxMessage = 512;

    private readonly IEventPublisher _events;
    private readonly TimeProvider _clock;
    private readonly string _method;
    private readonly string _organization;
    private readonly long _started;
    private bool _told;
    private bool _ended;

    public GatewayRequest(HttpContext context, IEventPublisher events, TimeProvider clock, string organization)
    {
        _events = events;
        _clock = clock;
        _organization = organization;
        _started = clock.GetTimestamp();
        ReceivedUs = (clock.GetUtcNow().UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
        _method = context.Request.Method;
        Surface = ProviderSurfaces.Of(context.Request);
        Endpoint = Surface.EndpointOf(context.Request.Path.Value ?? "/");
        IsProviderRoute = ProviderSurfaces.IsProviderPath(context.Request.Path);
        Provider = Surface.Provider;
        Id = RequestId.New();
    }

    /// <summary><c>req_</c> and 32 hex digits, always ours.</summary>
    public string Id { get; }

    /// <summary>When it came, Unix microseconds.</summary>
    public long ReceivedUs { get; }

    /// <summary>Whose outside the answer has.</summary>
    public ProviderSurface Surface { get; }

    /// <summary>Whether it is for a provider's API (<see cref="ProviderSurfaces.IsProviderPath"/>).</summary>
    public bool IsProviderRoute { get; }

    /// <summary>The route's template, or the path's beginning where no route matched.</summary>
    public string Endpoint { get; set; }

    /// <summary>The provider whose API was called.</summary>
    public string Provider { get; }

    /// <summary>The model asked for, later the one that answers.</summary>
    public string? Model { get; set; }

    /// <summary>Whether a streamed answer was asked for.</summary>
    public bool Stream { get; set; }

    /// <summary>The caller's key, masked, or its configured name.</summary>
    public string? Key { get; set; }

    /// <summary>The key's owner, in keyed mode.</summary>
    public KeyOwner? Owner { get; set; }

    /// <summary>Bytes of the request's body.</summary>
    public long BodyBytes { get; set; }

    /// <summary>Bytes of the answer's body handed to the client's connection so far.</summary>
    public long BytesOut { get; set; }

    /// <summary>Receipt to first byte of the answer's body, microseconds; 0 before it.</summary>
    public long FirstByteUs { get; set; }

    /// <summary>What <c>openai-organization</c> tells.</summary>
    public string Organization => Owner?.Organization ?? _organization;

    /// <summary>Time since receipt.</summary>
    public TimeSpan Elapsed => _clock.GetElapsedTime(_started);

    /// <summary>Microseconds since receipt.</summary>
    public long ElapsedUs => Elapsed.Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>Why it failed, once it has.</summary>
    public OpenAiError? Failure { get; private set; }

    /// <summary>The request's state; set before anything else of ours runs.</summary>
    public static GatewayRequest Of(HttpContext context) => 
        context.Features.Get<GatewayRequest>() ?? throw new InvalidOperationException("RequestMiddleware must run first.");

    /// <summary>Tells that a generation began, once.</summary>
    public void Begin()
    {
        if (_told)
        {
            return;
        }

        _told = true;
        _events.Publish(new RequestStarted(Endpoint, _method, Model, Provider, Stream, Key, BodyBytes), Id, null, ReceivedUs);
    }

    /// <summary>Tells which engine serves it; nothing of a request that is not counted.</summary>
    public void Routed(string upstream, string reason)
    {
        if (_told)
        {
            _events.Publish(new RouteSelected(upstream, reason), Id);
        }
    }

    /// <summary>Tells that another engine takes it; nothing of a request that is not counted.</summary>
    public void Rerouted(string from, string to, string reason)
    {
        if (_told)
        {
            _events.Publish(new RouteFallback(from, to, reason), Id);
        }
    }

    /// <summary>Notes why it failed, in the provider's words; told at its end.</summary>
    public void Fail(OpenAiError error) => Failure ??= error.AsTold ? error : Surface.Translate(error);

    /// <summary>Ends it with its whole answer delivered; of a request that is not counted nothing is told.</summary>
    public void Complete(int status, EngineSummary summary)
    {
        if (_told && TryEnd())
        {
            var duration = ElapsedUs;
            _events.Publish(
                new RequestCompleted(
                    Endpoint, Model, Provider, Stream, status, duration, FirstByteUs, Stream ? summary.TtftUs : null,
                    Stream ? summary.E2eUs ?? duration : duration, summary.InputTokens, summary.OutputTokens, summary.FinishReason, BytesOut),
                Id);
        }
    }

    /// <summary>Ends it because the client left.</summary>
    public void Cancel(string reason)
    {
        if ((_told || IsProviderRoute) && TryEnd())
        {
            _events.Publish(new RequestCancelled(Endpoint, Model, Provider, Stream, ElapsedUs, reason, BytesOut), Id);
        }
    }

    /// <summary>Ends it with the noted failure, if there is one.</summary>
    public void EndFailed()
    {
        if (Failure is not { } error || !(_told || IsProviderRoute) || !TryEnd())
        {
            return;
        }

        var severity = error.Status switch
        {
            503 or 529 => "critical",
            >= 500 or < 400 => "error",
            _ => "warning",
        };
        var message = error.Message.Length <= MaxMessage ? error.Message : error.Message[..MaxMessage];
        _events.Publish(new ErrorOccurred(Endpoint, Model, error.Status, error.Type, error.Code, error.Param, message, severity), Id);
        _events.Publish(new RequestFailed(Endpoint, Model, Provider, Stream, error.Status, ElapsedUs, error.Type, error.Code), Id);
    }

    private bool TryEnd()
    {
        if (_ended)
        {
            return false;
        }

        Begin();
        return _ended = true;
    }
}
