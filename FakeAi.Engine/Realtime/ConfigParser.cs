using System.Globalization;
using System.Text.Json;
using FakeAi.Engine.Dialects.OpenAiChat;
using FakeAi.Engine.Generation.Tools;
using FakeAi.Engine.Media.Audio;

namespace FakeAi.Engine.Realtime;

/// <summary>Reads a session's settings and a response's own; what is not said stays as it was.</summary>
internal static class ConfigParser
{
    private const int MostTools = 128;
    private const int MostTokens = 4096;

    /// <exception cref="OpenAiFault">Something is wrong with it.</exception>
    public static RealtimeConfig Session(JsonElement session, RealtimeConfig before, string model)
    {
        Fields.Object(session, "session");
        if (Fields.OneOf(Required(session, "type", "session.type"), "session.type", "realtime", "transcription") == "transcription")
        {
            throw OpenAiFault.UnsupportedValue("session.type", "'transcription'");
        }

        Fields.Only(
            session, "session", "type", "output_modalities", "model", "instructions", "audio", "include", "tracing", "tools", "tool_choice",
            "max_output_tokens", "truncation", "prompt", "parallel_tool_calls", "reasoning");
        if (Fields.Given(session, "model", out var named) && Fields.String(named, "session.model") != model)
        {
            throw new OpenAiFault(400, "The model of a session cannot be changed.", "session.model", "invalid_value");
        }

        if (Fields.Given(session, "prompt", out _))
        {
            throw OpenAiFault.Unsupported("session.prompt");
        }

        return Shared(session, "session", before);
    }

    /// <exception cref="OpenAiFault">Something is wrong with it.</exception>
    public static RealtimeConfig Response(JsonElement response, RealtimeConfig session)
    {
        Fields.Object(response, "response");
        Fields.Only(
            response, "response", "output_modalities", "instructions", "audio", "tools", "tool_choice", "max_output_tokens", "conversation",
            "metadata", "input", "prompt", "parallel_tool_calls", "reasoning");
        foreach (var unbuilt in (string[])["input", "prompt"])
        {
            if (Fields.Given(response, unbuilt, out _))
            {
                throw OpenAiFault.Unsupported($"response.{unbuilt}");
            }
        }

        if (Fields.Given(response, "conversation", out var conversation))
        {
            Fields.OneOf(conversation, "response.conversation", "auto");
        }

        if (Fields.Given(response, "metadata", out var metadata))
        {
            Fields.Object(metadata, "response.metadata");
        }

        return Shared(response, "response", session);
    }

    private static RealtimeConfig Shared(JsonElement value, string path, RealtimeConfig config)
    {
        if (Fields.Given(value, "output_modalities", out var modalities))
        {
            config = config with { Speaks = Modality(modalities, $"{path}.output_modalities") };
        }

        if (Fields.Given(value, "instructions", out var instructions))
        {
            config = config with { Instructions = Fields.String(instructions, $"{path}.instructions") };
        }

        if (Fields.Given(value, "audio", out var audio))
        {
            config = Audio(Fields.Object(audio, $"{path}.audio"), $"{path}.audio", config);
        }

        if (Fields.Given(value, "tools", out var tools))
        {
            config = config with { Tools = Tools(tools, $"{path}.tools") };
        }

        if (Fields.Given(value, "tool_choice", out var choice))
        {
            config = Choice(choice, $"{path}.tool_choice", config);
        }

        if (Fields.Given(value, "max_output_tokens", out var most))
        {
            config = config with
            {
                MaxOutputTokens = most.ValueKind == JsonValueKind.String && most.ValueEquals("inf")
                    ? null : (int)Fields.Integer(most, $"{path}.max_output_tokens", 1, MostTokens),
            };
        }

        return config;
    }

    private static bool Modality(JsonElement modalities, string path)
    {
        Fields.Array(modalities, path, least: 1, most: 1);
        return Fields.OneOf(modalities[0], $"{path}[0]", "text", "audio") == "audio";
    }

    private static RealtimeConfig Audio(JsonElement audio, string path, RealtimeConfig config)
    {
        Fields.Only(audio, path, "input", "output");
        if (Fields.Given(audio, "input", out var input))
        {
            config = Input(Fields.Object(input, $"{path}.input"), $"{path}.input", config);
        }

        if (!Fields.Given(audio, "output", out var output))
        {
            return config;
        }

        path += ".output";
        Fields.Only(Fields.Object(output, path), path, "format", "voice", "speed");
        Format(output, path);
        if (Fields.Given(output, "voice", out _))
        {
            config = config with { Voice = VoiceField.Parse(output, $"{path}.voice") };
        }

        return Fields.Given(output, "speed", out var speed)
            ? config with { SpeedPermille = (int)((Fields.Decimal(speed, $"{path}.speed", 0.25, 1.5) * 1000) + 0.5) }
            : config;
    }

    private static RealtimeConfig Input(JsonElement input, string path, RealtimeConfig config)
    {
        Fields.Only(input, path, "format", "transcription", "noise_reduction", "turn_detection");
        Format(input, path);
        if (input.TryGetProperty("transcription", out var transcription))
        {
            config = config with
            {
                Transcription = Fields.IsNull(transcription) ? null : Fields.Object(transcription, $"{path}.transcription").Clone(),
            };
        }

        if (input.TryGetProperty("noise_reduction", out var noise))
        {
            config = config with
            {
                NoiseReduction = Fields.IsNull(noise) ? null : Fields.OneOf(
                    Required(Fields.Object(noise, $"{path}.noise_reduction"), "type", $"{path}.noise_reduction.type"),
                    $"{path}.noise_reduction.type", "near_field", "far_field"),
            };
        }

        return input.TryGetProperty("turn_detection", out var turns)
            ? config with { Turns = Fields.IsNull(turns) ? null : Turns(Fields.Object(turns, $"{path}.turn_detection"), $"{path}.turn_detection") }
            : config;
    }

    private static TurnDetection Turns(JsonElement turns, string path)
    {
        var made = new TurnDetection();
        var semantic = Fields.OneOf(Required(turns, "type", $"{path}.type"), $"{path}.type", "server_vad", "semantic_vad") == "semantic_vad";
        made = made with
        {
            CreatesResponse = !Fields.Given(turns, "create_response", out var creates) || Fields.Boolean(creates, $"{path}.create_response"),
            InterruptsResponse = !Fields.Given(turns, "interrupt_response", out var interrupts) || Fields.Boolean(interrupts, $"{path}.interrupt_response"),
        };
        if (semantic)
        {
            Fields.Only(turns, path, "type", "eagerness", "create_response", "interrupt_response");
            var eagerness = Fields.Given(turns, "eagerness", out var given) ? Fields.OneOf(given, $"{path}.eagerness", "low", "medium", "high", "auto") : "auto";
            return made with { Eagerness = eagerness, SilenceMs = eagerness switch { "low" => 1000, "high" => 300, _ => 500 } };
        }

        Fields.Only(
            turns, path, "type", "threshold", "prefix_padding_ms", "silence_duration_ms", "create_response", "interrupt_response", "idle_timeout_ms");
        if (Fields.Given(turns, "idle_timeout_ms", out _))
        {
            throw OpenAiFault.Unsupported($"{path}.idle_timeout_ms");
        }

        return made with
        {
            Threshold = Fields.Given(turns, "threshold", out var threshold) ? Fields.Decimal(threshold, $"{path}.threshold", 0, 1) : made.Threshold,
            PrefixMs = Fields.Given(turns, "prefix_padding_ms", out var prefix) ? (int)Fields.Integer(prefix, $"{path}.prefix_padding_ms", 0, 10_000) : made.PrefixMs,
            SilenceMs = Fields.Given(turns, "silence_duration_ms", out var silence) ? (int)Fields.Integer(silence, $"{path}.silence_duration_ms", 20, 10_000) : made.SilenceMs,
        };
    }

    private static void Format(JsonElement value, string path)
    {
        if (!Fields.Given(value, "format", out var format))
        {
            return;
        }

        var type = Fields.OneOf(
            Required(Fields.Object(format, $"{path}.format"), "type", $"{path}.format.type"), $"{path}.format.type", "audio/pcm", "audio/pcmu", "audio/pcma");
        if (type != "audio/pcm")
        {
            throw OpenAiFault.UnsupportedValue($"{path}.format.type", $"'{type}'");
        }

        if (Fields.Given(format, "rate", out var rate))
        {
            Fields.Integer(rate, $"{path}.format.rate", Pcm.SampleRate, Pcm.SampleRate);
        }
    }

    private static List<RealtimeTool> Tools(JsonElement tools, string path)
    {
        Fields.Array(tools, path, most: MostTools, of: "an array of objects");
        var list = new List<RealtimeTool>();
        foreach (var tool in tools.EnumerateArray())
        {
            var at = $"{path}[{list.Count.ToString(CultureInfo.InvariantCulture)}]";
            if (Fields.OneOf(Required(Fields.Object(tool, at), "type", $"{at}.type"), $"{at}.type", "function", "mcp") == "mcp")
            {
                throw OpenAiFault.UnsupportedValue($"{at}.type", "'mcp'");
            }

            var name = Fields.RequiredString(tool, "name", $"{at}.name");
            var parameters = Fields.Given(tool, "parameters", out var schema) ? Fields.Object(schema, $"{at}.parameters").Clone() : (JsonElement?)null;
            var description = Fields.Given(tool, "description", out var told) ? Fields.String(told, $"{at}.description") : null;
            list.Add(new RealtimeTool(new ToolDefinition(name, description, parameters) { Param = $"{at}.parameters" }, tool.Clone()));
        }

        return list;
    }

    private static RealtimeConfig Choice(JsonElement choice, string path, RealtimeConfig config)
    {
        if (choice.ValueKind == JsonValueKind.String)
        {
            return config with { ToolChoice = Fields.OneOf(choice, path, "none", "auto", "required"), NamedTool = null };
        }

        Fields.OneOf(Required(Fields.Object(choice, path), "type", $"{path}.type"), $"{path}.type", "function");
        var name = Fields.RequiredString(choice, "name", $"{path}.name");
        return config.Tools.Any(t => t.Definition.Name == name)
            ? config with { ToolChoice = "required", NamedTool = name }
            : throw new OpenAiFault(400, $"Tool choice '{OpenAiFault.Shorten(name)}' not found in 'tools'.", path, "invalid_value");
    }

    private static JsonElement Required(JsonElement value, string name, string path) =>
        value.TryGetProperty(name, out var member) ? member : throw OpenAiFault.Missing(path);
}
