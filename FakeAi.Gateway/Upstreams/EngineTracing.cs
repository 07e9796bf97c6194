using System.Diagnostics;
using System.Globalization;

namespace FakeAi.Gateway.Upstreams;

/// <summary>The hot client's spans, made by hand since its own propagation is off. Nothing is allocated while nobody listens.</summary>
internal static class EngineTracing
{
    /// <summary>Name of the activity source.</summary>
    public const string SourceName = "FakeAi.Gateway";

    private static readonly ActivitySource s_source = new(SourceName);

    /// <summary>Starts the span of one call, if anybody listens.</summary>
    public static Activity? Start(Engine engine, HttpRequestMessage message)
    {
        var activity = s_source.StartActivity("POST", ActivityKind.Client);
        if (activity is { IsAllDataRequested: true })
        {
            activity.SetTag("http.request.method", "POST");
            activity.SetTag("server.address", engine.Data.Host);
            activity.SetTag("server.port", engine.Data.Port);
            activity.SetTag("url.full", message.RequestUri!.AbsoluteUri);
        }

        return activity;
    }

    /// <summary>Writes the trace context of the span, or of the server's own where the call has none.</summary>
    public static void Inject(Activity? call, HttpRequestMessage message)
    {
        var activity = call ?? Activity.Current;
        if (activity is null || activity.IdFormat != ActivityIdFormat.W3C || !(activity.Recorded || activity.HasRemoteParent))
        {
            return;
        }

        message.Headers.TryAddWithoutValidation("traceparent", activity.Id);
        if (activity.TraceStateString is { Length: > 0 } state)
        {
            message.Headers.TryAddWithoutValidation("tracestate", state);
        }
    }

    /// <summary>Notes the answer's status.</summary>
    public static void Answered(Activity? call, int status)
    {
        if (call is not { IsAllDataRequested: true })
        {
            return;
        }

        call.SetTag("http.response.status_code", status);
        if (status >= 400)
        {
            call.SetTag("error.type", status.ToString(CultureInfo.InvariantCulture));
            call.SetStatus(ActivityStatusCode.Error);
        }
    }

    /// <summary>Notes why there is no (whole) answer.</summary>
    public static void Failed(Activity? call, string errorType)
    {
        if (call is { IsAllDataRequested: true })
        {
            call.SetTag("error.type", errorType);
            call.SetStatus(ActivityStatusCode.Error);
        }
    }
}
