using System.Globalization;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Generation.Sources;
using FakeAi.Engine.Generation.Tools;
using FakeAi.Engine.Latency;
using FakeAi.Engine.Media.Audio;
using FakeAi.Engine.Pipeline;
using FakeAi.Engine.Workers;

namespace FakeAi.Engine.Realtime;

/// <summary>Decides what a response says: what chat completions would answer to the conversation, spoken or written, or a call.</summary>
internal sealed class ResponsePlanner(AnswerGenerator generator, Tokenizers tokenizers, LatencyModel latency, WorkerPlaces places)
{
    /// <summary>Makes a response up.</summary>
    /// <param name="session">The session's call.</param>
    /// <param name="config">The settings.</param>
    /// <param name="items">The conversation.</param>
    /// <param name="serverSeed">The installation's seed.</param>
    /// <param name="nowUs">When it is asked for, by the engine's clock.</param>
    /// <exception cref="Generation.Structured.SchemaUnmetException">A function's schema has no value that could be made.</exception>
    public ResponsePlan Plan(ResponseCall session, RealtimeConfig config, IReadOnlyList<ConversationItem> items, long serverSeed, long nowUs)
    {
        var model = session.Model;
        var tokenizer = tokenizers.For(model);
        var texts = tokenizer.Count(config.Instructions) + config.Tools.Sum(t => tokenizer.Count(t.Source.GetRawText())) + items.Sum(i => tokenizer.Count(i.Text));
        var sounds = items.Sum(static i => i.AudioTokens);
        var request = new GenerationRequest
        {
            Model = model,
            RequestedModel = model.Id,
            Messages = Messages(config, items),
            Tools = Offer(config),
            Speech = config.Speaks ? new SpeechStyle(config.Voice, config.SpeedPermille) : null,
            PromptTokens = texts + sounds,
            MaxTokens = config.MaxOutputTokens ?? model.MaxOutputTokens,
            LimitGiven = config.MaxOutputTokens is not null,

            // What is said is shorter than what is written.
            Sampling = new Sampling { Verbosity = config.Speaks ? "low" : null },
        };
        var seed = request.SeedFor(serverSeed);
        var choice = generator.Generate(request, seed, new AnswerDemand(RealtimeHandler.Route, AnswerMode.Synthesised)).Choices[0];
        var part = choice.Parts.FirstOrDefault(static p => p.Kind != PartKind.Reasoning) ?? new AnswerPart(PartKind.Content, "", []);
        return new ResponsePlan(config, session.For(request, nowUs), part, choice.Finish == FinishReason.Length, seed, texts, sounds);
    }

    /// <summary>When each step of a response that has its place is due, from its creation on.</summary>
    public StreamSchedule Schedule(ResponsePlan plan, WorkerSlot slot)
    {
        var pieces = plan.Part.Pieces;
        return latency.Plan(places.Inputs(plan.Call, slot), pieces.Count, step => pieces[step].Tokens, plan.Seed, plan.Call.Timing);
    }

    private static ToolOffer? Offer(RealtimeConfig config)
    {
        if (config.Tools.Count == 0)
        {
            return null;
        }

        var mode = config.NamedTool is not null ? ToolMode.Named : config.ToolChoice switch
        {
            "none" => ToolMode.None,
            "required" => ToolMode.Required,
            _ => ToolMode.Auto,
        };
        var callable = config.Tools.Select(static t => t.Definition).Where(t => config.NamedTool is null || t.Name == config.NamedTool);
        return new ToolOffer([.. callable], $"[{string.Join(',', config.Tools.Select(static t => t.Source.GetRawText()))}]", mode, Parallel: false);
    }

    private static List<PromptMessage> Messages(RealtimeConfig config, IReadOnlyList<ConversationItem> items)
    {
        var messages = new List<PromptMessage>(items.Count + 1) { new("system", null, config.Instructions) };
        foreach (var item in items)
        {
            messages.Add(item.Kind switch
            {
                ItemKind.Message => Message(item),
                ItemKind.FunctionCall => new PromptMessage("assistant", null, "", $"{item.Name}({item.Payload})"),
                _ => new PromptMessage("tool", null, item.Payload)
                {
                    Tool = items.FirstOrDefault(i => i.Kind == ItemKind.FunctionCall && i.CallId == item.CallId)?.Name,
                },
            });
        }

        return messages;
    }

    private static PromptMessage Message(ConversationItem item)
    {
        var text = string.Join('\n', item.Content.Select(Heard));
        var sound = item.AudioTokens;
        return new PromptMessage(item.Role, null, text, sound == 0 ? null : item.Id, sound) { AudioTokens = sound };
    }

    private static string Heard(ContentPart part) => part.Text ?? Transcript(part.Samples);

    /// <summary>What stands for sound that nobody here can understand: how long it is.</summary>
    public static string Transcript(long samples) =>
        string.Create(CultureInfo.InvariantCulture, $"[{samples / (decimal)Pcm.SampleRate:0.0} seconds of speech]");
}
