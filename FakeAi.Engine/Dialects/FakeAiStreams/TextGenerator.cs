using System.Runtime.CompilerServices;
using System.Text.Json;
using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Generation.Sources;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Streaming.Generators;

namespace FakeAi.Engine.Dialects.FakeAiStreams;

/// <summary>
/// <c>text</c>: the answer to <c>input</c> (text), in chunks of <c>chunk_tokens_min</c> to <c>chunk_tokens_max</c> tokens
/// (1 to 256; 1 and 1 unless given), at most <c>max_tokens</c> in all.
/// </summary>
internal sealed class TextGenerator(AnswerGenerator answers, ModelCatalogue catalogue, Tokenizers tokenizers) : IStreamGenerator
{
    private const int MostChunkTokens = 256;

    public string Name => "text";

    public StreamType Type => StreamType.Custom;

    public async IAsyncEnumerable<StreamChunk> GenerateAsync(
        StreamContext context, JsonElement request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!request.TryGetProperty("input", out var input) || input.ValueKind != JsonValueKind.String)
        {
            throw new StreamGenerationException(context.Id, StreamError.Invalid("'input' must be a text."));
        }

        var least = StreamFields.Integer(context, request, "chunk_tokens_min", 1, 1, MostChunkTokens);
        var most = StreamFields.Integer(context, request, "chunk_tokens_max", least, least, MostChunkTokens);
        if (!catalogue.TryGet(context.Model, out var model) || model.Kind != "chat")
        {
            throw new StreamGenerationException(context.Id, StreamError.Invalid("'model' must be a chat model."));
        }

        var answer = answers.Generate(
            new GenerationRequest
            {
                Model = model,
                RequestedModel = context.Model,
                Messages = [new PromptMessage("user", null, input.GetString()!)],
                MaxTokens = context.MaxTokens ?? model.MaxOutputTokens,
            },
            context.Seed,
            new AnswerDemand(context.Endpoint)).Choices[0];
        var from = 0;
        foreach (var piece in new TokenChunker(tokenizers.For(model), least, most).Chunk(answer.Text, context.Seed))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return StreamChunk.Text(answer.Text[from..piece.End], piece.Tokens);
            from = piece.End;
        }

        await Task.CompletedTask;
    }
}
