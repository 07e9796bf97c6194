using System.Globalization;
using System.Text.Json;
using FakeAi.Engine.Dialects.OpenAiChat;
using FakeAi.Engine.Media.Audio;

namespace FakeAi.Engine.Realtime;

/// <summary>Cuts what the user did not hear any more off an assistant's message.</summary>
internal static class ItemTruncation
{
    /// <exception cref="OpenAiFault">There is no such sound.</exception>
    public static void Truncate(JsonElement root, Conversation conversation, EventSink sink)
    {
        var item = conversation.Get(Fields.RequiredString(root, "item_id", "item_id"));
        var content = (int)Fields.Integer(Fields.Member(root, "content_index"), "content_index", 0, 0);
        if (item is not { Role: "assistant", Status: not "in_progress", Content: [{ Kind: ContentKind.OutputAudio } part] })
        {
            throw new OpenAiFault(400, "Only model output audio messages can be truncated.", "item_id", "invalid_item");
        }

        var end = (int)Fields.Integer(Fields.Member(root, "audio_end_ms"), "audio_end_ms", 0, int.MaxValue);
        if (end > Pcm.Milliseconds(part.Samples))
        {
            throw new OpenAiFault(
                400,
                string.Create(CultureInfo.InvariantCulture, $"Audio content of {Pcm.Milliseconds(part.Samples)}ms is already shorter than {end}ms"),
                "audio_end_ms",
                "invalid_value");
        }

        // As documented, the transcript goes with the cut, so that no text is remembered that the user did not hear.
        conversation.Replace(item with { Content = [part with { Text = "", Samples = (long)end * Pcm.SampleRate / 1000 }] });
        sink.Send("conversation.item.truncated", json =>
        {
            json.WriteString("item_id"u8, item.Id);
            json.WriteNumber("content_index"u8, content);
            json.WriteNumber("audio_end_ms"u8, end);
        });
    }
}
