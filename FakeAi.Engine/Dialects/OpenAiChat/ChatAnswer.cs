using System.Buffers;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Pipeline;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Streaming.Formatters;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>An answer as OpenAI's chat completions tell it.</summary>
internal sealed class ChatAnswer : IDialectAnswer
{
    private readonly ToldChat _told;
    private readonly StreamFrame _frame;

    public ChatAnswer(ChatRequest request, Answer answer, GenerationContext context, ITokenizer tokenizer, AnswerHead head, StreamFrame frame)
    {
        _told = new ToldChat(request, head, answer, context.CachedTokens, context.Seed, tokenizer);
        _frame = frame;
        FinishReasons = [.. answer.Choices.Select(c => c.Finish.Word(request.Functions))];
        Encoder = request.Stream is not { } how ? null
            : frame.ContentOnly ? new TextWriter(answer.Choices[0])
            : new ChunkWriter(_told, how, frame);
    }

    public string Id => _told.Head.Id;

    public string Model => _told.Head.Model;

    public IReadOnlyList<string> FinishReasons { get; }

    public string ContentType => Encoder is null ? "application/json" : _frame.ContentType;

    public IChunkEncoder? Encoder { get; }

    public void WriteWhole(IBufferWriter<byte> output) => CompletionWriter.Write(output, _told);

    public Task WriteTimeoutAsync(HttpResponse response, CancellationToken cancellationToken) =>
        OpenAiFault.TimedOut().WriteAsync(response, cancellationToken);
}
