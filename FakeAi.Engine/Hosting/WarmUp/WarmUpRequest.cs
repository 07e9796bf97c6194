namespace FakeAi.Engine.Hosting.WarmUp;

/// <summary>A small request that a dialect wants to have answered once before the first client's.</summary>
/// <param name="Path">Where it is posted to.</param>
/// <param name="Body">Its JSON.</param>
internal sealed record WarmUpRequest(string Path, string Body);
