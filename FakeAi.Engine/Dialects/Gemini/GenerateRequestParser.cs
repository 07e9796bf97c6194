using System.Buffers;
using System.Globalization;
using System.Text.Json;
using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Dialects.Exchange;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Generation.Tokens;
using FakeAi.Engine.Generation.Tools;
using FakeAi.Engine.Hosting;

namespace FakeAi.Engine.Dialects.Gemini;

/// <summary>Turns a request's body into a <see cref="GenerateRequest"/>, or tells what is wrong with it as Google does.</summary>
internal sealed class GenerateRequestParser(ModelCatalogue catalogue, Tokenizers tokenizers)
{
    private const int MaxQuoted = 64;

    private static readonly string[] s_fields =
    [
        "model", "contents", "system_instruction", "tools", "tool_config", "generation_config", "safety_settings", "cached_content", "service_tier", "store",
    ];

    private static readonly string[] s_categories =
    [
        "HARM_CATEGORY_UNSPECIFIED", "HARM_CATEGORY_DEROGATORY", "HARM_CATEGORY_TOXICITY", "HARM_CATEGORY_VIOLENCE", "HARM_CATEGORY_SEXUAL", "HARM_CATEGORY_MEDICAL",
        "HARM_CATEGORY_DANGEROUS", "HARM_CATEGORY_HARASSMENT", "HARM_CATEGORY_HATE_SPEECH", "HARM_CATEGORY_SEXUALLY_EXPLICIT", "HARM_CATEGORY_DANGEROUS_CONTENT",
        "HARM_CATEGORY_CIVIC_INTEGRITY",
    ];

    private static readonly string[] s_thresholds =
        ["HARM_BLOCK_THRESHOLD_UNSPECIFIED", "BLOCK_LOW_AND_ABOVE", "BLOCK_MEDIUM_AND_ABOVE", "BLOCK_ONLY_HIGH", "BLOCK_NONE", "OFF"];

    /// <summary>The model that a path names.</summary>
    /// <param name="id">Its name.</param>
    /// <param name="version">The API's version.</param>
    /// <param name="method">What is to be done with it.</param>
    /// <exception cref="ProviderFault">Gemini has no such model.</exception>
    public ModelInfo Model(string id, string version, string method) =>
        catalogue.TryGet(id, out var model) && model is { Kind: "chat", Provider: "google" or "fakeai" } ? model
        : throw new ProviderFault(
            StatusCodes.Status404NotFound, "NOT_FOUND",
            $"models/{(id.Length <= MaxQuoted ? id : id[..MaxQuoted])} is not found for API version {version}, or is not supported for {method}. Call ListModels to see the list of available models and their supported methods.");

    /// <exception cref="ProviderFault">The request is not valid.</exception>
    public GenerateRequest Parse(ReadOnlySequence<byte> body, ModelInfo model, string requested) => GeminiBody.Read(body, root =>
    {
        var payload = new Payload();
        var prompt = Prompt(payload, root, "", model);
        var config = GenerationConfig.Read(payload, prompt.Root, model);
        var categories = SafetyCategories(payload, prompt.Root);
        payload.Check();
        CheckReferences(prompt.Root);
        if (config.Format is not null && prompt.Tools is not null)
        {
            throw GeminiWords.InvalidArgument("Function calling with a response mime type: 'application/json' is unsupported");
        }

        var tokens = prompt.Tokens + (config.Format?.Schema is { } schema ? tokenizers.For(model).Count(schema.GetRawText()) : 0);
        if (tokens > model.ContextWindow)
        {
            throw GeminiWords.InvalidArgument(string.Create(
                CultureInfo.InvariantCulture, $"The input token count ({tokens}) exceeds the maximum number of tokens allowed ({model.ContextWindow})."));
        }

        if (config.MaxOutputTokens > model.MaxOutputTokens)
        {
            throw GeminiWords.InvalidArgument(string.Create(
                CultureInfo.InvariantCulture,
                $"Unable to submit request because it has a maxOutputTokens value of {config.MaxOutputTokens} but the supported range is from 1 (inclusive) to {model.MaxOutputTokens + 1} (exclusive). Update the value and try again."));
        }

        var generation = new GenerationRequest
        {
            Model = model,
            RequestedModel = requested,
            Messages = prompt.Messages,
            Tools = prompt.Tools,
            Format = config.Format,
            ShowReasoning = config.ShowThoughts,
            PromptTokens = tokens,
            MaxTokens = config.MaxOutputTokens ?? model.MaxOutputTokens,
            LimitGiven = config.MaxOutputTokens is not null,
            Choices = config.Candidates,
            Stop = config.Stop,
            Seed = config.Seed,
            Sampling = config.Sampling,
        };
        return new GenerateRequest(generation, config.TopLogprobs, categories) { Steering = SteeringFields.Of(root) };
    });

    /// <summary>Counts a prompt's tokens: that of <c>contents</c>, or of a whole <c>generateContentRequest</c>.</summary>
    /// <exception cref="ProviderFault">The request is not valid.</exception>
    public int Count(ReadOnlySequence<byte> body, ModelInfo model) => GeminiBody.Read(body, root =>
    {
        var payload = new Payload();
        var outer = payload.Message(root, "", "CountTokensRequest", "model", "contents", "system_instruction", "tools", "tool_config", "generation_config", "generate_content_request");
        return outer.Raw("generate_content_request") is { } inner
            ? Prompt(payload, inner, "generate_content_request", model).Tokens
            : Prompt(new Payload(), root, "", model).Tokens;
    });

    private PromptParts Prompt(Payload payload, JsonElement root, string path, ModelInfo model)
    {
        var own = path.Length == 0 ? GeminiBody.Own(root) : root;
        var request = payload.Message(own, path, "GenerateContentRequest", s_fields);
        var tokenizer = tokenizers.For(model);
        var reader = new ContentReader(payload, model, tokenizer);
        var tools = new ToolReader(payload).Read(request);
        reader.System(request);
        reader.Contents(request);
        return new PromptParts(request, reader.Messages, tools, PromptTokens.Count(model, tokenizer, reader.Messages, tools?.Definitions));
    }

    private static List<string> SafetyCategories(Payload payload, ProtoMessage root)
    {
        var categories = new List<string>();
        foreach (var (setting, path) in root.List("safety_settings"))
        {
            var message = payload.Message(setting, path, "SafetySetting", "category", "threshold", "method");
            message.Enumeration("threshold", "SafetySetting.HarmBlockThreshold", s_thresholds);
            if (message.Enumeration("category", "HarmCategory", s_categories) is { } category)
            {
                if (categories.Contains(category, StringComparer.Ordinal))
                {
                    throw GeminiWords.InvalidArgument($"* GenerateContentRequest.safety_settings: Each category may only have one SafetySetting: {category}\n");
                }

                categories.Add(category);
            }
        }

        return categories;
    }

    /// <summary>Nothing is kept here that a request could refer to.</summary>
    private static void CheckReferences(ProtoMessage root)
    {
        if (root.String("cached_content") is { Length: > 0 })
        {
            throw new ProviderFault(StatusCodes.Status403Forbidden, "PERMISSION_DENIED", "CachedContent not found (or permission denied)");
        }
    }

    private sealed record PromptParts(ProtoMessage Root, IReadOnlyList<PromptMessage> Messages, ToolOffer? Tools, int Tokens);
}
