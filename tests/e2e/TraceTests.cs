using FakeAi.TestKit;
using FakeAi.TestKit.Otlp;

namespace FakeAi.E2E.Tests;

/// <summary>One chat request is one distributed trace, over HTTP/2 and over Redis.</summary>
public sealed class TraceTests(RunningSystem system)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ChatRequest_Traced_IsOneTraceFromGatewayToCollector()
    {
        var trace = Convert.ToHexStringLower(Guid.NewGuid().ToByteArray());
        using var answer = await system.ChatAsync(
            """{"model":"gpt-4o-mini","stream":true,"max_tokens":10,"messages":[{"role":"user","content":"Tell me about the history of sailing."}]}""",
            Token, headers: [("traceparent", $"00-{trace}-00f067aa0ba902b7-01"), ("x-fakeai-ttft-ms", "5"), ("x-fakeai-itl-ms", "1")]);
        answer.EnsureSuccessStatusCode();
        await answer.Content.ReadAsStringAsync(Token);

        ReceivedSpan[] spans = [];
        await Eventually.IsTrueAsync(
            () =>
            {
                spans = [.. system.Telemetry.Spans.Where(s => s.TraceId == trace)];
                return spans.Any(s => s.Service == "collector" && s.Kind == ReceivedSpan.Consumer) && spans.Any(s => s.Service == "gateway" && s.Kind == ReceivedSpan.Server)
                    && spans.Any(s => s.Scope == "FakeAi.Engine");
            });

        var gateway = Assert.Single(spans, s => s.Service == "gateway" && s.Kind == ReceivedSpan.Server);
        var client = Assert.Single(spans, s => s.Service == "gateway" && s.Kind == ReceivedSpan.Client);
        var engine = Assert.Single(spans, s => s.Service.StartsWith("engine-", StringComparison.Ordinal) && s.Kind == ReceivedSpan.Server);
        var generation = Assert.Single(spans, s => s.Scope == "FakeAi.Engine");
        var consumers = spans.Where(s => s.Service == "collector" && s.Kind == ReceivedSpan.Consumer).ToArray();

        Assert.Equal("00f067aa0ba902b7", gateway.ParentSpanId);
        Assert.Equal("POST /v1/chat/completions", gateway.Name);
        Assert.Equal(gateway.SpanId, client.ParentSpanId);
        Assert.Equal(client.SpanId, engine.ParentSpanId);
        Assert.Equal(engine.SpanId, generation.ParentSpanId);
        Assert.Equal("chat gpt-4o-mini", generation.Name);
        Assert.Equal("chat", generation.Attributes["gen_ai.operation.name"]);
        Assert.Equal("openai", generation.Attributes["gen_ai.provider.name"]);
        Assert.Equal("gpt-4o-mini", generation.Attributes["gen_ai.request.model"]);
        Assert.Equal("10", generation.Attributes["gen_ai.usage.output_tokens"]);
        Assert.All(consumers, c => Assert.Contains(c.ParentSpanId, spans.Select(s => s.SpanId)));
        Assert.Contains(consumers, c => c.ParentSpanId == gateway.SpanId);
    }
}
