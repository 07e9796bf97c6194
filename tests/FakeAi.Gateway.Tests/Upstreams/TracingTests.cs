using System.Diagnostics;
using FakeAi.Gateway.Tests.Hosting;

namespace FakeAi.Gateway.Tests.Upstreams;

public sealed class TracingTests
{
    [Fact]
    public async Task Call_WhileSomebodyListens_HasServerAndClientSpanInTheClientsTrace()
    {
        const string Trace = "0af7651916cd43dd8448eb211c80319c";
        var spans = new System.Collections.Concurrent.ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name is "FakeAi.Gateway" or "Microsoft.AspNetCore",
            Sample = static (ref ActivityCreationOptions<ActivityContext> options) =>
                options.TraceId.ToHexString() == Trace ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using var engine = await FakeEngine.StartAsync();
        await using var gateway = await GatewayHost.StartAsync(engine);
        string? traceparent = null;
        engine.Handler = context =>
        {
            traceparent = context.Request.Headers.TraceParent;
            return FakeEngine.AnswerAsync(context);
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = GatewayHost.Json() };
        request.Headers.Add("traceparent", $"00-{Trace}-b7ad6b7169203331-01");

        using var response = await gateway.Client.SendAsync(request);

        for (var i = 0; i < 500 && spans.Count(static s => s.Kind == ActivityKind.Server) < 2; i++)
        {
            await Task.Delay(10);
        }

        var client = Assert.Single(spans, static s => s.Source.Name == "FakeAi.Gateway");
        var server = Assert.Single(spans, static s => s.DisplayName == "POST /v1/chat/completions");
        Assert.Equal($"00-{Trace}-{client.SpanId}-01", traceparent);
        Assert.Equal(server.SpanId, client.ParentSpanId);
        Assert.Equal("/v1/chat/completions", server.GetTagItem("http.route"));
        Assert.Equal(("POST", ActivityKind.Client), (client.DisplayName, client.Kind));
        Assert.Equal("POST", client.GetTagItem("http.request.method"));
        Assert.Equal("127.0.0.1", client.GetTagItem("server.address"));
        Assert.Equal(new Uri(engine.Address).Port, client.GetTagItem("server.port"));
        Assert.Equal(engine.Address + "/v1/chat/completions", client.GetTagItem("url.full"));
        Assert.Equal(200, client.GetTagItem("http.response.status_code"));
    }
}
