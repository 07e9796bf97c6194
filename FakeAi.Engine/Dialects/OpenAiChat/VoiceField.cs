using System.Text.Json;
using FakeAi.Engine.Media.Audio;

namespace FakeAi.Engine.Dialects.OpenAiChat;

/// <summary>Reads <c>voice</c>, which OpenAI's speech, chat and realtime sessions share.</summary>
internal static class VoiceField
{
    /// <summary>The voice that an object names under <c>voice</c>.</summary>
    /// <exception cref="OpenAiFault">It names none, or one that is not there.</exception>
    public static Voice Parse(JsonElement parent, string path)
    {
        if (!parent.TryGetProperty("voice", out var voice))
        {
            throw OpenAiFault.Missing(path);
        }

        if (voice.ValueKind == JsonValueKind.Object)
        {
            throw new OpenAiFault(400, "Custom voices are not available. Name one of the built-in voices.", path, "unsupported_value");
        }

        var name = Fields.String(voice, path);
        return Voice.Find(name) ?? throw OpenAiFault.WrongValue(path, name, Voice.Names);
    }
}
