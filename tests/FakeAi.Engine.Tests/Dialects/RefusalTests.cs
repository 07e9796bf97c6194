using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json.Nodes;
using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.Dialects.OpenAiChat;
using FakeAi.Engine.Generation;
using FakeAi.Engine.Streaming.Formatters;

namespace FakeAi.Engine.Tests.Dialects;

/// <summary>Parts that no plain request leads to, straight through the writers.</summary>
public sealed class RefusalTests
{
    [Fact]
    public void Refusal_WholeAndStreamed_HasOpenAisShape()
    {
        var told = Told(new AnswerDraft([new DraftPart(PartKind.Refusal, "I'm sorry, no.")], FinishReason.ContentFilter), logprobs: true);
        var buffer = new ArrayBufferWriter<byte>();
        CompletionWriter.Write(buffer, told);
        var choice = JsonNode.Parse(buffer.WrittenSpan)!["choices"]![0]!;
        Assert.Null(choice["message"]!["content"]);
        Assert.Equal(("I'm sorry, no.", "content_filter"), (choice["message"]!["refusal"]!.ToString(), choice["finish_reason"]!.ToString()));
        Assert.Null(choice["logprobs"]!["content"]);
        Assert.Equal("I'm sorry, no.", string.Concat(choice["logprobs"]!["refusal"]!.AsArray().Select(t => t!["token"]!.ToString())));

        var chunks = Chunks(told);
        Assert.Equal("""{"role":"assistant","content":null,"refusal":""}""", chunks[0]["delta"]!.ToJsonString());
        Assert.Equal("I'm sorry, no.", string.Concat(chunks.Select(c => c["delta"]!["refusal"]?.ToString())));
        Assert.Equal("content_filter", chunks[^1]["finish_reason"]!.ToString());
    }

    [Fact]
    public void AllParts_OfOneChoice_AreToldInTheirOrder()
    {
        var told = Told(
            new AnswerDraft(
            [
                new DraftPart(PartKind.Reasoning, "First think."), new DraftPart(PartKind.Content, "Then \"speak\"."),
                new DraftPart(PartKind.ToolCall, "{\"a\":1}", new CalledTool("call_1", "f", false)), new DraftPart(PartKind.ToolCall, "", new CalledTool("call_2", "g", false)),
            ]),
            logprobs: false);
        var deltas = Chunks(told).Select(c => c["delta"]!.AsObject()).ToArray();
        Assert.Equal(["role", "reasoning_content", "content", "tool_calls", ""], deltas.Select(d => d.Count == 0 ? "" : d.First().Key).Distinct(StringComparer.Ordinal));
        Assert.Equal([0, 1], deltas.Where(d => d["tool_calls"]?[0]!["id"] is not null).Select(d => d["tool_calls"]![0]!["index"]!.GetValue<int>()));
        Assert.Equal("tool_calls", Chunks(told)[^1]["finish_reason"]!.ToString());
    }

    private static ToldChat Told(AnswerDraft draft, bool logprobs)
    {
        Assert.True(ModelCatalogue.Default.TryGet("gpt-4o", out var model));
        var request = new GenerationRequest { Model = model, RequestedModel = "gpt-4o", Messages = [], MaxTokens = 1000 };
        var tokenizer = new Tokenizers().For(model);
        var choice = DraftCutter.Cut(draft, request, tokenizer);
        var head = new AnswerHead("chatcmpl-x", 1, "gpt-4o", "default", "fp_0");
        return new ToldChat(new ChatRequest(request, "default", null) { TopLogprobs = logprobs ? 2 : null }, head, new Answer([choice]), 0, 1, tokenizer);
    }

    private static List<JsonNode> Chunks(ToldChat told)
    {
        using var stream = new MemoryStream();
        var output = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));
        var writer = new ChunkWriter(told, new StreamOptions(false, true), StreamFrame.ServerSentEvents);
        writer.WriteStart(output);
        for (var step = 0; step < told.Answer.Steps; step++)
        {
            writer.WriteStep(output, step);
        }

        writer.WriteEnd(output);
        output.Complete();
        return [.. Encoding.UTF8.GetString(stream.ToArray()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries).SkipLast(1)
            .Select(l => JsonNode.Parse(l["data: ".Length..])!["choices"]![0]!)];
    }
}
