using FakeAi.Gateway.Requests;
using FakeAi.Gateway.Upstreams;
using FakeAi.TestKit;
using Microsoft.AspNetCore.Http;

namespace FakeAi.Gateway.Tests.Upstreams;

public sealed class EngineAnswerTests
{
    [Fact]
    public async Task Relay_ClientHangsUpAtTheLastBytes_WasDelivered()
    {
        using var gone = new CancellationTokenSource();
        var context = new DefaultHttpContext { RequestAborted = gone.Token };
        context.Response.Body = new MemoryStream();
        var request = new GatewayRequest(context, new RecordingPublisher(), TimeProvider.System, "acme");
        using var engine = new Engine("engine-0", new Uri("http://127.0.0.1:9"), null);
        engine.Enter();
        var response = new HttpResponseMessage { Content = new StreamContent(new LastChunk("data: [DONE]\n\n"u8.ToArray(), gone)) };
        using var call = new EngineCall(engine, new HttpRequestMessage(), response, null, null, false);

        var outcome = await EngineAnswer.RelayAsync(call, context, request, gone.Token);

        Assert.True(gone.IsCancellationRequested);
        Assert.Equal((RelayOutcome.Delivered, 14L), (outcome, request.BytesOut));
    }

    /// <summary>Tells its bytes; the client leaves before the end is seen.</summary>
    private sealed class LastChunk(byte[] bytes, CancellationTokenSource client) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = Read(buffer.Span);
            if (read == 0)
            {
                client.Cancel();
            }

            return ValueTask.FromResult(read);
        }
    }
}
