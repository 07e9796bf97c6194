using FakeAi.Engine.Generation.Sources;
using FakeAi.Engine.Generation.Structured;
using FakeAi.Engine.Generation.Tools;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Generation;

/// <summary>
/// Makes the answer to a request: its parts by a source that knows it, else by what the request asks for; its tokens by the
/// tokenizer, its end by the limits.
/// </summary>
internal sealed class AnswerGenerator(Tokenizers tokenizers, AnswerSources? sources = null)
{
    /// <summary>Most words that a prompt can ask for.</summary>
    public const int MostWords = 20_000;

    private const ulong BatchPurpose = 0xBA7C4;

    /// <summary>Generates every choice: those of the request itself, then those of each prompt of its batch.</summary>
    /// <param name="request">What to generate.</param>
    /// <param name="seed">The request's seed, see <see cref="GenerationRequest.SeedFor"/>.</param>
    /// <param name="demand">How it is asked for.</param>
    /// <exception cref="SchemaUnmetException">A schema of the request has no value that could be made.</exception>
    public Answer Generate(GenerationRequest request, ulong seed, AnswerDemand demand = default)
    {
        var choices = new List<AnswerChoice>(request.Choices * (1 + request.Batch.Count));
        var timing = AddChoices(choices, request, seed, demand);
        for (var i = 0; i < request.Batch.Count; i++)
        {
            var further = AddChoices(choices, request.Batch[i], SeedHash.Derive(seed, BatchPurpose + (ulong)i), demand);
            timing ??= further;
        }

        return new Answer(choices, PredictedOutput.Use(request, choices, tokenizers.For(request.Model))) { Timing = timing };
    }

    /// <summary>Adds a request's choices; gives the timing that their source asks for.</summary>
    private AnswerTiming? AddChoices(List<AnswerChoice> choices, GenerationRequest request, ulong seed, AnswerDemand demand)
    {
        var tokenizer = tokenizers.For(request.Model);
        if (sources?.Find(request, demand) is { } sourced)
        {
            var same = Told(Thinking.Hide(sourced.Draft, request, tokenizer), request, tokenizer, seed);
            choices.AddRange(Enumerable.Repeat(same, request.Choices));
            return sourced.Timing;
        }

        var user = Conversation.LastUserText(request.Messages);
        var topic = Topic.Of(user);
        var calls = request.Tools is null ? [] : ToolSelection.Plan(request.Tools, request.Messages, user);
        for (var i = 0; i < request.Choices; i++)
        {
            var own = SeedHash.Derive(seed, (ulong)i);
            var body = Body(request, topic, user, calls, own);
            var draft = Thinking.Of(request, topic, own) is { } thinking ? body with { Parts = [thinking, .. body.Parts] } : body;
            choices.Add(Told(draft, request, tokenizer, own));
        }

        return null;
    }

    private static AnswerChoice Told(AnswerDraft draft, GenerationRequest request, ITokenizer tokenizer, ulong seed)
    {
        var written = DraftCutter.Cut(draft, request, tokenizer);
        return request.Speech is { } style ? Speaking.Of(written, style, request.MaxTokens, seed) : written;
    }

    private static AnswerDraft Body(GenerationRequest request, Topic topic, string user, IReadOnlyList<PlannedCall> calls, ulong seed)
    {
        if (calls.Count > 0)
        {
            return ToolCalling.Draft(calls, request.Tools!, seed);
        }

        if (request.Format is { } format)
        {
            return AnswerDraft.Content(StructuredContent.Write(format, user, seed));
        }

        if (ToolResults.Write(request.Messages, seed) is { } summary)
        {
            return AnswerDraft.Content(summary);
        }

        return AnswerDraft.Content(PredictedOutput.Write(request, topic, seed)
            ?? request.Lead + new Composition(new SeededRandom(seed), topic, request.Sampling.Verbosity).Write());
    }
}
