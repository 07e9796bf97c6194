using System.ClientModel;
using System.ClientModel.Primitives;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using OpenAI;
using OpenAI.Chat;

namespace FakeAi.E2E.Tests.Sdk;

/// <summary>The official OpenAI package for .NET against the running system.</summary>
public sealed class OpenAiDotNetTests(RunningSystem system)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("gpt-4o-mini", 1)]
    [InlineData("gpt-4o", 2)]
    [InlineData("gpt-3.5-turbo", 3)]
    public async Task Stream_SameSeed_GivesTheWholeAnswersTextNotBeforeItsTtft(string model, long seed)
    {
        using var seen = new HeaderRecorder();
        var client = Client(model, seen);
        ChatMessage[] messages = [new SystemChatMessage("You are a helpful assistant."), new UserChatMessage("How do tides work?")];
        var whole = await client.CompleteChatAsync(messages, Options(seed), Token);

        var text = new StringBuilder();
        ChatFinishReason? finish = null;
        ChatTokenUsage? usage = null;
        double? firstContentMs = null;
        var watch = Stopwatch.StartNew();
        await foreach (var update in client.CompleteChatStreamingAsync(messages, Options(seed), Token))
        {
            foreach (var part in update.ContentUpdate)
            {
                if (part.Text.Length > 0)
                {
                    firstContentMs ??= watch.Elapsed.TotalMilliseconds;
                    text.Append(part.Text);
                }
            }

            finish = update.FinishReason ?? finish;
            usage = update.Usage ?? usage;
        }

        var scheduledMs = double.Parse(seen.Last("x-fakeai-scheduled-ttft-ms"), CultureInfo.InvariantCulture);
        Assert.True(scheduledMs > 0);
        Assert.True(firstContentMs >= scheduledMs, $"First content after {firstContentMs} ms; the schedule says {scheduledMs} ms.");
        Assert.Equal(whole.Value.Content[0].Text, text.ToString());
        Assert.Equal(whole.Value.FinishReason, finish);
        Assert.Equal(whole.Value.Usage.OutputTokenCount, usage!.OutputTokenCount);
        Assert.Equal(whole.Value.Usage.InputTokenCount, usage.InputTokenCount);
        Assert.StartsWith("req_", seen.Last("x-request-id"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tools_LoopToItsEnd_UsesTheResult()
    {
        using var seen = new HeaderRecorder();
        var tool = ChatTool.CreateFunctionTool(
            "get_weather", "Current weather of a city",
            BinaryData.FromString("""{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}"""), functionSchemaIsStrict: true);
        var options = new ChatCompletionOptions { Tools = { tool } };
        List<ChatMessage> messages = [new UserChatMessage("What is the weather in Lisbon?")];
        var client = Client("gpt-4o", seen);

        var first = (await client.CompleteChatAsync(messages, options, Token)).Value;
        Assert.Equal(ChatFinishReason.ToolCalls, first.FinishReason);
        var call = Assert.Single(first.ToolCalls);
        using (var arguments = JsonDocument.Parse(call.FunctionArguments))
        {
            Assert.Equal(JsonValueKind.String, arguments.RootElement.GetProperty("city").ValueKind);
        }

        messages.Add(new AssistantChatMessage(first));
        messages.Add(new ToolChatMessage(call.Id, """{"temperature":21}"""));
        var last = (await client.CompleteChatAsync(messages, options, Token)).Value;

        Assert.Equal(ChatFinishReason.Stop, last.FinishReason);
        Assert.Contains("temperature is 21", last.Content[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StructuredOutputAndLogprobs_AreReadByTheSdk()
    {
        using var seen = new HeaderRecorder();
        var options = new ChatCompletionOptions
        {
            ResponseFormat = ChatResponseFormat.CreateJsonSchemaFormat(
                "event", BinaryData.FromString("""{"type":"object","properties":{"name":{"type":"string"},"year":{"type":"integer"}},"required":["name","year"],"additionalProperties":false}"""),
                jsonSchemaIsStrict: true),
            IncludeLogProbabilities = true,
            TopLogProbabilityCount = 3,
        };

        var answer = (await Client("gpt-4o", seen).CompleteChatAsync([new UserChatMessage("Which event?")], options, Token)).Value;

        using var json = JsonDocument.Parse(answer.Content[0].Text);
        Assert.Equal(JsonValueKind.Number, json.RootElement.GetProperty("year").ValueKind);
        Assert.Equal(answer.Usage.OutputTokenCount, answer.ContentTokenLogProbabilities.Count);
        Assert.All(answer.ContentTokenLogProbabilities, t => Assert.Equal(3, t.TopLogProbabilities.Count));
    }

    [Fact]
    public async Task Reasoning_OfAReasoningModel_IsInTheUsage()
    {
        using var seen = new HeaderRecorder();

        var answer = (await Client("gpt-5-nano", seen).CompleteChatAsync([new UserChatMessage("Hello")], cancellationToken: Token)).Value;

        Assert.True(answer.Usage.OutputTokenDetails.ReasoningTokenCount >= 64);
        Assert.True(answer.Usage.OutputTokenCount > answer.Usage.OutputTokenDetails.ReasoningTokenCount);
    }

    [Fact]
    public async Task Complete_UnknownModel_ThrowsTheSdksOwnException()
    {
        using var seen = new HeaderRecorder();

        var fault = await Assert.ThrowsAsync<ClientResultException>(
            () => Client("no-such-model", seen).CompleteChatAsync([new UserChatMessage("Hello")], cancellationToken: Token));

        Assert.Equal(404, fault.Status);
        Assert.Contains("model_not_found", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Models_ListAndGet_AreReadByTheSdk()
    {
        var models = new OpenAIClient(new ApiKeyCredential("any-key"), new OpenAIClientOptions { Endpoint = system.OpenAiBase }).GetOpenAIModelClient();

        var all = (await models.GetModelsAsync(Token)).Value;
        var one = (await models.GetModelAsync("gpt-4o", Token)).Value;

        Assert.Contains(all, m => m.Id == "gpt-4o-mini");
        Assert.Equal("gpt-4o", one.Id);
    }

#pragma warning disable OPENAI001 // Seed is marked experimental in the package.
    private static ChatCompletionOptions Options(long seed) => new() { Seed = seed, MaxOutputTokenCount = 50 };
#pragma warning restore OPENAI001

    private ChatClient Client(string model, HeaderRecorder seen) => new(
        model,
        new ApiKeyCredential("any-key"),
        new OpenAIClientOptions
        {
            Endpoint = system.OpenAiBase,
            RetryPolicy = new ClientRetryPolicy(0),
            Transport = new HttpClientPipelineTransport(seen.Client),
        });

    /// <summary>Keeps the headers of the last answer, which the SDK's streaming types do not show.</summary>
    private sealed class HeaderRecorder : IDisposable
    {
        private readonly Handler _handler = new();

        public HeaderRecorder() => Client = new HttpClient(_handler);

        public HttpClient Client { get; }

        public string Last(string name) => Assert.Single(_handler.Response!.Headers.GetValues(name));

        public void Dispose() => Client.Dispose();

        private sealed class Handler() : DelegatingHandler(new SocketsHttpHandler())
        {
            public HttpResponseMessage? Response { get; private set; }

            protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
                Response = await base.SendAsync(request, cancellationToken);
        }
    }
}
