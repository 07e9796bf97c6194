using FakeAi.Storage.Blobs;

namespace FakeAi.Storage.Tests;

public sealed class FileBlobStoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fakeai-blobs-").FullName;
    private readonly FileBlobStore _store;

    public FileBlobStoreTests() => _store = new FileBlobStore(() => Path.Combine(_folder, "files"), 0);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Blob_Committed_IsReadableByItsUserAloneAndDeletedOnce()
    {
        var name = "file-Abc";
        await using (var writer = _store.Create())
        {
            await writer.WriteAsync("hello"u8.ToArray(), Token);
            Assert.Null(_store.OpenRead(name));
            writer.Commit(name);
        }

        await using (var read = _store.OpenRead(name))
        {
            using var text = new StreamReader(read!);
            Assert.Equal("hello", await text.ReadToEndAsync(Token));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(read!.Name));
        }

        Assert.True(_store.Delete(name));
        Assert.False(_store.Delete(name));
        Assert.Empty(Files());
    }

    [Fact]
    public async Task Writer_NotCommitted_LeavesNothing()
    {
        await using (var writer = _store.Create())
        {
            await writer.WriteAsync(new byte[200_000], Token);
            Assert.Single(Files());
            Assert.Equal(0, _store.SweepIncoming());
        }

        Assert.Empty(Files());
    }

    [Fact]
    public void SweepIncoming_FileOfADeadProcess_IsDeleted()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "files", "incoming"));
        File.WriteAllText(Path.Combine(_folder, "files", "incoming", "file-Abc"), "half");
        Assert.Equal(1, _store.SweepIncoming());
        Assert.Empty(Files());
    }

    [Fact]
    public async Task Draft_OfOne_IsNobodyElsesAndKeepsWhatWasWritten()
    {
        var name = "file-Abc";
        await using (var draft = _store.OpenDraft(name))
        {
            await draft!.Stream.WriteAsync("one"u8.ToArray(), Token);
            Assert.Null(_store.OpenDraft(name));
            Assert.False(_store.Delete(name));
        }

        await using (var draft = _store.OpenDraft(name))
        {
            Assert.Equal(3, draft!.Stream.Length);
            draft.Stream.Seek(0, SeekOrigin.End);
            await draft.Stream.WriteAsync("two"u8.ToArray(), Token);
            draft.Commit();
        }

        using var read = new StreamReader(_store.OpenRead(name)!);
        Assert.Equal("onetwo", await read.ReadToEndAsync(Token));
        Assert.Single(Files());
    }

    [Theory]
    [InlineData("../../../../etc/passwd")]
    [InlineData("")]
    [InlineData("file-1/2")]
    public void Name_NotTheStores_IsRefused(string name)
    {
        Assert.Throws<ArgumentException>(() => _store.OpenRead(name));
        Assert.Throws<ArgumentException>(() => _store.Delete(name));
        Assert.Throws<ArgumentException>(() => _store.OpenDraft(name));
    }

    [Fact]
    public void PrivateFolder_OfTheDead_IsDeletedAndThatOfTheLivingIsNot()
    {
        var parent = Path.Combine(_folder, "memory");
        Directory.CreateDirectory(Path.Combine(parent, "dead"));
        File.WriteAllText(Path.Combine(parent, "dead", "lock"), "");
        using (var one = new PrivateFolder(parent))
        using (var two = new PrivateFolder(parent))
        {
            Assert.True(Directory.Exists(one.Path) && Directory.Exists(two.Path));
            Assert.Equal(2, Directory.GetDirectories(parent).Length);
        }

        Assert.Empty(Directory.GetDirectories(parent));
    }

    [Fact]
    public async Task UntouchedSince_Moment_NamesWhatIsOlder()
    {
        await using (var writer = _store.Create())
        {
            writer.Commit("file-Abc");
        }

        await using var draft = _store.OpenDraft("file-Def");
        Assert.Empty(_store.UntouchedSince(DateTimeOffset.UnixEpoch));
        Assert.Equal(["file-Abc", "file-Def"], _store.UntouchedSince(DateTimeOffset.MaxValue).Order());
    }

    private string[] Files() => Directory.Exists(_folder) ? Directory.GetFiles(_folder, "*", SearchOption.AllDirectories) : [];
}
