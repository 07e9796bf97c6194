using System.Text;
using System.Text.Json;
using FakeAi.Gateway.Resources.Responses;
using Microsoft.AspNetCore.Http;

namespace FakeAi.Gateway.Tests.Resources.Responses;

public sealed class RecordedBodyTests
{
    private const string Before = "event: response.created\ndata: {\"type\":\"response.created\",\"sequence_number\":0,\"text\":\"{\\\"type\\\":\\\"response.completed\\\",\\\"sequence_number\\\":\"}\n\n";
    private const string Last = "{\"type\":\"response.incomplete\",\"sequence_number\":1,\"response\":{\"id\":\"resp_1\"}}\n\n";
    private const string Whole = Before + "event: response.incomplete\ndata: " + Last;

    /// <summary>However the bytes are cut, all of them arrive in their order, the end only when it is stored.</summary>
    [Fact]
    public async Task Stream_CutAnywhereOnceOrTwice_KeepsItsEndUntilItIsStored()
    {
        for (var first = 1; first < Whole.Length; first++)
        {
            await AssertKeepsEndAsync([Whole[..first], Whole[first..]]);
            var second = Math.Min(Whole.Length, first + 7);
            await AssertKeepsEndAsync([Whole[..first], Whole[first..second], Whole[second..]]);
        }

        await AssertKeepsEndAsync([.. Whole.Select(static c => c.ToString())]);
    }

    [Fact]
    public async Task Stream_WithoutItsLastEvent_PassesOnAndStoresNothing()
    {
        var output = new MemoryStream();
        var body = Body(output, stream: true, static _ => throw new InvalidOperationException("nothing to store"));
        await body.Writer.WriteAsync(Encoding.UTF8.GetBytes(Before), TestContext.Current.CancellationToken);
        await body.CompleteAsync();
        Assert.Equal(Before, Encoding.UTF8.GetString(output.ToArray()));
    }

    private static async Task AssertKeepsEndAsync(string[] pieces)
    {
        var output = new MemoryStream();
        string? stored = null;
        var body = Body(output, stream: true, response =>
        {
            stored = response.GetRawText();
            var passed = Encoding.UTF8.GetString(output.ToArray());
            Assert.StartsWith(Before, passed, StringComparison.Ordinal);
            Assert.True(passed.Length < Whole.Length - 20, $"{passed.Length} of {Whole.Length} had been sent");
            return Task.CompletedTask;
        });
        foreach (var piece in pieces)
        {
            await body.Writer.WriteAsync(Encoding.UTF8.GetBytes(piece), TestContext.Current.CancellationToken);
        }

        await body.CompleteAsync();
        Assert.Equal("""{"id":"resp_1"}""", stored);
        Assert.Equal(Whole, Encoding.UTF8.GetString(output.ToArray()));
    }

    private static RecordedBody Body(Stream output, bool stream, Func<JsonElement, Task> record) =>
        new(new DefaultHttpContext(), new StreamResponseBodyFeature(output), stream, record);
}
