using System.Buffers;
using System.Text.Json;
using FakeAi.Engine.Dialects.Exchange;
using FakeAi.Engine.Dialects.OpenAiChat;
using FakeAi.Engine.Pipeline;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Streaming.Formatters;

namespace FakeAi.Engine.Dialects.OpenAiResponses;

/// <summary>An answer as OpenAI's responses tell it.</summary>
internal sealed class ResponseAnswer : IDialectAnswer
{
    private readonly ToldResponse _told;
    private readonly Func<long> _now;
    private readonly StreamFrame _frame;
    private readonly EventWriter? _writer;

    /// <exception cref="OpenAiFault">The format has no room for events.</exception>
    public ResponseAnswer(TextTelling<ResponsesRequest> telling, Func<long> unixSeconds)
    {
        var head = ResponseHead.Create(telling.Head, telling.Context.Seed, telling.Deterministic);
        _told = new ToldResponse(telling.Request, head, telling.Answer, telling.Context.CachedTokens, telling.Context.Seed);
        _now = telling.Deterministic ? () => head.Created : unixSeconds;
        _frame = telling.Frame;
        if (telling.Request.Stream is { } stream)
        {
            _writer = _frame.ContentOnly
                ? throw new OpenAiFault(400, "Plain text cannot tell a response's events: choose another format.", StreamFormats.Parameter, "unsupported_format")
                : new EventWriter(_told, _frame, stream.IncludeObfuscation, _now);
        }
    }

    public string Id => _told.Head.Id;

    public string Model => _told.Head.Model;

    public IReadOnlyList<string> FinishReasons => [_told.IncompleteReason ?? "stop"];

    public string ContentType => _writer is null ? "application/json" : _frame.ContentType;

    public IChunkEncoder? Encoder => _writer;

    public void WriteWhole(IBufferWriter<byte> output)
    {
        using (var json = new Utf8JsonWriter(output, JsonText.Indented))
        {
            _told.Write(json, _told.Status, _told.IncompleteReason is null ? _now() : null);
        }

        output.Write("\n"u8);
    }

    public Task WriteTimeoutAsync(HttpResponse response, CancellationToken cancellationToken) => OpenAiFault.TimedOut().WriteAsync(response, cancellationToken);

    public void WriteStreamError(IBufferWriter<byte> output, StreamFrame frame, StreamError error) => _writer!.WriteFailed(output, error.Message);
}
