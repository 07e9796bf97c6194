using System.Buffers;
using System.Text.Json;
using FakeAi.Engine.Dialects.Exchange;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Pipeline;
using FakeAi.Engine.Streaming;
using FakeAi.Engine.Streaming.Formatters;

namespace FakeAi.Engine.Dialects.Gemini;

/// <summary>An answer as Gemini tells it.</summary>
internal sealed class ContentAnswer : IDialectAnswer
{
    private readonly ToldContent _told;
    private readonly StreamForm? _form;
    private readonly string _requestId;
    private readonly GeminiWords _words;
    private readonly ContentWriter? _writer;

    /// <param name="told">The answer.</param>
    /// <param name="form">The form of the stream; null for an answer sent whole.</param>
    /// <param name="requestId">The request's id.</param>
    public ContentAnswer(ToldContent told, StreamForm? form, string requestId)
    {
        (_told, _form, _requestId) = (told, form, requestId);
        _words = form?.Words ?? GeminiWords.Plain;
        _writer = form is null ? null : new ContentWriter(told, form);
        FinishReasons = [.. told.Answer.Choices.Select(ToldContent.FinishReason)];
    }

    public string Id => _told.Id;

    public string Model => _told.Model;

    public IReadOnlyList<string> FinishReasons { get; }

    public string ContentType => _form?.Frame.ContentType ?? "application/json; charset=UTF-8";

    public IChunkEncoder? Encoder => _writer;

    public void WriteWhole(IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output, JsonText.Indented);
        json.WriteStartObject();
        json.WriteStartArray("candidates"u8);
        for (var i = 0; i < _told.Answer.Choices.Count; i++)
        {
            Candidate(json, _told.Answer.Choices[i], i);
        }

        json.WriteEndArray();
        _told.WriteUsage(json);
        _told.WriteNames(json);
        json.WriteEndObject();
    }

    public Task WriteTimeoutAsync(HttpResponse response, CancellationToken cancellationToken) =>
        _words.WriteAsync(response, _words.TimedOut(), _requestId, cancellationToken);

    public Task WriteErrorAsync(HttpResponse response, StreamError error, CancellationToken cancellationToken) =>
        _words.WriteAsync(response, _words.Of(error), _requestId, cancellationToken);

    public void WriteStreamError(IBufferWriter<byte> output, StreamFrame frame, StreamError error)
    {
        output.Write(_writer!.Began ? _form!.Next : _form!.First);
        output.Write(JsonText.Bytes(json => GeminiWords.WriteEnvelope(json, _words.Of(error))));
        output.Write(_form.Suffix);
        output.Write(_form.End);
    }

    private void Candidate(Utf8JsonWriter json, AnswerChoice choice, int index)
    {
        json.WriteStartObject();
        json.WriteStartObject("content"u8);
        var parts = choice.Parts.Where(ToldContent.IsTold).ToArray();
        if (parts.Length > 0)
        {
            json.WriteStartArray("parts"u8);
            foreach (var part in parts)
            {
                _told.WritePart(json, part);
            }

            json.WriteEndArray();
        }

        json.WriteString("role"u8, "model"u8);
        json.WriteEndObject();
        json.WriteString("finishReason"u8, ToldContent.FinishReason(choice));
        json.WriteNumber("index"u8, index);
        _told.WriteRatings(json);
        TokenProbability[] tokens = [.. choice.Parts.Select(p => _told.Probabilities(p, index)).OfType<TokenProbability[][]>().SelectMany(static p => p).SelectMany(static t => t)];
        if (tokens.Length > 0)
        {
            json.WriteNumber("avgLogprobs"u8, tokens.Average(static t => t.LogProbability));
            ToldContent.WriteLogprobs(json, tokens);
        }

        json.WriteEndObject();
    }
}
