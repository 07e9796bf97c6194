using System.Text;
using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Generation.Tokens;

namespace FakeAi.Engine.Dialects.Anthropic;

/// <summary>
/// Puts a prompt together from its blocks, and remembers the places up to which the client wants it cached: blocks with
/// <c>cache_control</c>. Not thread-safe.
/// </summary>
internal sealed class PromptBuilder(ModelInfo model, ITokenizer tokenizer)
{
    private const int MostMarks = 4;

    private readonly List<PromptMessage> _messages = [];
    private readonly List<CacheMark> _marks = [];
    private readonly StringBuilder _text = new();
    private string? _attachments;
    private int _attachmentTokens;

    /// <summary>The finished messages.</summary>
    public IReadOnlyList<PromptMessage> Messages => _messages;

    public void Text(string text)
    {
        if (_text.Length > 0)
        {
            _text.Append('\n');
        }

        _text.Append(text);
    }

    /// <summary>Adds what is no text.</summary>
    /// <param name="canonical">Its canonical text.</param>
    /// <param name="tokens">What it counts; null for as many tokens as that text has.</param>
    public void Attach(string canonical, int? tokens = null)
    {
        _attachments = _attachments is null ? canonical : $"{_attachments}\n{canonical}";
        _attachmentTokens += tokens ?? tokenizer.Count(canonical);
    }

    /// <summary>Whether the message under way has anything in it.</summary>
    public bool IsEmpty => _text.Length == 0 && _attachments is null;

    /// <summary>Finishes the message under way.</summary>
    public void End(string role, string? tool = null)
    {
        _messages.Add(Current(role) with { Tool = tool });
        _text.Clear();
        _attachments = null;
        _attachmentTokens = 0;
    }

    /// <summary>Marks that the prompt is to be cached up to here.</summary>
    /// <param name="role">The role of the message under way; null for the end of the tools, before any message.</param>
    /// <param name="hour">Whether for an hour instead of five minutes.</param>
    public void Mark(string? role, bool hour)
    {
        if (_marks.Count == MostMarks)
        {
            throw AnthropicWords.Wrong($"A maximum of {Fields.Text(MostMarks)} blocks with cache_control may be provided. Found {Fields.Text(MostMarks + 1)}.");
        }

        _marks.Add(new CacheMark(_messages.Count, role is null ? null : Current(role), hour));
    }

    /// <summary>How many tokens of the prompt are to be cached.</summary>
    /// <param name="tools">The definitions of tools; null where there are none.</param>
    /// <param name="prompt">Tokens of the whole prompt.</param>
    /// <param name="whole">Whether all of it is to be cached, whatever is marked; the time of that.</param>
    public CachePlan Plan(string? tools, int prompt, bool? whole)
    {
        var (tokens, hour) = (0, 0);
        foreach (var mark in _marks)
        {
            PromptMessage[] before = [.. _messages.Take(mark.Messages), .. mark.Current is null ? [] : new[] { mark.Current }];
            tokens = Math.Min(prompt, PromptTokens.Count(model, tokenizer, before, tools));
            hour = mark.Hour ? tokens : hour;
        }

        return whole is { } all ? new CachePlan(prompt, all ? prompt : hour) : new CachePlan(tokens, hour);
    }

    private PromptMessage Current(string role) => new(role, null, _text.ToString(), _attachments, _attachmentTokens);

    private sealed record CacheMark(int Messages, PromptMessage? Current, bool Hour);
}

/// <summary>What of a prompt is to be cached.</summary>
/// <param name="Tokens">Tokens from its beginning; 0 for nothing.</param>
/// <param name="HourTokens">Those of them that are to be kept for an hour.</param>
internal readonly record struct CachePlan(int Tokens, int HourTokens);
