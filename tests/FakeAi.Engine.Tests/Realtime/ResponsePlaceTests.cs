using FakeAi.Contracts.Catalogue;
using FakeAi.Engine.KvCache;
using FakeAi.Engine.Workers;
using FakeAi.TestKit;

namespace FakeAi.Engine.Tests.Realtime;

/// <summary>Responses and the workers that they run on.</summary>
public sealed class ResponsePlaceTests
{
    private const string TextOnly = """{"type":"session.update","session":{"type":"realtime","output_modalities":["text"]}}""";
    private const string Create = """{"type":"response.create"}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Response_HoldsAPlaceFromItsCreationToItsEnd()
    {
        var session = new SessionHarness(workers: One);
        session.Say("Why is the sky blue?");
        session.Send(Create);
        Assert.Equal(1, Assert.Single(session.Pool.Report().Workers).Active);
        session.PassAll();
        await Eventually.IsTrueAsync(() => Assert.Single(session.Pool.Report().Workers).Active == 0);
    }

    [Fact]
    public async Task Response_WithoutAFreePlace_WaitsAndItsFirstTokenHasTheWait()
    {
        var session = new SessionHarness(workers: One);
        var other = await EnterAsync(session);
        session.Send(TextOnly);
        session.Say("Why is the sky blue?");
        Assert.Equal(["response.created"], SessionHarness.Types(session.Send(Create)));
        Assert.Equal(long.MaxValue, session.Session.DueUs);
        Assert.Empty(session.Pass(1_000));
        session.Time.Advance(TimeSpan.FromSeconds(1));
        other.Dispose();
        await Eventually.IsTrueAsync(() => session.Decided == 1);
        var created = session.NowUs - 1_000_000;
        session.Session.Advance(session.NowUs);
        Assert.InRange(session.Session.DueUs, created + 1_050_000, created + 2_000_000);
        Assert.Equal("completed", session.PassAll()[^1].GetProperty("response").GetProperty("status").GetString());
    }

    [Fact]
    public async Task Response_CancelledWhileItWaits_LeavesTheQueue()
    {
        var session = new SessionHarness(workers: One);
        using var other = await EnterAsync(session);
        session.Say("Why?");
        session.Send(Create);
        Assert.Equal(1, session.Pool.Waiting);
        Assert.Equal("cancelled", session.Send("""{"type":"response.cancel"}""")[^1].GetProperty("response").GetProperty("status").GetString());
        Assert.Equal(0, session.Pool.Waiting);
        session.Send(Create);
        Assert.Equal(1, session.Pool.Waiting);
        session.Session.Dispose();
        Assert.Equal(0, session.Pool.Waiting);
    }

    [Fact]
    public async Task Response_ThatGetsNoPlace_Fails()
    {
        var session = new SessionHarness(workers: w =>
        {
            One(w);
            w.MaxWaiting = 0;
        });
        using var other = await EnterAsync(session);
        session.Say("Why?");
        session.Send(Create);
        var response = session.PassAll()[^1].GetProperty("response");
        Assert.Equal("failed", response.GetProperty("status").GetString());
        Assert.Equal("server_overloaded", response.GetProperty("status_details").GetProperty("error").GetProperty("code").GetString());
        Assert.Equal(0, response.GetProperty("usage").GetProperty("output_tokens").GetInt32());
    }

    [Fact]
    public void Conversation_ThatGoesOn_IsFoundInTheCache()
    {
        var session = new SessionHarness();
        session.Send(TextOnly);
        session.Say(string.Join(' ', Enumerable.Range(0, 1_500).Select(i => $"word{i % 90}")));
        Assert.Equal(0, Cached());
        session.Say("And now?");
        Assert.InRange(Cached(), 1_024, 6_000);

        int Cached()
        {
            session.Send(Create);
            return session.PassAll()[^1].GetProperty("response").GetProperty("usage").GetProperty("input_token_details").GetProperty("cached_tokens").GetInt32();
        }
    }

    private static void One(WorkerOptions workers) => (workers.Count, workers.MaxBatch) = (1, 1);

    private static async Task<WorkerSlot> EnterAsync(SessionHarness session) => await session.Pool.EnterAsync(
        new Admission(PromptBlocks.None, CacheRule.For("openai"), 1, ModelCatalogue.Default.Models[0].Latency, PriorityClass.Normal, long.MaxValue / 2), Token);
}
