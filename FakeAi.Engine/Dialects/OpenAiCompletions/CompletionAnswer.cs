using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using FakeAi.Engine.Dialects.OpenAiChat;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Pipeline;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Streaming.Formatters;

namespace FakeAi.Engine.Dialects.OpenAiCompletions;

/// <summary>An answer as OpenAI's legacy completions tell it.</summary>
internal sealed class CompletionAnswer : IDialectAnswer
{
    private static readonly JsonWriterOptions s_json = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ToldCompletion _told;
    private readonly StreamFrame _frame;

    public CompletionAnswer(CompletionRequest request, Answer answer, GenerationContext context, ITokenizer tokenizer, AnswerHead head, StreamFrame frame)
    {
        _told = ToldCompletion.Of(request, head, answer, context.CachedTokens, context.Seed, tokenizer);
        FinishReasons = [.. _told.Choices.Select(static c => c.Choice.Finish.Word())];
        _frame = frame;
        Encoder = request.Stream is not { } how ? null
            : frame.ContentOnly ? new OpenAiChat.TextWriter(_told.Choices[0].Choice, request.Echo ? _told.Choices[0].Prompt.Text : "")
            : new TextChunkWriter(_told, how, frame);
    }

    public string Id => _told.Head.Id;

    public string Model => _told.Head.Model;

    public IReadOnlyList<string> FinishReasons { get; }

    public string ContentType => Encoder is null ? "application/json" : _frame.ContentType;

    public IChunkEncoder? Encoder { get; }

    public void WriteWhole(IBufferWriter<byte> output)
    {
        using (var json = new Utf8JsonWriter(output, s_json))
        {
            json.WriteStartObject();
            json.WriteString("id"u8, _told.Head.Id);
            json.WriteString("object"u8, "text_completion"u8);
            json.WriteNumber("created"u8, _told.Head.Created);
            json.WriteString("model"u8, _told.Head.Model);
            json.WriteStartArray("choices"u8);
            for (var i = 0; i < _told.Choices.Count; i++)
            {
                Choice(json, _told.Choices[i], i);
            }

            json.WriteEndArray();
            Usage.Write(json, _told.Request.PromptTokens, _told.CachedTokens, _told.Answer);
            json.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    public Task WriteTimeoutAsync(HttpResponse response, CancellationToken cancellationToken) =>
        OpenAiFault.TimedOut().WriteAsync(response, cancellationToken);

    private void Choice(Utf8JsonWriter json, ToldChoice told, int index)
    {
        var request = _told.Request;
        json.WriteStartObject();
        json.WriteString("text"u8, request.Echo ? told.Prompt.Text + told.Content.Text : told.Content.Text);
        json.WriteNumber("index"u8, index);
        json.WritePropertyName("logprobs"u8);
        if (request.Logprobs is { } top)
        {
            var logprobs = new LegacyLogprobs(top, told.Prompt.Text, _told.Tokenizer);
            if (request.Echo)
            {
                logprobs.AddPrompt(told.Prompt, told.Seed);
            }

            var probabilities = LogProbabilities.Of(told.Content, told.Seed, Math.Max(1, top), _told.Tokenizer);
            for (var i = 0; i < probabilities.Length; i++)
            {
                logprobs.Add(probabilities[i], told.Content.Piece(i));
            }

            logprobs.Write(json);
        }
        else
        {
            json.WriteNullValue();
        }

        json.WriteString("finish_reason"u8, told.Choice.Finish.Word());
        json.WriteEndObject();
    }
}
