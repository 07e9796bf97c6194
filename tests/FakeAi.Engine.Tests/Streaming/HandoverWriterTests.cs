using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using FakeAi.Engine.Streaming;

namespace FakeAi.Engine.Tests.Streaming;

public sealed class HandoverWriterTests
{
    [Fact]
    public async Task FlushAsync_AfterTheFirst_NeverLeavesTheResponseWithBytesThatItCannotSend()
    {
        var response = new Response();
        var writer = new HandoverWriter(response);
        for (var i = 0; i < 20; i++)
        {
            // Several writes a chunk, some larger than the first buffer.
            writer.Write(Encoding.UTF8.GetBytes($"<{i}:"));
            writer.Write(Encoding.UTF8.GetBytes(new string('x', i * 300)));
            writer.Write(">"u8);
            Assert.Equal(0, response.UnflushedBytes);
            await writer.FlushAsync(CancellationToken.None);
            Assert.Equal(0, writer.UnflushedBytes);
        }

        writer.Write("end"u8);
        writer.Complete();

        Assert.Equal(string.Concat(Enumerable.Range(0, 20).Select(i => $"<{i}:{new string('x', i * 300)}>")) + "end", response.Text);
        Assert.Equal(["advance", "flush", .. Enumerable.Repeat("write", 19), "advance"], response.Calls);
    }

    /// <summary>A response's writer that notes how it is used.</summary>
    private sealed class Response : PipeWriter
    {
        private readonly ArrayBufferWriter<byte> _bytes = new();
        private long _unflushed;

        public List<string> Calls { get; } = [];

        public string Text => Encoding.UTF8.GetString(_bytes.WrittenSpan);

        public override bool CanGetUnflushedBytes => true;

        public override long UnflushedBytes => _unflushed;

        public override void Advance(int bytes)
        {
            Calls.Add("advance");
            _unflushed += bytes;
            _bytes.Advance(bytes);
        }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            Calls.Add("flush");
            _unflushed = 0;
            return new(new FlushResult(isCanceled: false, isCompleted: false));
        }

        public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
        {
            Calls.Add("write");
            _bytes.Write(source.Span);
            return new(new FlushResult(isCanceled: false, isCompleted: false));
        }

        public override Memory<byte> GetMemory(int sizeHint = 0) => _bytes.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => _bytes.GetSpan(sizeHint);

        public override void CancelPendingFlush()
        {
        }

        public override void Complete(Exception? exception = null) => Calls.Add("complete");
    }
}
