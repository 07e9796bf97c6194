using System.Buffers;
using System.Globalization;
using FakeAi.Contracts.Wire;
using FakeAi.Gateway.OpenAi;
using FakeAi.Gateway.Requests;
using Microsoft.Net.Http.Headers;

namespace FakeAi.Gateway.Upstreams;

/// <summary>How passing an answer on ended.</summary>
internal enum RelayOutcome
{
    /// <summary>All of it was handed to the client's connection.</summary>
    Delivered,

    /// <summary>The client left.</summary>
    ClientGone,

    /// <summary>The engine broke off.</summary>
    EngineBroke,
}

/// <summary>Passes an engine's answer on: head, body as it comes, and what its trailers tell.</summary>
internal static class EngineAnswer
{
    private const string EventStream = "text/event-stream";
    private const int MinimumRead = 1024;
    private const int MaxErrorBody = 64 * 1024;

    /// <summary>Status and the headers that clients may see.</summary>
    public static void CopyHead(EngineCall call, HttpContext context, GatewayRequest request)
    {
        var response = context.Response;
        response.StatusCode = (int)call.Response.StatusCode;
        foreach (var (name, values) in call.Response.Headers.NonValidated)
        {
            if (name.Equals(InternalHeaders.Model, StringComparison.OrdinalIgnoreCase))
            {
                request.Model = values.ToString();
            }
            else if (IsPublic(name) && !name.Equals(PublicHeaders.RequestId, StringComparison.OrdinalIgnoreCase))
            {
                response.Headers[name] = values.ToString();
            }
        }

        foreach (var (name, values) in call.Response.Content.Headers.NonValidated)
        {
            if (IsPublic(name))
            {
                response.Headers[name] = values.ToString();
            }
        }

        if (response.ContentType?.StartsWith(EventStream, StringComparison.OrdinalIgnoreCase) == true)
        {
            response.ContentType = EventStream + "; charset=utf-8";
            response.Headers.CacheControl = "no-cache";
        }

        response.Headers[PublicHeaders.Upstream] = call.Engine.Name;
        request.Surface.Stamp(context, request);
    }

    /// <summary>Passes the body on as it comes, a flush for each read.</summary>
    public static async Task<RelayOutcome> RelayAsync(
        EngineCall call, HttpContext context, GatewayRequest request, CancellationToken cancellationToken)
    {
        if (call.Linked is { } linked)
        {
            return await linked.RelayAsync(context.Response, request, cancellationToken);
        }

        var body = await call.Response.Content.ReadAsStreamAsync(cancellationToken);
        var writer = context.Response.BodyWriter;
        while (true)
        {
            int read;
            try
            {
                read = await body.ReadAsync(writer.GetMemory(MinimumRead), cancellationToken);
            }
            catch (Exception exception) when (exception is IOException or HttpRequestException && !cancellationToken.IsCancellationRequested)
            {
                return RelayOutcome.EngineBroke;
            }

            if (read == 0)
            {
                // Before the client's end is written: where the engine wants it broken off, it must not look whole.
                return call.Response.TrailingHeaders.NonValidated.Contains(InternalHeaders.Broken)
                    ? RelayOutcome.Delivered
                    : await FinishAsync(context);
            }

            writer.Advance(read);
            var flushed = await writer.FlushAsync(cancellationToken);
            if (request.BytesOut == 0)
            {
                request.FirstByteUs = request.ElapsedUs;
            }

            request.BytesOut += read;
            if (flushed.IsCompleted)
            {
                return RelayOutcome.ClientGone;
            }
        }
    }

    /// <summary>Reads an error's body whole, if it is as small as errors are, to learn what it says; then passes it on.</summary>
    public static async Task<RelayOutcome> RelayErrorAsync(
        EngineCall call, HttpContext context, GatewayRequest request, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(MaxErrorBody);
        try
        {
            var body = await call.Response.Content.ReadAsStreamAsync(cancellationToken);
            var length = await body.ReadAtLeastAsync(buffer.AsMemory(0, MaxErrorBody), MaxErrorBody, throwOnEndOfStream: false, cancellationToken);
            request.Fail(OpenAiErrorReader.Read(context.Response.StatusCode, buffer.AsMemory(0, length)));
            await context.Response.BodyWriter.WriteAsync(buffer.AsMemory(0, length), cancellationToken);
            request.BytesOut = length;
            return length < MaxErrorBody ? await FinishAsync(context) : await RelayAsync(call, context, request, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException && !cancellationToken.IsCancellationRequested)
        {
            return RelayOutcome.EngineBroke;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>What the trailers tell; read after the body's end.</summary>
    public static EngineSummary Summary(EngineCall call)
    {
        var linked = call.Linked?.Trailers;
        var trailers = linked is null ? call.Response.TrailingHeaders.NonValidated : default;
        return new EngineSummary(
            (int)Math.Min(Number(InternalHeaders.InputTokens) ?? 0, int.MaxValue),
            (int)Math.Min(Number(InternalHeaders.OutputTokens) ?? 0, int.MaxValue),
            Text(InternalHeaders.FinishReason),
            Number(InternalHeaders.TtftUs),
            Number(InternalHeaders.E2eUs))
        {
            Outcome = Text(InternalHeaders.Outcome),
            Broken = Text(InternalHeaders.Broken) is not null,
        };

        string? Text(string name) => linked is not null
            ? linked.GetValueOrDefault(name)
            : trailers.TryGetValues(name, out var values) ? values.ToString() : null;

        long? Number(string name) => long.TryParse(Text(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    /// <summary>Whether an error answer tells of a request that was cancelled on purpose.</summary>
    public static bool WasCancelled(HttpResponseMessage response) =>
        response.Headers.NonValidated.TryGetValues(InternalHeaders.Outcome, out var outcome) && outcome.ToString() == "cancelled";

    private static async Task<RelayOutcome> FinishAsync(HttpContext context)
    {
        // Hands over the end of the body too, so that "completed" means that the client can have all of it. A client that
        // hangs up at the last event's bytes, as some SDKs do at [DONE], did not leave early.
        await context.Response.CompleteAsync();
        return RelayOutcome.Delivered;
    }

    private static bool IsPublic(string name) =>
        !name.StartsWith(InternalHeaders.Prefix, StringComparison.OrdinalIgnoreCase)
        && !name.Equals(HeaderNames.Connection, StringComparison.OrdinalIgnoreCase)
        && !name.Equals(HeaderNames.TransferEncoding, StringComparison.OrdinalIgnoreCase)
        && !name.Equals(HeaderNames.KeepAlive, StringComparison.OrdinalIgnoreCase)
        && !name.Equals(HeaderNames.Upgrade, StringComparison.OrdinalIgnoreCase)
        && !name.Equals(HeaderNames.ProxyConnection, StringComparison.OrdinalIgnoreCase)
        && !name.Equals(HeaderNames.ProxyAuthenticate, StringComparison.OrdinalIgnoreCase)
        && !name.Equals(HeaderNames.Trailer, StringComparison.OrdinalIgnoreCase)
        && !name.Equals(HeaderNames.TE, StringComparison.OrdinalIgnoreCase)
        && !name.Equals(HeaderNames.Server, StringComparison.OrdinalIgnoreCase)
        && !name.Equals(HeaderNames.Date, StringComparison.OrdinalIgnoreCase);
}
