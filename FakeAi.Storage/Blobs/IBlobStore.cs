namespace FakeAi.Storage.Blobs;

/// <summary>
/// Bytes of files, by the ids of the objects that they belong to: 1 to 80 letters, digits, hyphens and underscores. A blob appears
/// whole or not at all, and never changes. Safe for concurrent use, by several processes of one machine too.
/// </summary>
public interface IBlobStore
{
    /// <summary>Begins a new blob. Disposed before it is committed, it leaves nothing behind.</summary>
    /// <exception cref="IOException">The disk is full or cannot be written to.</exception>
    BlobWriter Create();

    /// <summary>
    /// Takes up, or begins, a blob that is written over several lives of a process, and keeps others from it. What is there can be
    /// read and is appended to. Null while another process, or another part of this one, has it.
    /// </summary>
    /// <exception cref="IOException">The disk is full or cannot be written to.</exception>
    BlobDraft? OpenDraft(string name);

    /// <summary>Opens a blob to read from its beginning; null where there is none.</summary>
    FileStream? OpenRead(string name);

    /// <summary>Deletes a blob, or a draft that nobody has; false where there was none.</summary>
    bool Delete(string name);

    /// <summary>Names of all blobs and drafts that nobody has touched since a moment.</summary>
    IEnumerable<string> UntouchedSince(DateTimeOffset moment);

    /// <summary>Deletes what processes left behind that died while they wrote; what others write is left alone.</summary>
    /// <returns>How many files were deleted.</returns>
    int SweepIncoming();
}
