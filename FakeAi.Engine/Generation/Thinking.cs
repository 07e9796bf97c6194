using System.Text;
using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Generation;

/// <summary>
/// The reasoning that comes before an answer. Its length depends on the effort, in steps of 64 tokens, as OpenAI counts
/// reasoning. Hidden reasoning has no text: it is counted, and takes its time.
/// </summary>
internal static class Thinking
{
    private const ulong Purpose = 0x7EA50;
    private const int Unit = 64;

    // English text has about three words for four tokens.
    private const int WordsPerUnit = 48;

    private static readonly string[] s_openings =
    [
        "[Okay|Alright|Let me think], the user [wants to know|is asking] about {T}.",
        "[The question is about|This is about] {T}, so [let me work out|I should first see] what a [good|helpful|complete] answer needs.",
        "[First|To start], what exactly is being asked? [It comes down to|The core is] {T}.",
    ];

    private static readonly string[] s_thoughts =
    [
        "[One way|A possible way] to [approach|structure] this is to [begin with|start from] {U} and [build up from there|go through the consequences].",
        "[Wait|Hmm], [I should check|let me double-check] whether {U} [really {=matters/matter} here|{=changes/change} the picture].",
        "[The user might|They may] also [want to know|care about] {U}, [so I should mention it|which deserves a sentence].",
        "[I could|Maybe I should] give [an example|a short example|a comparison], since {T} {=is/are} [easier to follow that way|hard to picture otherwise].",
        "[That seems|This looks] [right|consistent], but [there is a catch|one case is different]: {U} [can behave|may turn out] differently [at the edges|in practice].",
        "[Let me|I will] [go through it|verify this] [step by step|once more]: the [first|second] point [holds|follows], and [the rest follows from it|nothing contradicts it].",
        "[On the other hand|Alternatively], [a shorter answer|a more direct answer] [might be enough|would be clearer], as the question [does not ask|is not asking] for [everything|all details].",
        "[What about|And what of] {U}? [It is related|It belongs to the same subject], [though|but] [not the main point|only in part].",
        "[I should avoid|Better not to] [overstate this|claim too much] about {T}; [some of it depends|a lot depends] on [the situation|context].",
        "[So the outline is|A sensible order is]: [the idea|the short answer] first, then [the reasons|the details], and [a conclusion|a practical hint] [at the end|last].",
    ];

    private static readonly string[] s_closings =
    [
        "[Okay|Good], [that is enough|I have what I need]. [Now|Time] to [write the answer|put it into words].",
        "[I think this covers it|That should cover the question]. [Let me write it down|I will answer now].",
    ];

    /// <summary>The reasoning of a choice; null where there is none.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="topic">What it is about.</param>
    /// <param name="seed">The choice's seed.</param>
    public static DraftPart? Of(GenerationRequest request, Topic topic, ulong seed)
    {
        if (!request.Model.Can(ModelCapabilities.Reasoning))
        {
            return null;
        }

        var random = new SeededRandom(SeedHash.Derive(seed, Purpose));
        var units = Units(request.Sampling.ReasoningEffort ?? request.Model.DefaultEffort ?? "medium", random);
        units = topic.Intent is Intent.Greeting or Intent.Thanks ? Math.Min(units, 1) : units;
        return units == 0 ? null
            : request.ShowReasoning ? new DraftPart(PartKind.Reasoning, Write(random, topic, units * WordsPerUnit))
            : new DraftPart(PartKind.Reasoning, "", HiddenTokens: units * Unit);
    }

    /// <summary>Reasoning that a source told, as the model tells it: shown, or counted only.</summary>
    public static AnswerDraft Hide(AnswerDraft draft, GenerationRequest request, ITokenizer tokenizer) =>
        request.ShowReasoning || !draft.Parts.Any(static p => p.Kind == PartKind.Reasoning)
            ? draft
            : draft with { Parts = [.. draft.Parts.Select(p => p.Kind == PartKind.Reasoning ? p with { Text = "", HiddenTokens = tokenizer.Count(p.Text) } : p)] };

    private static int Units(string effort, SeededRandom random)
    {
        var (least, most) = effort switch
        {
            "none" or "minimal" => (0, 0),
            "low" => (1, 3),
            "medium" => (3, 10),
            "high" => (10, 25),
            "xhigh" => (25, 60),
            _ => (60, 120),
        };
        return least + random.Next(most - least + 1);
    }

    private static string Write(SeededRandom random, Topic topic, int words)
    {
        var sentences = new Sentences(random, topic);
        var text = new StringBuilder(words * 6).Append(sentences.Next(s_openings));
        var written = 0;
        for (var i = 1; written < words - 24; i++)
        {
            var sentence = sentences.Next(s_thoughts);
            text.Append(i % 4 == 0 ? "\n\n" : " ").Append(sentence);
            written += sentence.AsSpan().Count(' ') + 1;
        }

        return text.Append(' ').Append(sentences.Next(s_closings)).ToString();
    }
}
