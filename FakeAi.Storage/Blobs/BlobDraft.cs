namespace FakeAi.Storage.Blobs;

/// <summary>A blob that is written over several lives of a process. Others cannot take it up meanwhile. Used by one flow at a time.</summary>
public sealed class BlobDraft : IAsyncDisposable
{
    private readonly FileBlobStore _store;
    private readonly string _name;
    private readonly string _path;

    internal BlobDraft(FileBlobStore store, FileStream file, string name, string path)
    {
        Stream = file;
        _store = store;
        _name = name;
        _path = path;
    }

    /// <summary>Its bytes; to read, to cut and to append to.</summary>
    public FileStream Stream { get; }

    /// <summary>Makes it the blob of its name.</summary>
    /// <exception cref="IOException">The disk is full or cannot be written to.</exception>
    public void Commit()
    {
        Stream.Flush(flushToDisk: true);
        File.Move(_path, _store.PlaceFor(_name), overwrite: true);
    }

    /// <summary>Throws it away.</summary>
    public void Discard() => File.Delete(_path);

    /// <summary>Lets others take it up.</summary>
    public ValueTask DisposeAsync() => Stream.DisposeAsync();
}
