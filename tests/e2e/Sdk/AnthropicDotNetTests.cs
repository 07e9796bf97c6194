using System.Text;
using System.Text.Json;
using Anthropic;
using Anthropic.Exceptions;
using Anthropic.Models.Messages;

namespace FakeAi.E2E.Tests.Sdk;

/// <summary>The official Anthropic package for .NET against the running system; it checks every answer against its own types.</summary>
public sealed class AnthropicDotNetTests(RunningSystem system)
{
    private const string Model = "claude-sonnet-4-5";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Stream_OfARequest_GivesTheWholeMessagesTextUsageAndEnd()
    {
        using var client = Client("0");
        var request = Request("How do tides work?", 60);
        var whole = await client.Messages.Create(request, Token);

        var text = new StringBuilder();
        RawMessageDeltaEvent? end = null;
        await foreach (var update in client.Messages.CreateStreaming(request, Token))
        {
            if (update.TryPickContentBlockDelta(out var delta) && delta.Delta.TryPickText(out var told))
            {
                text.Append(told.Text);
            }

            end = update.TryPickDelta(out var last) ? last : end;
        }

        Assert.Equal(Text(whole), text.ToString());
        Assert.Equal(whole.StopReason!.Raw(), end!.Delta.StopReason!.Raw());
        Assert.Equal(whole.Usage.OutputTokens, end.Usage.OutputTokens);
        Assert.Equal(whole.Usage.InputTokens, end.Usage.InputTokens);
        Assert.StartsWith("msg_01", whole.ID, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tools_LoopToItsEnd_UsesTheResult()
    {
        using var client = Client("0");
        var tool = new Tool
        {
            Name = "get_weather",
            Description = "Current weather of a city",
            InputSchema = new InputSchema { Properties = Json("""{"city":{"type":"string"}}"""), Required = ["city"] },
        };
        var request = Request("What is the weather in Lisbon?", 500) with { Tools = [tool] };

        var first = await client.Messages.Create(request, Token);
        Assert.True(Assert.Single(first.Content).TryPickToolUse(out var call));
        var last = await client.Messages.Create(
            request with
            {
                Messages =
                [
                    .. request.Messages,
                    new AssistantMessageParam(new List<ContentBlockParam> { new ToolUseBlockParam { ID = call.ID, Name = call.Name, Input = call.Input } }),
                    new UserMessageParam(new List<ContentBlockParam> { new ToolResultBlockParam(call.ID) { Content = """{"temperature":21}""" } }),
                ],
            },
            Token);

        Assert.Equal("tool_use", first.StopReason!.Raw());
        Assert.Equal(JsonValueKind.String, call.Input["city"].ValueKind);
        Assert.Equal("end_turn", last.StopReason!.Raw());
        Assert.Contains("temperature is 21", Text(last), StringComparison.Ordinal);
    }

    [Fact]
    public async Task StructuredOutputAndThinking_AreReadByTheSdk()
    {
        using var client = Client("0");
        var format = new JsonOutputFormat
        {
            Schema = Json("""{"type":"object","properties":{"name":{"type":"string"},"year":{"type":"integer"}},"required":["name","year"],"additionalProperties":false}"""),
        };

        var answer = await client.Messages.Create(
            Request("Which event?", 3000) with { OutputConfig = new OutputConfig { Format = format }, Thinking = new ThinkingConfigEnabled(1024) }, Token);

        Assert.True(answer.Content[0].TryPickThinking(out var thinking));
        Assert.NotEmpty(thinking.Thinking);
        Assert.NotEmpty(thinking.Signature);
        using var json = JsonDocument.Parse(Text(answer));
        Assert.Equal(JsonValueKind.Number, json.RootElement.GetProperty("year").ValueKind);
    }

    [Fact]
    public async Task Create_OfWhatThereIsNot_ThrowsTheSdksOwnExceptions()
    {
        using var client = Client("0");

        var missing = await Assert.ThrowsAsync<AnthropicNotFoundException>(() => client.Messages.Create(Request("Hello", 10) with { Model = "no-such-model" }, Token));
        var wrong = await Assert.ThrowsAsync<AnthropicBadRequestException>(() => client.Messages.Create(Request("Hello", 0), Token));

        Assert.Contains("model: no-such-model", missing.Message, StringComparison.Ordinal);
        Assert.Contains("max_tokens: Input should be greater than or equal to 1", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_LeftByTheClient_CountsAsCancelled()
    {
        await system.ResetAsync(Token);
        using var client = Client("50");
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Token);

        var updates = 0;
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await foreach (var _ in client.Messages.CreateStreaming(Request("Write 300 words on sand", 500), leaving.Token))
            {
                if (++updates == 5)
                {
                    await leaving.CancelAsync();
                }
            }
        });

        var snapshot = await system.SnapshotAsync(static s => s.TotalCancelled == 1, Token);
        Assert.Equal(0, snapshot.TotalErrors);
    }

    private static string Text(Message message) =>
        string.Concat(message.Content.Select(static block => block.TryPickText(out var text) ? text.Text : ""));

    private static MessageCreateParams Request(string prompt, int maxTokens) =>
        new() { Model = Model, MaxTokens = maxTokens, Messages = [new UserMessageParam(prompt)] };

    private static Dictionary<string, JsonElement> Json(string json) =>
        JsonElement.Parse(json).EnumerateObject().ToDictionary(static p => p.Name, static p => p.Value, StringComparer.Ordinal);

    private AnthropicClient Client(string itlMs)
    {
        var http = new HttpClient();
        http.DefaultRequestHeaders.Add("x-fakeai-ttft-ms", "0");
        http.DefaultRequestHeaders.Add("x-fakeai-itl-ms", itlMs);
        http.DefaultRequestHeaders.Add("x-fakeai-deterministic", "1");
        return new AnthropicClient
        {
            BaseUrl = system.Gateway.ToString().TrimEnd('/'),
            ApiKey = "any-key",
            HttpClient = http,
            MaxRetries = 0,
            ResponseValidation = true,
            Timeout = TimeSpan.FromSeconds(60),
        };
    }
}
