using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
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
        var input = Bounded(Fields.RequiredString(root, "input", "input"), "input");
        if (input.Length == 0)
        {
            throw new OpenAiFault(
                400, "Invalid 'input': string too short. Expected a string with minimum length 1, but got an empty string instead.",
                "input", "string_below_min_length");
        }

        var instructionsElement = Fields.Member(root, "instructions");
        var instructions = Fields.IsNull(instructionsElement) ? null : Bounded(Fields.String(instructionsElement, "instructions"), "instructions");
        var voice = VoiceField.Parse(root, "voice");
        var wav = IsWav(Fields.Member(root, "response_format"));
        var speedElement = Fields.Member(root, "speed");
        var speed = Fields.IsNull(speedElement) ? 1 : Fields.Decimal(speedElement, "speed", 0.25, 4);
        var formatElement = Fields.Member(root, "stream_format");
        var events = !Fields.IsNull(formatElement) && Fields.OneOf(formatElement, "stream_format", "sse", "audio") == "sse";
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
        if (!catalogue.TryGet(requested, out var model))
        {
            throw new OpenAiFault(
                404, $"The model `{OpenAiFault.Shorten(requested)}` does not exist or you do not have access to it.", code: "model_not_found");
        }

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

    private static string Bounded(string text, string path) => text.Length <= LongestInput ? text : throw new OpenAiFault(
        400,
        string.Create(
            CultureInfo.InvariantCulture,
            $"Invalid '{path}': string too long. Expected a string with maximum length {LongestInput}, but got a string with length {text.Length} instead."),
        path,
        "string_above_max_length");
}
