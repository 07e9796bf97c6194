using System.Buffers;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Pipeline;
using FakeAi.Engine.Streaming;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>An answer as OpenAI's chat completions tell it.</summary>
internal sealed class ChatAnswer : IDialectAnswer
{
    private readonly AnswerHead _head;
    private readonly Answer _answer;
    private readonly int _promptTokens;

    public ChatAnswer(ChatRequest request, Answer answer, ulong seed, AnswerHead head)
    {
        _head = head;
        _answer = answer;
        _promptTokens = request.Generation.PromptTokens;
        FinishReasons = [.. answer.Choices.Select(c => c.Finish.Word())];
        Encoder = request.Stream is { } how ? new ChunkWriter(head, answer, _promptTokens, how, seed) : null;
    }

    public string Id => _head.Id;

    public string Model => _head.Model;

    public IReadOnlyList<string> FinishReasons { get; }

    public string ContentType => Encoder is null ? "application/json" : "text/event-stream; charset=utf-8";

    public IChunkEncoder? Encoder { get; }

    public void WriteWhole(IBufferWriter<byte> output) => CompletionWriter.Write(output, _head, _answer, _promptTokens);

    public Task WriteTimeoutAsync(HttpResponse response, CancellationToken cancellationToken) =>
        OpenAiFault.TimedOut().WriteAsync(response, cancellationToken);
}
