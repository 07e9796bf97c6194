using System.Globalization;
using System.Text.Json;
using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Media.Audio;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>How an answer is spoken: the checked <c>modalities</c> and <c>audio</c>.</summary>
/// <param name="Voice">Who speaks.</param>
/// <param name="Wav">WAV rather than bare samples; never where the answer is streamed.</param>
internal sealed record AudioOutput(Voice Voice, bool Wav)
{
    /// <summary>Seconds for which the sound can be named in a following request, as OpenAI's guide says.</summary>
    public const long LifeSeconds = 3_600;

    private const string Pcm16 = "pcm16";

    /// <summary>Reads both fields; null where the answer is text.</summary>
    public static AudioOutput? Parse(JsonElement root, ModelInfo model, bool streamed)
    {
        var wanted = Wanted(Fields.Member(root, "modalities"));
        var audio = Fields.Member(root, "audio");
        if (wanted && !model.Can(ModelCapabilities.AudioOut))
        {
            throw OpenAiFault.UnsupportedValue("modalities", "'audio'");
        }

        if (Fields.IsNull(audio))
        {
            return wanted ? throw OpenAiFault.Missing("audio") : null;
        }

        Fields.Object(audio, "audio");
        if (!model.Can(ModelCapabilities.AudioOut))
        {
            throw OpenAiFault.Unsupported("audio");
        }

        if (!wanted)
        {
            throw new OpenAiFault(400, "Invalid value for 'audio': 'audio' is only allowed when 'modalities' includes 'audio'.", "audio");
        }

        Fields.Only(audio, "audio", "voice", "format");
        return new AudioOutput(VoiceField.Parse(audio, "audio.voice"), IsWav(audio, streamed));
    }

    private static bool Wanted(JsonElement modalities)
    {
        if (Fields.IsNull(modalities))
        {
            return false;
        }

        Fields.Array(modalities, "modalities", least: 1);
        var (index, wanted) = (0, false);
        foreach (var modality in modalities.EnumerateArray())
        {
            wanted |= Fields.OneOf(modality, $"modalities[{index++.ToString(CultureInfo.InvariantCulture)}]", "text", "audio") == "audio";
        }

        return wanted;
    }

    private static bool IsWav(JsonElement audio, bool streamed)
    {
        if (!audio.TryGetProperty("format", out var element))
        {
            throw OpenAiFault.Missing("audio.format");
        }

        var format = Fields.OneOf(element, "audio.format", "wav", "aac", "mp3", "flac", "opus", Pcm16);
        if (streamed && format != Pcm16)
        {
            throw new OpenAiFault(
                400, $"Unsupported value: 'audio.format' does not support '{format}' when stream=true. Supported values are: '{Pcm16}'.",
                "audio.format", "unsupported_value");
        }

        return format is "wav" or Pcm16 ? format == "wav" : throw new OpenAiFault(
            400, $"Unsupported value: 'audio.format' '{format}' cannot be encoded here. Ask for 'wav' or '{Pcm16}' (24 kHz, 16 bits, mono).",
            "audio.format", "unsupported_value");
    }
}
