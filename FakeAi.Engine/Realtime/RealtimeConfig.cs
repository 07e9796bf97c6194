using System.Text.Json;
using FakeAi.Engine.Generation.Tools;
using FakeAi.Engine.Media.Audio;

namespace FakeAi.Engine.Realtime;

/// <summary>A session's settings. Never changes: an update makes another one.</summary>
internal sealed record RealtimeConfig
{
    /// <summary>Whether answers are spoken; else they are text.</summary>
    public bool Speaks { get; init; } = true;

    public string Instructions { get; init; } = "";

    public Voice Voice { get; init; } = Voice.Find("alloy")!;

    public int SpeedPermille { get; init; } = 1000;

    /// <summary>How turns of the user are heard; null where the client commits them itself.</summary>
    public TurnDetection? Turns { get; init; } = new();

    /// <summary>The settings of input transcription as they were sent; null where none is wanted.</summary>
    public JsonElement? Transcription { get; init; }

    /// <summary>The kind of noise reduction; it changes nothing here.</summary>
    public string? NoiseReduction { get; init; }

    public IReadOnlyList<RealtimeTool> Tools { get; init; } = [];

    /// <summary><c>auto</c>, <c>none</c>, <c>required</c>, or the name of <see cref="NamedTool"/>.</summary>
    public string ToolChoice { get; init; } = "auto";

    /// <summary>The one tool to call, where the client names it.</summary>
    public string? NamedTool { get; init; }

    /// <summary>Most output tokens of a response; null: as many as the model can.</summary>
    public int? MaxOutputTokens { get; init; }

    /// <summary>Writes the members that sessions and updates share.</summary>
    public void Write(Utf8JsonWriter json)
    {
        WriteModalities(json, Speaks);
        json.WriteString("instructions"u8, Instructions);
        json.WriteStartObject("audio"u8);
        json.WriteStartObject("input"u8);
        WriteFormat(json);
        if (Transcription is { } transcription)
        {
            json.WritePropertyName("transcription"u8);
            transcription.WriteTo(json);
        }

        if (NoiseReduction is not null)
        {
            json.WriteStartObject("noise_reduction"u8);
            json.WriteString("type"u8, NoiseReduction);
            json.WriteEndObject();
        }

        json.WritePropertyName("turn_detection"u8);
        if (Turns is null)
        {
            json.WriteNullValue();
        }
        else
        {
            Turns.Write(json);
        }

        json.WriteEndObject();
        json.WriteStartObject("output"u8);
        WriteFormat(json);
        json.WriteString("voice"u8, Voice.Name);
        json.WriteNumber("speed"u8, SpeedPermille / 1000m);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartArray("tools"u8);
        foreach (var tool in Tools)
        {
            tool.Source.WriteTo(json);
        }

        json.WriteEndArray();
        if (NamedTool is null)
        {
            json.WriteString("tool_choice"u8, ToolChoice);
        }
        else
        {
            json.WriteStartObject("tool_choice"u8);
            json.WriteString("type"u8, "function"u8);
            json.WriteString("name"u8, NamedTool);
            json.WriteEndObject();
        }

        WriteMaxOutputTokens(json);
        json.WriteNull("tracing"u8);
    }

    public static void WriteModalities(Utf8JsonWriter json, bool speaks)
    {
        json.WriteStartArray("output_modalities"u8);
        json.WriteStringValue(speaks ? "audio"u8 : "text"u8);
        json.WriteEndArray();
    }

    public static void WriteFormat(Utf8JsonWriter json)
    {
        json.WriteStartObject("format"u8);
        json.WriteString("type"u8, "audio/pcm"u8);
        json.WriteNumber("rate"u8, Pcm.SampleRate);
        json.WriteEndObject();
    }

    public void WriteMaxOutputTokens(Utf8JsonWriter json)
    {
        if (MaxOutputTokens is { } most)
        {
            json.WriteNumber("max_output_tokens"u8, most);
        }
        else
        {
            json.WriteString("max_output_tokens"u8, "inf"u8);
        }
    }
}

/// <summary>How the user's turns are heard.</summary>
internal sealed record TurnDetection
{
    /// <summary>Set for <c>semantic_vad</c>: how eagerly a turn is taken for ended. It is heard by silence here, too.</summary>
    public string? Eagerness { get; init; }

    public double Threshold { get; init; } = 0.5;

    public int PrefixMs { get; init; } = 300;

    public int SilenceMs { get; init; } = 500;

    public bool CreatesResponse { get; init; } = true;

    public bool InterruptsResponse { get; init; } = true;

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        if (Eagerness is not null)
        {
            json.WriteString("type"u8, "semantic_vad"u8);
            json.WriteString("eagerness"u8, Eagerness);
        }
        else
        {
            json.WriteString("type"u8, "server_vad"u8);
            json.WriteNumber("threshold"u8, Threshold);
            json.WriteNumber("prefix_padding_ms"u8, PrefixMs);
            json.WriteNumber("silence_duration_ms"u8, SilenceMs);
            json.WriteNull("idle_timeout_ms"u8);
        }

        json.WriteBoolean("create_response"u8, CreatesResponse);
        json.WriteBoolean("interrupt_response"u8, InterruptsResponse);
        json.WriteEndObject();
    }
}

/// <summary>A function that responses may call.</summary>
/// <param name="Definition">What it is.</param>
/// <param name="Source">The definition as it was sent.</param>
internal sealed record RealtimeTool(ToolDefinition Definition, JsonElement Source);
