namespace FakeAi.Dashboard.Live;

/// <summary>What a page wants to hear of.</summary>
[Flags]
internal enum LiveTopics
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Metrics and history.</summary>
    Metrics = 1,

    /// <summary>Waterfall rows.</summary>
    Waterfall = 2,

    /// <summary>Errors.</summary>
    Errors = 4,

    /// <summary>The connection to the collector.</summary>
    Connection = 8,

    /// <summary>Everything.</summary>
    All = Metrics | Waterfall | Errors | Connection,
}
