using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Dialects.Exchange;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Hosting;

namespace FakeAi.Engine.Dialects.Gemini;

/// <summary>A text to embed.</summary>
/// <param name="Text">The text; of a document with its title in front.</param>
/// <param name="Task">What the vector is for, in Google's words; null where the request does not say.</param>
/// <param name="Dimensions">Length of the vector.</param>
/// <param name="Tokens">Tokens of the text.</param>
internal sealed record EmbedText(string Text, string? Task, int Dimensions, int Tokens);

/// <summary>A checked request for embeddings.</summary>
/// <param name="Texts">What to embed, in order.</param>
/// <param name="Steering">What the body says about the request's own timing.</param>
internal sealed record EmbedRequest(IReadOnlyList<EmbedText> Texts, SteeringFields Steering);

/// <summary>Turns the body of <c>embedContent</c> or <c>batchEmbedContents</c> into an <see cref="EmbedRequest"/>, or tells what is wrong with it as Google does.</summary>
internal sealed class EmbedRequestParser(ModelCatalogue catalogue, Tokenizers tokenizers)
{
    private const int MostRequests = 100;
    private const int MaxQuoted = 64;
    private const string Unspecified = "TASK_TYPE_UNSPECIFIED";
    private const string Document = "RETRIEVAL_DOCUMENT";

    private static readonly string[] s_tasks =
    [
        Unspecified, "RETRIEVAL_QUERY", Document, "SEMANTIC_SIMILARITY", "CLASSIFICATION", "CLUSTERING", "QUESTION_ANSWERING", "FACT_VERIFICATION",
        "CODE_RETRIEVAL_QUERY",
    ];

    /// <summary>The model that a path names.</summary>
    /// <exception cref="ProviderFault">Gemini has no such model, or it does not embed.</exception>
    public ModelInfo Model(string id, string version, string method) =>
        catalogue.TryGet(id, out var model) && model is { Kind: "embedding", Provider: "google" } ? model
        : throw new ProviderFault(
            StatusCodes.Status404NotFound, "NOT_FOUND",
            $"models/{(id.Length <= MaxQuoted ? id : id[..MaxQuoted])} is not found for API version {version}, or is not supported for {method}. Call ListModels to see the list of available models and their supported methods.");

    /// <exception cref="ProviderFault">The request is not valid.</exception>
    public EmbedRequest Parse(ReadOnlySequence<byte> body, ModelInfo model) => GeminiBody.Read(body, root =>
    {
        var payload = new Payload();
        var one = Read(payload, GeminiBody.Own(root), "", model);
        payload.Check();
        return new EmbedRequest([one()], SteeringFields.Of(root));
    });

    /// <exception cref="ProviderFault">The request is not valid.</exception>
    public EmbedRequest ParseBatch(ReadOnlySequence<byte> body, ModelInfo model) => GeminiBody.Read(body, root =>
    {
        var payload = new Payload();
        var message = payload.Message(GeminiBody.Own(root), "", "BatchEmbedContentsRequest", "model", "requests");
        var requests = message.List("requests").ToArray();
        if (requests.Length is 0 or > MostRequests)
        {
            throw GeminiWords.InvalidArgument(requests.Length == 0
                ? "* BatchEmbedContentsRequest.requests: requests must not be empty\n"
                : $"* BatchEmbedContentsRequest.requests: at most {MostRequests} requests can be in one batch\n");
        }

        var all = requests.Select(r => Read(payload, r.Value, r.Path, model)).ToArray();
        payload.Check();
        return new EmbedRequest([.. all.Select(static read => read())], SteeringFields.Of(root));
    });

    /// <summary>Reads one request; the rest of the work is left until the whole payload is known to fit its types.</summary>
    private Func<EmbedText> Read(Payload payload, JsonElement value, string path, ModelInfo model)
    {
        var request = payload.Message(value, path, "EmbedContentRequest", "model", "content", "task_type", "title", "output_dimensionality");
        var named = request.String("model");
        var task = request.Enumeration("task_type", "TaskType", s_tasks);
        var title = request.String("title");
        var dimensions = request.Integer("output_dimensionality");
        var content = request.Message("content", "Content", "parts", "role");
        var parts = content?.List("parts")
            .Select(p => payload.Message(p.Value, p.Path, "Part", "text", "inline_data", "file_data", "function_call", "function_response", "thought"))
            .Select(static p => p.Has("text") ? p.String("text") : null).ToArray();
        var at = path.Length == 0 ? "EmbedContentRequest" : $"BatchEmbedContentsRequest.{path}";
        return () =>
        {
            if (named is not null && !Names(named, model))
            {
                throw GeminiWords.InvalidArgument($"* {at}.model: model must match the model in the request path\n");
            }

            if (parts is null || parts.Length == 0)
            {
                throw GeminiWords.InvalidArgument($"* {at}.content: contents is not specified\n");
            }

            if (parts.Contains(null))
            {
                throw GeminiWords.InvalidArgument($"* {at}.content: only text parts are supported by this model\n");
            }

            if (title is { Length: > 0 } && task != Document)
            {
                throw GeminiWords.InvalidArgument($"* {at}.title: title is only applicable when task_type is {Document}\n");
            }

            if (dimensions is { } asked && (asked < 1 || asked > model.Dimensions))
            {
                throw GeminiWords.InvalidArgument(string.Create(
                    CultureInfo.InvariantCulture, $"* {at}.output_dimensionality: output_dimensionality must be in the range [1, {model.Dimensions}]\n"));
            }

            var (text, tokens) = Cut(title is { Length: > 0 } ? $"{title}\n{string.Concat(parts)}" : string.Concat(parts), model);
            return new EmbedText(text, task == Unspecified ? null : task, dimensions ?? model.Dimensions, tokens);
        };
    }

    private bool Names(string name, ModelInfo model)
    {
        const string Prefix = "models/";
        return catalogue.TryGet(name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : name, out var named) && named == model;
    }

    /// <summary>What goes beyond the model's window is left out without a word, as Google does.</summary>
    private (string Text, int Tokens) Cut(string text, ModelInfo model)
    {
        var tokenizer = tokenizers.For(model);
        var tokens = tokenizer.Count(text);
        if (tokens <= model.ContextWindow)
        {
            return (text, tokens);
        }

        var ids = new List<int>(tokens);
        tokenizer.Encode(text, ids);
        var bytes = new ArrayBufferWriter<byte>(model.ContextWindow * 4);
        foreach (var id in ids.Take(model.ContextWindow))
        {
            bytes.Write(tokenizer.BytesOf(id));
        }

        return (Encoding.UTF8.GetString(bytes.WrittenSpan), model.ContextWindow);
    }
}
