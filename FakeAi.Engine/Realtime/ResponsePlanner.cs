using System.Globalization;
using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Generation.Sources;
using FakeAi.Engine.Generation.Structured;
using FakeAi.Engine.Latency;
using FakeAi.Engine.Media.Audio;
using FakeAi.Engine.Randomness;

namespace FakeAi.Engine.Realtime;

/// <summary>Decides what a response says: a call where a tool fits, else the same texts as chat completions, spoken or written.</summary>
internal sealed class ResponsePlanner(AnswerGenerator generator, Tokenizers tokenizers, LatencyModel latency, LatencyProfiles profiles)
{
    private const ulong CallPurpose = 0xCA11;
    private const int LeastTellingWord = 4;

    /// <summary>Lays a response out.</summary>
    public ResponsePlan Plan(ModelInfo model, RealtimeConfig config, IReadOnlyList<ConversationItem> items, long serverSeed, LatencyOverrides timing)
    {
        var tokenizer = tokenizers.For(model);
        var texts = tokenizer.Count(config.Instructions) + config.Tools.Sum(t => tokenizer.Count(t.Source.GetRawText())) + items.Sum(i => tokenizer.Count(i.Text));
        var sounds = items.Sum(static i => i.AudioTokens);
        var limit = config.MaxOutputTokens ?? model.MaxOutputTokens;
        var request = new GenerationRequest
        {
            Model = model,
            RequestedModel = model.Id,
            Messages = Messages(config, items),
            PromptTokens = texts + sounds,
            MaxTokens = limit,
            LimitGiven = config.MaxOutputTokens is not null,

            // What is said is shorter than what is written.
            Sampling = new Sampling { Verbosity = config.Speaks ? "low" : null },
        };
        var seed = request.SeedFor(serverSeed);
        if (CalledTool(config, items) is { } tool)
        {
            return Call(tool, request, config, texts, sounds, seed, timing);
        }

        var choice = generator.Generate(request, seed, new AnswerDemand(RealtimeHandler.Route, AnswerMode.Synthesised)).Choices[0];
        var pieces = choice.Parts.FirstOrDefault(static p => p.Kind == PartKind.Content)?.Pieces ?? [];
        if (!config.Speaks)
        {
            return new ResponsePlan
            {
                Config = config, Text = choice.Text, Pieces = pieces, Cut = choice.Finish == FinishReason.Length,
                Schedule = Schedule(request, pieces.Count, step => pieces[step].Tokens, seed, timing),
                InputTextTokens = texts, InputAudioTokens = sounds,
            };
        }

        var score = SpeechComposer.Compose(choice.Text, config.Voice, config.SpeedPermille, seed);
        var steps = Math.Max(1, Math.Min(score.Tokens, limit - choice.Tokens));
        return new ResponsePlan
        {
            Config = config, Text = choice.Text, Pieces = pieces, Score = score, Cut = choice.Finish == FinishReason.Length || steps < score.Tokens,
            Schedule = Schedule(request, steps, static _ => 1, seed, timing),
            InputTextTokens = texts, InputAudioTokens = sounds,
        };
    }

    private ResponsePlan Call(
        RealtimeTool tool, GenerationRequest request, RealtimeConfig config, int texts, int sounds, ulong seed, LatencyOverrides timing)
    {
        var prompt = request.Messages.LastOrDefault(static m => m.Role == "user")?.Text ?? "";
        var arguments = tool.Parameters is { } schema
            ? SchemaSynthesizer.Synthesize(schema, new SeededRandom(SeedHash.Derive(seed, CallPurpose)), new SchemaHints(prompt))
            : "{}";
        var pieces = new List<TextPiece>();
        tokenizers.For(request.Model).Tokenize(arguments, pieces);
        return new ResponsePlan
        {
            Config = config, Text = arguments, Pieces = pieces, Function = tool.Name,
            Schedule = Schedule(request, pieces.Count, step => pieces[step].Tokens, seed, timing),
            InputTextTokens = texts, InputAudioTokens = sounds,
        };
    }

    private StreamSchedule Schedule(GenerationRequest request, int steps, Func<int, int> tokensIn, ulong seed, in LatencyOverrides timing) =>
        latency.Plan(new LatencyInputs(profiles.For(request.Model, timing), request.PromptTokens), steps, tokensIn, seed, timing);

    /// <summary>
    /// The tool to call: the one that is demanded; else, while no result has just come, the first of whose name the user said a
    /// telling word.
    /// </summary>
    private static RealtimeTool? CalledTool(RealtimeConfig config, IReadOnlyList<ConversationItem> items)
    {
        if (config.Tools.Count == 0 || config.ToolChoice == "none")
        {
            return null;
        }

        if (config.ToolChoice == "required")
        {
            return config.NamedTool is { } name ? config.Tools.FirstOrDefault(t => t.Name == name) : config.Tools[0];
        }

        return items is [.., { Kind: ItemKind.Message, Role: "user" } last]
            ? config.Tools.FirstOrDefault(t => t.Name.Split('_', '-').Any(
                word => word.Length >= LeastTellingWord && last.Content.Any(c => c.Text?.Contains(word, StringComparison.OrdinalIgnoreCase) == true)))
            : null;
    }

    private static List<PromptMessage> Messages(RealtimeConfig config, IReadOnlyList<ConversationItem> items)
    {
        var messages = new List<PromptMessage>(items.Count + 1) { new("system", null, config.Instructions) };
        foreach (var item in items)
        {
            messages.Add(item.Kind switch
            {
                ItemKind.Message => new PromptMessage(item.Role, null, string.Join('\n', item.Content.Select(Heard))),
                ItemKind.FunctionCall => new PromptMessage("assistant", null, "", $"{item.Name}({item.Payload})"),
                _ => new PromptMessage("tool", null, item.Payload),
            });
        }

        return messages;
    }

    private static string Heard(ContentPart part) => part.Text ?? Transcript(part.Samples);

    /// <summary>What stands for sound that nobody here can understand: how long it is.</summary>
    public static string Transcript(long samples) =>
        string.Create(CultureInfo.InvariantCulture, $"[{samples / (decimal)Pcm.SampleRate:0.0} seconds of speech]");
}
