using System.Net.Sockets;
using System.Text;
using FakeAi.Contracts.Events;
using FakeAi.Contracts.Wire;
using FakeAi.Gateway.Tests.Hosting;
using FakeAi.Gateway.Upstreams;
using FakeAi.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace FakeAi.Gateway.Tests.Upstreams;

public sealed class ChunkLinkTests
{
    private const string Streamed = """{"stream":true,"model":"gpt-4o-mini","messages":[]}""";

    [Fact]
    public async Task Stream_OverTheLink_ReachesTheClientChunkByChunkAndIsCountedByItsTrailers()
    {
        await using var system = await LinkedSystem.StartAsync();
        system.Engine.Handler = async context =>
        {
            var number = FakeLink.Number(context);
            await system.Link.HeadAsync(number);
            await system.Link.DataAsync(number, "data: 1\n\n");
            await system.Seen.Task;

            // One frame in three pieces, and the end with it.
            await system.Link.DataAsync(number, "data: 2\n\n");
            await system.Link.LastAsync(number, "data: [DONE]\n\n", (InternalHeaders.OutputTokens, "2"), (InternalHeaders.FinishReason, "stop"));
            context.Response.Headers[InternalHeaders.Link] = "1";
        };

        using var response = await system.Gateway.OpenAsync(Streamed);
        await using var body = await response.Content.ReadAsStreamAsync();
        var first = new byte[9];
        await body.ReadExactlyAsync(first);
        system.Seen.SetResult();

        Assert.Equal("data: 1\n\n", Encoding.UTF8.GetString(first));
        Assert.Equal("data: 2\n\ndata: [DONE]\n\n", await new StreamReader(body).ReadToEndAsync());
        Assert.Equal("text/event-stream; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.False(response.Headers.Contains(InternalHeaders.Model));
        var completed = Assert.Single(await system.Gateway.EventsAsync<RequestCompleted>());
        Assert.Equal((2, "stop", 32L), (completed.OutputTokens, completed.FinishReason, completed.BytesOut));
        await system.Gateway.AssertEndsOnceAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Stream_WhoseEngineIsLost_BreaksOffAndCountsAsFailed(bool linkEnds)
    {
        await using var system = await LinkedSystem.StartAsync();
        system.Engine.Handler = async context =>
        {
            var number = FakeLink.Number(context);
            await system.Link.HeadAsync(number);
            await system.Link.DataAsync(number, "data: 1\n\n");
            await system.Seen.Task;
            if (linkEnds)
            {
                system.Link.Dispose();
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);
            }
            else
            {
                context.Abort();
            }
        };

        using var response = await system.Gateway.OpenAsync(Streamed);
        await using var body = await response.Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(new byte[9]);
        system.Seen.SetResult();

        await Assert.ThrowsAnyAsync<Exception>(() => new StreamReader(body).ReadToEndAsync());
        Assert.Equal(200, Assert.Single(await system.Gateway.EventsAsync<RequestFailed>()).Status);
        await system.Gateway.AssertEndsOnceAsync();
    }

    [Fact]
    public async Task Stream_WhoseClientReadsNothing_GetsNoCreditBeforeItReads()
    {
        await using var system = await LinkedSystem.StartAsync();
        var chunk = new string('x', 64 * 1024);
        system.Engine.Handler = async context =>
        {
            var number = FakeLink.Number(context);
            await system.Link.HeadAsync(number);

            // More than sockets and servers buffer: at some point the client's connection takes no more.
            var (sent, credited) = (0, 0);
            while (sent - credited < ChunkFrames.WindowBytes)
            {
                await system.Link.DataAsync(number, chunk);
                sent += chunk.Length;
                while (sent - credited >= ChunkFrames.WindowBytes && (system.Link.HasCredit || !await NothingMoreAsync(system.Link)))
                {
                    credited += await system.Link.CreditAsync();
                }
            }

            system.Seen.SetResult();
            while (credited < sent - ChunkFrames.WindowBytes / 2)
            {
                credited += await system.Link.CreditAsync();
            }

            await system.Link.LastAsync(number, "end");
            context.Response.Headers[InternalHeaders.Link] = "1";
        };

        using var client = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await client.ConnectAsync(system.Gateway.Address.Host, system.Gateway.Address.Port);
        await client.SendAsync(Encoding.ASCII.GetBytes(
            $"POST /v1/chat/completions HTTP/1.1\r\nHost: {system.Gateway.Address.Authority}\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {Streamed.Length}\r\n\r\n{Streamed}"));
        await system.Seen.Task.WaitAsync(TimeSpan.FromSeconds(30));

        var read = new MemoryStream();
        var buffer = new byte[64 * 1024];
        for (int length; (length = await client.ReceiveAsync(buffer)) > 0;)
        {
            read.Write(buffer, 0, length);
        }

        Assert.EndsWith("end\r\n0\r\n\r\n", Encoding.ASCII.GetString(read.ToArray()), StringComparison.Ordinal);
        Assert.Single(await system.Gateway.EventsAsync<RequestCompleted>());
    }

    private static async Task<bool> NothingMoreAsync(FakeLink link)
    {
        await Task.Delay(200);
        return !link.HasCredit;
    }

    /// <summary>A gateway whose one engine is a fake with a link.</summary>
    private sealed class LinkedSystem : IAsyncDisposable
    {
        public required FakeEngine Engine { get; init; }

        public required FakeLink Link { get; init; }

        public required GatewayHost Gateway { get; init; }

        public TaskCompletionSource Seen { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public static async Task<LinkedSystem> StartAsync()
        {
            var (engine, link) = (await FakeEngine.StartAsync(), new FakeLink());
            var gateway = await GatewayHost.StartAsync(engine, ("Engines:0:Http", link.Address));
            await link.AcceptAsync();
            var open = gateway.Services.GetRequiredService<EnginePool>().Engines[0].Link!;
            await Eventually.IsTrueAsync(() => open.IsOpen);
            return new LinkedSystem { Engine = engine, Link = link, Gateway = gateway };
        }

        public async ValueTask DisposeAsync()
        {
            Seen.TrySetResult();
            Link.Dispose();
            await Gateway.DisposeAsync();
            await Engine.DisposeAsync();
        }
    }
}
