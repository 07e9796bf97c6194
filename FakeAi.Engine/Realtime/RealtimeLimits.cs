namespace FakeAi.Engine.Realtime;

/// <summary>How long and how much.</summary>
/// <param name="LongestUs">Longest session, microseconds.</param>
/// <param name="IdleUs">How long a client may say nothing, microseconds.</param>
/// <param name="MostEventBytes">Longest event of a client.</param>
internal sealed record RealtimeLimits(long LongestUs, long IdleUs, int MostEventBytes);
