#pragma warning disable OPENAI001 // The package marks all of this as experimental.
using System.ClientModel;
using System.Text;
using OpenAI;
using OpenAI.Responses;

namespace FakeAi.E2E.Tests.Sdk;

/// <summary>The official OpenAI package for .NET: responses of the running system.</summary>
public sealed class OpenAiDotNetResponsesTests(RunningSystem system)
{
    private const string Model = "gpt-4o-mini";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ResponsesClient Client => new OpenAIClient(new ApiKeyCredential("any-key"), new OpenAIClientOptions { Endpoint = system.OpenAiBase }).GetResponsesClient();

    [Fact]
    public async Task Response_Streamed_IsStoredAndContinued()
    {
        var client = Client;
        var text = new StringBuilder();
        ResponseResult? first = null;
        await foreach (var update in await client.CreateResponseStreamingAsync(Model, "Explain how rainbows form.", null, Token))
        {
            text.Append(update is StreamingResponseOutputTextDeltaUpdate delta ? delta.Delta : "");
            first = update is StreamingResponseCompletedUpdate completed ? completed.Response : first;
        }

        Assert.Equal(text.ToString(), first!.GetOutputText());
        Assert.Equal(first.GetOutputText(), (await client.GetResponseAsync(first.Id, Token)).Value.GetOutputText());
        ResponseResult second = await client.CreateResponseAsync(Model, "Go on.", first.Id, Token);
        Assert.True(second.Usage.InputTokenCount > first.Usage.InputTokenCount + first.Usage.OutputTokenCount);
        Assert.True((await client.DeleteResponseAsync(first.Id, Token)).Value.Deleted);
        Assert.Equal(404, (await Assert.ThrowsAsync<ClientResultException>(() => client.GetResponseAsync(first.Id, Token))).Status);
    }

    [Fact]
    public async Task ToolLoop_OverPreviousResponse_GoesToItsEnd()
    {
        var client = Client;
        var tool = ResponseTool.CreateFunctionTool(
            "get_weather", BinaryData.FromString("""{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}"""), true);
        ResponseResult first = await client.CreateResponseAsync(
            new CreateResponseOptions(Model, [ResponseItem.CreateUserMessageItem("What is the weather in Paris?")]) { Tools = { tool }, ToolChoice = ResponseToolChoice.CreateRequiredChoice() },
            Token);
        var calls = first.OutputItems.OfType<FunctionCallResponseItem>().ToArray();
        Assert.NotEmpty(calls);
        ResponseResult second = await client.CreateResponseAsync(
            new CreateResponseOptions(Model, calls.Select(static c => ResponseItem.CreateFunctionCallOutputItem(c.CallId, """{"degrees":21}"""))) { Tools = { tool }, PreviousResponseId = first.Id },
            Token);
        Assert.Contains("21", second.GetOutputText(), StringComparison.Ordinal);
        Assert.Equal(ResponseStatus.Completed, second.Status);
    }
}
