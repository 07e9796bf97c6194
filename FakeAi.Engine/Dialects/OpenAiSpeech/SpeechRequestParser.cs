using System.Buffers;
using System.Collections.Frozen;
using System.Text.Json;
using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Dialects.OpenAiChat;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Hosting;

namespace FakeAi.Engine.Dialects.OpenAiSpeech;

/// <summary>Turns a body into a <see cref="SpeechRequest"/>, or tells what is wrong with it as OpenAI does.</summary>
internal sealed class SpeechRequestParser(ModelCatalogue catalogue, Tokenizers tokenizers)
{
    private const int LongestInput = 4096;
    private const string DefaultFormat = "mp3";

    private static readonly FrozenSet<string> s_known = FrozenSet.ToFrozenSet(
        ["model", "input", "instructions", "voice", "response_format", "speed", "stream_format"], StringComparer.Ordinal);

    /// <exception cref="OpenAiFault">The request is not valid.</exception>
    public SpeechRequest Parse(ReadOnlySequence<byte> body) => JsonBody.Parse(body, Parse);

    private SpeechRequest Parse(JsonElement root)
    {
        CommonFields.OnlyKnown(root, s_known);
        var model = Model(root, out var requested);
        var input = Fields.Bounded(Fields.RequiredString(root, "input", "input"), "input", LongestInput, mayBeEmpty: false);
        var instructions = Fields.Given(root, "instructions", out var element) ? Fields.Bounded(Fields.String(element, "instructions"), "instructions", LongestInput) : null;
        var voice = VoiceField.Parse(root, "voice");
        var wav = IsWav(Fields.Member(root, "response_format"));
        var speed = CommonFields.Decimal(root, "speed", 0.25, 4) ?? 1;
        var events = CommonFields.Choice(root, "stream_format", "sse", "audio") == "sse";
        if (events && IsOlder(model))
        {
            throw OpenAiFault.UnsupportedValue("stream_format", "'sse'");
        }

        if (instructions is not null && IsOlder(model))
        {
            throw OpenAiFault.Unsupported("instructions");
        }

        var tokenizer = tokenizers.For(model);
        var tokens = tokenizer.Count(input) + (instructions is null ? 0 : tokenizer.Count(instructions));
        return new SpeechRequest(model, requested, input, instructions, voice, (int)((speed * 1000) + 0.5), wav, events, tokens) { Steering = SteeringFields.Of(root) };
    }

    private ModelInfo Model(JsonElement root, out string requested)
    {
        requested = Fields.RequiredString(root, "model", "model");
        var model = CommonFields.Find(catalogue, requested);
        return model.Kind == "audio" ? model : throw new OpenAiFault(
            400, "This model is not a text-to-speech model and thus not supported in the v1/audio/speech endpoint.", "model", "invalid_value");
    }

    private static bool IsOlder(ModelInfo model) => model.Id.StartsWith("tts-1", StringComparison.Ordinal);

    private static bool IsWav(JsonElement format)
    {
        var name = Fields.IsNull(format) ? DefaultFormat : Fields.OneOf(format, "response_format", "mp3", "opus", "aac", "flac", "wav", "pcm");
        if (name is "wav" or "pcm")
        {
            return name == "wav";
        }

        throw new OpenAiFault(
            400,
            $"Unsupported value: 'response_format' '{name}' cannot be encoded here{(Fields.IsNull(format) ? ", and is what is meant where the field is absent" : "")}. "
            + "Ask for 'wav' or 'pcm' (24 kHz, 16 bits, mono).",
            "response_format",
            "unsupported_value");
    }
}
