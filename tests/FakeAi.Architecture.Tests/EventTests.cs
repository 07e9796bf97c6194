using System.Reflection;
using FakeAi.Contracts.Events;

namespace FakeAi.Architecture.Tests;

public sealed class EventTests
{
    private static readonly string[] s_emitters = ["FakeAi.Gateway", "FakeAi.Engine", "FakeAi.ServiceDefaults"];

    public static TheoryData<string> EventRecords =>
        [.. typeof(EventData).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(EventData))).Select(t => t.FullName!)];

    [Theory]
    [MemberData(nameof(EventRecords))]
    public void Event_EveryType_HasAnEmitterAndAConsumer(string record)
    {
        Assert.Contains(s_emitters, service => CompiledAssembly.Read(service).Members.Contains($"{record}::.ctor"));
        Assert.Contains(record, CompiledAssembly.Read("FakeAi.Collector").Types);
    }

    [Fact]
    public void EventTypes_EveryName_HasOneRecordThatCanBeWritten()
    {
        var names = typeof(EventTypes).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(f => (string)f.GetRawConstantValue()!).Order(StringComparer.Ordinal).ToArray();

        Assert.Equal(names, EventJson.KnownTypes.Order(StringComparer.Ordinal));
        Assert.Equal(names.Length, EventRecords.Count);
    }
}
