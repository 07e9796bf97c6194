using FakeAi.TestKit;
using FakeAi.TestKit.Otlp;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace FakeAi.ServiceDefaults.Tests.Telemetry;

public sealed partial class TelemetryTests
{
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Export_RequestWithTraceContext_SendsNamedServerSpanMetricsAndLogs()
    {
        await using var receiver = await OtlpReceiver.StartAsync(Token);
        await using var app = await TestService.StartAsync(
            "engine-7",
            new()
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Endpoint,
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
                ["OTEL_METRIC_EXPORT_INTERVAL"] = "200",
            },
            app => app.MapGet("/items/{id}", (string id) =>
            {
                LogServed(app.Logger, id);
                return id;
            }),
            Token);

        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/items/9");
        request.Headers.Add("traceparent", $"00-{TraceId}-b7ad6b7169203331-01");
        using (await http.SendAsync(request, Token))
        using (await http.GetAsync(new Uri("/health", UriKind.Relative), Token))
        {
        }

        await Eventually.IsTrueAsync(
            () => receiver.Spans.Any(s => s.TraceId == TraceId)
                && receiver.Metrics.Contains("engine-7/http.server.request.duration")
                && receiver.Logs.Contains("engine-7: Served 9"));
        var span = Assert.Single(receiver.Spans, s => s.TraceId == TraceId);
        Assert.DoesNotContain(receiver.Spans, s => s.Attributes.GetValueOrDefault("url.path") == "/health");
        Assert.Equal(ReceivedSpan.Server, span.Kind);
        Assert.Equal("engine-7", span.Service);
        Assert.Equal("GET /items/{id}", span.Name);
        Assert.Equal("b7ad6b7169203331", span.ParentSpanId);
        Assert.Equal("/items/{id}", span.Attributes["http.route"]);
        Assert.Equal("200", span.Attributes["http.response.status_code"]);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Served {Item}")]
    private static partial void LogServed(ILogger logger, string item);
}
