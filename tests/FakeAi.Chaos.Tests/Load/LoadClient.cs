using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using FakeAi.Contracts.Wire;

namespace FakeAi.Chaos.Tests.Load;

/// <summary>Sends the requests of a plan when they are due and notes how each ended.</summary>
internal sealed class LoadClient : IDisposable
{
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(120);
    private static readonly byte[] s_done = "data: [DONE]"u8.ToArray();
    private readonly AbortGate _gate;

    // A stream that is left must be seen to be left: its connection is closed rather than drained.
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        MaxResponseDrainSize = 0, ResponseDrainTimeout = TimeSpan.Zero, UseProxy = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(5),
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public LoadClient(Uri gateway, AbortGate? gate = null)
    {
        _http.BaseAddress = gateway;
        _gate = gate ?? new AbortGate();
    }

    /// <summary>Sends all; ends when the last has ended.</summary>
    public async Task<IReadOnlyList<ClientOutcome>> RunAsync(IReadOnlyList<PlannedRequest> plan, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        var running = new List<Task<ClientOutcome>>(plan.Count);
        foreach (var request in plan)
        {
            var wait = request.At - watch.Elapsed;
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, cancellationToken);
            }

            running.Add(Task.Run(() => SendAsync(request, cancellationToken), cancellationToken));
        }

        return await Task.WhenAll(running);
    }

    public void Dispose() => _http.Dispose();

    private async Task<ClientOutcome> SendAsync(PlannedRequest request, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_longest);
        using var message = ToMessage(request);
        var asked = Stopwatch.GetTimestamp();
        var (status, firstByte) = (0, TimeSpan.Zero);
        try
        {
            using var answer = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            status = (int)answer.StatusCode;
            using var body = new MemoryStream();
            var buffer = new byte[4096];
            await using var stream = await answer.Content.ReadAsStreamAsync(limit.Token);
            int read;
            while ((read = await stream.ReadAsync(buffer, limit.Token)) > 0)
            {
                firstByte = body.Length == 0 ? Stopwatch.GetElapsedTime(asked) : firstByte;
                body.Write(buffer, 0, read);
                if (request.Kind == RequestKind.Abandoned && status == 200
                    && _gate.TryAbort(asked, Header(answer, PublicHeaders.Upstream), Header(answer, PublicHeaders.RequestId), answer.Dispose))
                {
                    return new ClientOutcome(request, ClientEnd.Cancelled, status, null, firstByte);
                }
            }

            return Read(request, status, body.ToArray(), firstByte);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return new ClientOutcome(request, ClientEnd.Failed, status, ClientOutcome.Broken, firstByte);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"A request had no end after {s_longest}: {request}", e);
        }
    }

    private static ClientOutcome Read(PlannedRequest request, int status, byte[] body, TimeSpan firstByte)
    {
        if (status != 200)
        {
            using var error = JsonDocument.Parse(body);
            return new ClientOutcome(request, ClientEnd.Failed, status, error.RootElement.GetProperty("error").GetProperty("code").GetString(), firstByte);
        }

        var whole = request.Kind == RequestKind.Plain ? IsCompletion(body) : body.AsSpan().IndexOf(s_done) >= 0;
        return whole
            ? new ClientOutcome(request, ClientEnd.Completed, status, null, firstByte)
            : throw new InvalidOperationException($"An answer ended well without being whole: {request}\n{Encoding.UTF8.GetString(body)}");
    }

    private static string Header(HttpResponseMessage answer, string name) => answer.Headers.GetValues(name).Single();

    private static bool IsCompletion(byte[] body)
    {
        using var json = JsonDocument.Parse(body);
        return json.RootElement.GetProperty("choices").GetArrayLength() == 1;
    }

    private static HttpRequestMessage ToMessage(PlannedRequest request)
    {
        var json = request.Kind == RequestKind.Bad
            ? $$"""{"model":"{{request.Model}}"}"""
            : $$"""{"model":"{{request.Model}}","stream":{{(request.Kind == RequestKind.Plain ? "false" : "true")}},"max_tokens":{{request.Tokens}},"messages":[{"role":"user","content":"Tell me all about ships, at length."}]}""";
        var message = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(json)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
        };
        message.Headers.Add(PublicHeaders.TtftMs, request.TtftMs.ToString(CultureInfo.InvariantCulture));
        message.Headers.Add(PublicHeaders.ItlMs, request.ItlMs.ToString(CultureInfo.InvariantCulture));
        return message;
    }
}
