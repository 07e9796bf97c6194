using System.Text;
using FakeAi.Contracts.Events;
using FakeAi.Gateway.Requests;
using FakeAi.TestKit;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace FakeAi.Gateway.Tests.Requests;

public sealed class RequestMiddlewareTests
{
    private readonly RecordingPublisher _events = new();
    private readonly ManualTimeProvider _clock = new();

    [Fact]
    public async Task Exception_ThatNobodyCaught_Becomes500AndAFailure()
    {
        var context = Context();

        await Middleware(_ =>
        {
            _clock.Advance(TimeSpan.FromMilliseconds(7));
            context.Response.Headers["x-half"] = "done";
            throw new InvalidOperationException("secret detail");
        }).InvokeAsync(context);

        Assert.Equal(500, context.Response.StatusCode);
        Assert.Equal("7", context.Response.Headers["openai-processing-ms"]);
        Assert.False(context.Response.Headers.ContainsKey("x-half"));
        Assert.StartsWith("req_", context.Response.Headers["x-request-id"].ToString(), StringComparison.Ordinal);
        var text = Encoding.UTF8.GetString(((MemoryStream)context.Response.Body).ToArray());
        Assert.Contains("The server had an error while processing your request. Sorry about that!", text, StringComparison.Ordinal);
        Assert.DoesNotContain("secret detail", text, StringComparison.Ordinal);
        Assert.Equal(["request.started", "error.occurred", "request.failed"], _events.Events.Select(static e => e.Data.Type));
        Assert.Equal(7_000, _events.Of<RequestFailed>()[0].DurationUs);
        Assert.Equal(_clock.GetUtcNow().AddMilliseconds(-7).ToUnixTimeMilliseconds() * 1000, GatewayRequest.Of(context).ReceivedUs);
    }

    [Fact]
    public async Task Exception_AfterTheClientLeft_IsACancel()
    {
        var context = Context();
        context.RequestAborted = new CancellationToken(canceled: true);

        await Middleware(static _ => throw new OperationCanceledException()).InvokeAsync(context);

        Assert.Equal(["request.started", "request.cancelled"], _events.Events.Select(static e => e.Data.Type));
    }

    private static DefaultHttpContext Context() =>
        new() { Request = { Method = "POST", Path = "/v1/chat/completions" }, Response = { Body = new MemoryStream() } };

    private RequestMiddleware Middleware(RequestDelegate next) =>
        new(next, _events, _clock, Options.Create(new GatewayOptions()), NullLogger<RequestMiddleware>.Instance);
}
