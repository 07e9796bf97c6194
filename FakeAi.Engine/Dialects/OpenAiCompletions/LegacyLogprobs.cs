using System.Text.Json;
using FakeAi.Engine.Generation;

namespace FakeAi.Engine.Dialects.OpenAiCompletions;

/// <summary>The <c>logprobs</c> object of legacy completions: four lists of the same length.</summary>
/// <param name="top">How many of the likeliest tokens to tell; the token itself is always told.</param>
/// <param name="prompt">The prompt's text: offsets count from its beginning, in Unicode characters.</param>
/// <param name="tokenizer">The model's tokenizer.</param>
internal sealed class LegacyLogprobs(int top, string prompt, ITokenizer tokenizer)
{
    private readonly List<(TokenProbability Token, int Offset, bool IsFirst)> _tokens = [];
    private int _promptOffset;
    private int _offset = prompt.EnumerateRunes().Count();

    /// <summary>Adds a prompt's tokens. Its very first one follows nothing and has no probability.</summary>
    public void AddPrompt(AnswerPart part, ulong seed)
    {
        foreach (var (tokens, i) in LogProbabilities.Of(part, ~seed, Math.Max(1, top), tokenizer).Select(static (t, i) => (t, i)))
        {
            _tokens.AddRange(tokens.Select((token, t) => (token, _promptOffset, i == 0 && t == 0)));
            _promptOffset += Runes(part.Piece(i));
        }
    }

    /// <summary>Adds one piece's tokens.</summary>
    public void Add(TokenProbability[] tokens, ReadOnlySpan<char> piece)
    {
        foreach (var token in tokens)
        {
            _tokens.Add((token, _offset, false));
        }

        _offset += Runes(piece);
    }

    /// <summary>Writes what was added since the last call, as a value.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartArray("tokens"u8);
        foreach (var (token, _, _) in _tokens)
        {
            json.WriteStringValue(Spelled(token));
        }

        json.WriteEndArray();
        json.WriteStartArray("token_logprobs"u8);
        foreach (var (token, _, isFirst) in _tokens)
        {
            Number(json, isFirst, token.LogProbability);
        }

        json.WriteEndArray();
        json.WriteStartArray("top_logprobs"u8);
        foreach (var (token, _, isFirst) in _tokens)
        {
            Likely(json, isFirst, token);
        }

        json.WriteEndArray();
        json.WriteStartArray("text_offset"u8);
        foreach (var (_, offset, _) in _tokens)
        {
            json.WriteNumberValue(offset);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        _tokens.Clear();
    }

    private static void Number(Utf8JsonWriter json, bool isFirst, double value)
    {
        if (isFirst)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteNumberValue(value);
    }

    private static void Likely(Utf8JsonWriter json, bool isFirst, TokenProbability token)
    {
        if (isFirst)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartObject();
        foreach (var likely in token.Top)
        {
            json.WriteNumber(Spelled(likely), likely.LogProbability);
        }

        json.WriteEndObject();
    }

    /// <summary>Bytes that are no whole characters are marked here, other than in chat completions.</summary>
    private static string Spelled(TokenProbability token) => token.IsText ? token.Token : "bytes:" + token.Token;

    private static int Runes(ReadOnlySpan<char> text)
    {
        var count = 0;
        foreach (var _ in text.EnumerateRunes())
        {
            count++;
        }

        return count;
    }
}
