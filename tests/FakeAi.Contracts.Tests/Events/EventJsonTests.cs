using System.Text;
using System.Text.Json;
using FakeAi.Contracts.Events;

namespace FakeAi.Contracts.Tests.Events;

public sealed class EventJsonTests
{
    private static readonly EventData[] s_samples =
    [
        new RequestStarted("/v1/chat/completions", "POST", "gpt-4o", "openai", true, "sk-…abcd", 512),
        new RequestStarted("/v1/models", "GET", null, "openai", false, null, 0),
        new RequestCompleted("/v1/chat/completions", "gpt-4o", "openai", true, 200, 1_390_000, 100_000, 100_100, 1_389_000, 12, 130, "stop", 40_000),
        new RequestCompleted("/v1/models", null, "openai", false, 200, 1_000, 900, null, 1_000, 0, 0, null, 3_000),
        new RequestFailed("/v1/chat/completions", "nope", "openai", false, 404, 900, "invalid_request_error", "model_not_found"),
        new RequestCancelled("/v1/chat/completions", "gpt-4o", "openai", true, 500_000, "client_disconnected", 2_000),
        new StreamStarted("/v1/chat/completions", "gpt-4o", true, 12, 100_000, 1_390_000, 130),
        new StreamFirstToken(100_123),
        new StreamProgress(25, 350_000),
        new StreamCompleted("completed", 4, "stop", 100_123, [10_000, 10_001, 9_999], 420, 1),
        new StreamCompleted("cancelled", 0, null, null, [], 0, 0),
        new StreamStarted("/v1/chat/completions", "gpt-4o", true, 2_000, 100_000, 1_390_000, 130, 1_920, 12_345, 3),
        new CacheLookup("gpt-4o", 3, 2_000, 1_920, 240_000),
        new RouteSelected("engine-0", "only"),
        new RouteFallback("engine-0", "engine-1", "connection_refused"),
        new ErrorOccurred("/v1/chat/completions", "gpt-4o", 400, "invalid_request_error", null, "messages", "Missing »messages«.", "warning"),
        new HealthSampled(4711, 12.5, 103.2, 1 << 27, 1 << 24, 3, 17, 9_000_000_000, 1, 2, 3, 4, 5, 6),
    ];

    public static TheoryData<int> Samples => [.. Enumerable.Range(0, s_samples.Length)];

    public static TheoryData<string> Bad =>
    [
        "", "{", "null", "[]", "7", "\"v\"", "{}",
        """{"v":2,"id":"i","type":"stream.first_token","time":1,"source":"s","instance":"n","seq":1,"data":{"ttftUs":1}}""",
        """{"v":"1","id":"i","type":"stream.first_token","time":1,"source":"s","instance":"n","seq":1,"data":{"ttftUs":1}}""",
        """{"v":1,"id":"i","type":"stream.unheard_of","time":1,"source":"s","instance":"n","seq":1,"data":{}}""",
        """{"v":1,"id":"i","type":"stream.first_token","time":"1","source":"s","instance":"n","seq":1,"data":{"ttftUs":1}}""",
        """{"v":1,"id":"i","type":"stream.first_token","time":1.5,"source":"s","instance":"n","seq":1,"data":{"ttftUs":1}}""",
        """{"v":1,"type":"stream.first_token","time":1,"source":"s","instance":"n","seq":1,"data":{"ttftUs":1}}""",
        """{"v":1,"id":"i","type":"stream.first_token","time":1,"source":"s","instance":"n","seq":1}""",
        """{"v":1,"id":"i","type":"stream.first_token","time":1,"source":"s","instance":"n","seq":1,"data":null}""",
        """{"v":1,"id":"i","type":"stream.first_token","time":1,"source":"s","instance":"n","seq":1,"data":{"ttftUs":"soon"}}""",
        """{"v":1,"id":"i","type":"stream.first_token","time":1,"instance":"n","seq":1,"data":{"ttftUs":1}}""",
    ];

    [Fact]
    public void HealthSampled_ToldByAnOlderProcess_IsReadWithZerosForWhatItDidNotKnow()
    {
        var e = EventJson.Read(Encoding.UTF8.GetBytes("""
            {"v":1,"id":"i","type":"health.sampled","time":1,"source":"s","instance":"n","seq":1,"data":{"pid":7,"uptimeSeconds":5,
            "cpuPercent":1,"workingSetBytes":2,"gcHeapBytes":3,"activeRequests":4,"eventsQueued":5,"eventsSent":6,"eventsRefused":7}}
            """));
        Assert.Equal(new HealthSampled(7, 5, 1, 2, 3, 4, 5, 6, 7), e.Data);
    }

    [Fact]
    public void Samples_CoverEveryType() =>
        Assert.Equal(EventJson.KnownTypes.Order(), s_samples.Select(s => s.Type).Distinct().Order());

    [Fact]
    public void KnownTypes_AreAllConstantsAndAllRecords()
    {
        var constants = typeof(EventTypes).GetFields().Select(f => (string)f.GetRawConstantValue()!);
        Assert.Equal(constants.Order(), EventJson.KnownTypes.Order());
        var records = typeof(EventData).Assembly.GetTypes().Count(t => t.IsSubclassOf(typeof(EventData)));
        Assert.Equal(records, EventJson.KnownTypes.Count);
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Event_WrittenAndRead_IsTheSame(int sample)
    {
        var written = new FakeAiEvent(
            "p-0-1.0", 1_767_225_600_123_456, sample % 2 == 0 ? "req_1" : null, "gateway", "gateway-1", 9_007_199_254_740_993,
            sample % 3 == 0 ? "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" : null, s_samples[sample]);
        var bytes = EventJson.ToBytes(written);
        var read = EventJson.Read(bytes);
        Assert.Equal(written with { Data = read.Data }, read);
        Assert.Equal(written.Data.GetType(), read.Data.GetType());
        Assert.Equal(Encoding.UTF8.GetString(bytes), Encoding.UTF8.GetString(EventJson.ToBytes(read)));
    }

    [Fact]
    public void Event_Written_HasTheAgreedShape()
    {
        var json = EventJson.ToBytes(new FakeAiEvent("i", 5, "req_1", "engine", "engine-0-1", 2, null, s_samples[9]));
        Assert.Equal(
            """{"v":1,"id":"i","type":"stream.completed","time":5,"requestId":"req_1","source":"engine","instance":"engine-0-1","seq":2,"data":{"outcome":"completed","outputTokens":4,"finishReason":"stop","firstTokenUs":100123,"tokenDeltasUs":[10000,10001,9999],"maxLagUs":420,"mergedChunks":1}}""",
            Encoding.UTF8.GetString(json));
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public void Read_NotAnEvent_ThrowsJsonException(string json) =>
        Assert.ThrowsAny<JsonException>(() => EventJson.Read(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void Read_FieldsOfALaterVersion_ArePassedOver()
    {
        var json = """{"v":1,"id":"i","type":"stream.first_token","time":1,"source":"s","instance":"n","seq":1,"new":{},"data":{"ttftUs":7,"new":[1]}}""";
        Assert.Equal(new StreamFirstToken(7), EventJson.Read(Encoding.UTF8.GetBytes(json)).Data);
    }
}
