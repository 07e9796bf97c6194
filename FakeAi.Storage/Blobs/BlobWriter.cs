namespace FakeAi.Storage.Blobs;

/// <summary>A blob that is being written. Used by one flow at a time.</summary>
public sealed class BlobWriter : IAsyncDisposable
{
    private readonly FileStream _file;
    private readonly FileBlobStore _store;
    private readonly string _path;
    private bool _committed;

    internal BlobWriter(FileBlobStore store, FileStream file, string path)
    {
        _store = store;
        _file = file;
        _path = path;
    }

    /// <summary>Bytes written so far.</summary>
    public long Length { get; private set; }

    /// <summary>Appends bytes.</summary>
    /// <exception cref="IOException">The disk is full or cannot be written to.</exception>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await _file.WriteAsync(bytes, cancellationToken);
        Length += bytes.Length;
    }

    /// <summary>Makes it a blob of that name, in place of one that is there.</summary>
    /// <exception cref="IOException">The disk is full or cannot be written to.</exception>
    public void Commit(string name)
    {
        _file.Flush(flushToDisk: true);

        // Renamed while it is locked: a sweep in between would take it for one that nobody writes any more.
        File.Move(_path, _store.PlaceFor(name), overwrite: true);
        _committed = true;
    }

    /// <summary>Ends the writing; deletes what was not committed.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_committed)
        {
            File.Delete(_path);
        }

        try
        {
            await _file.DisposeAsync();
        }
        catch (IOException)
        {
            // A full disk once more, for bytes that nobody wants.
        }
    }
}
