using FakeAi.Contracts.Wire;

namespace FakeAi.Gateway.Upstreams.Links;

/// <summary>Sends a request whose answer may come over the link, and waits for the beginning of it, wherever it comes.</summary>
internal sealed class LinkedCall(LinkedBody body, CancellationToken cancellationToken) : IDisposable
{
    private static readonly TimeSpan s_head = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _given = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    private Task<HttpResponseMessage>? _sending;

    public LinkedBody Body => body;

    /// <summary>Gives the answer's head, and whether its body comes over the link.</summary>
    /// <exception cref="HttpRequestException">The engine gave no answer.</exception>
    /// <exception cref="OperationCanceledException">It was given up, or the link did not begin what HTTP says it had.</exception>
    public async Task<(HttpResponseMessage Response, bool Linked)> SendAsync(Engine engine, HttpRequestMessage message)
    {
        message.Headers.TryAddWithoutValidation(InternalHeaders.Link, body.Place);
        _sending = engine.SendAsync(message, _given.Token);
        if (await Task.WhenAny(_sending, body.Head) == body.Head)
        {
            _ = WatchAsync(_sending);
            return (await body.Head, true);
        }

        var response = await _sending;
        if (!response.Headers.NonValidated.Contains(InternalHeaders.Link))
        {
            return (response, false);
        }

        using (response)
        {
            _ = body.LoseSoonAsync(now: false);
            try
            {
                return (await body.Head.WaitAsync(s_head, _given.Token), true);
            }
            catch (TimeoutException exception)
            {
                throw new HttpRequestException(HttpRequestError.ResponseEnded, "The link tells nothing of an answer that is over.", exception);
            }
        }
    }

    public void Dispose()
    {
        body.Dispose();
        if (_sending is { IsCompleted: false } && body.Trailers is null)
        {
            _given.Cancel();
        }

        _given.Dispose();
    }

    private async Task WatchAsync(Task<HttpResponseMessage> sending)
    {
        try
        {
            using (await sending)
            {
                await body.LoseSoonAsync(now: false);
            }
        }
        catch (Exception)
        {
            await body.LoseSoonAsync(now: true);
        }
    }
}
