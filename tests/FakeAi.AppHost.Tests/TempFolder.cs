namespace FakeAi.AppHost.Tests;

internal sealed class TempFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("fakeai-apphost-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
