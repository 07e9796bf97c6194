using System.Buffers;
using System.Text.Json;
using FakeAi.Storage.Blobs;

namespace FakeAi.Gateway.Resources.Batches;

/// <summary>
/// The output or error file of a batch in the making: a line for each request that is done. It survives its process; what is
/// there when it is taken up again is done. Safe for concurrent use.
/// </summary>
internal sealed class BatchOutput : IAsyncDisposable
{
    private const int LongestLine = 96 * 1024 * 1024;

    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly BlobDraft? _draft;
    private readonly ArrayBufferWriter<byte> _line = new(4096);

    private BatchOutput(BlobDraft? draft, long length)
    {
        _draft = draft;
        Length = length;
    }

    /// <summary>Bytes of whole lines.</summary>
    public long Length { get; private set; }

    /// <summary>Takes an output up, or begins it.</summary>
    /// <param name="blobs">Where it is.</param>
    /// <param name="id">The id of the file to be.</param>
    /// <param name="done">Is told of each line that is there.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Null while another has it.</returns>
    public static async Task<BatchOutput?> OpenAsync(IBlobStore blobs, string id, Action<JsonElement> done, CancellationToken cancellationToken)
    {
        if (await ReadFinishedAsync(blobs, id, done, cancellationToken) is { } finished)
        {
            return finished;
        }

        if (blobs.OpenDraft(id) is not { } draft)
        {
            return null;
        }

        try
        {
            // Finished just now, by one whose lease had ended: then this draft is a new one.
            if (await ReadFinishedAsync(blobs, id, done, cancellationToken) is { } finishedNow)
            {
                draft.Discard();
                await draft.DisposeAsync();
                return finishedNow;
            }

            await CutTornLineAsync(draft.Stream, cancellationToken);
            draft.Stream.Position = 0;
            await ReadAsync(draft.Stream, done, cancellationToken);
            draft.Stream.Seek(0, SeekOrigin.End);
            return new BatchOutput(draft, draft.Stream.Length);
        }
        catch
        {
            await draft.DisposeAsync();
            throw;
        }
    }

    /// <summary>Appends a line; it is in the system's hands when this returns.</summary>
    public async Task AppendAsync(string customId, BatchAnswer? answer, (string Code, string Message)? error, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            var draft = _draft ?? throw new InvalidOperationException("The output is finished.");
            _line.ResetWrittenCount();
            Write(_line, customId, answer, error);

            // Not given up halfway: the next line must begin on its own.
            await draft.Stream.WriteAsync(_line.WrittenMemory, CancellationToken.None);
            await draft.Stream.FlushAsync(CancellationToken.None);
            Length = draft.Stream.Length;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Makes it the blob of its file; an empty one is thrown away.</summary>
    /// <returns>Whether there is a file to tell of.</returns>
    public bool Finish()
    {
        if (Length == 0)
        {
            _draft?.Discard();
            return false;
        }

        _draft?.Commit();
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        if (_draft is not null)
        {
            await _draft.DisposeAsync();
        }

        _one.Dispose();
    }

    private static void Write(IBufferWriter<byte> output, string customId, BatchAnswer? answer, (string Code, string Message)? error)
    {
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteString("id"u8, ResourceIds.BatchRequest());
            json.WriteString("custom_id"u8, customId);
            json.WritePropertyName("response"u8);
            if (answer is null)
            {
                json.WriteNullValue();
            }
            else
            {
                json.WriteStartObject();
                json.WriteNumber("status_code"u8, answer.Status);
                json.WriteString("request_id"u8, answer.RequestId);
                json.WritePropertyName("body"u8);
                answer.Body.WriteTo(json);
                json.WriteEndObject();
            }

            json.WritePropertyName("error"u8);
            if (error is not { } told)
            {
                json.WriteNullValue();
            }
            else
            {
                json.WriteStartObject();
                json.WriteString("code"u8, told.Code);
                json.WriteString("message"u8, told.Message);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    /// <summary>An output whose process died, or lost its lease, between finishing it and telling of the file.</summary>
    private static async Task<BatchOutput?> ReadFinishedAsync(IBlobStore blobs, string id, Action<JsonElement> done, CancellationToken cancellationToken)
    {
        if (blobs.OpenRead(id) is not { } finished)
        {
            return null;
        }

        await using (finished)
        {
            await ReadAsync(finished, done, cancellationToken);
            return new BatchOutput(null, finished.Length);
        }
    }

    private static async Task ReadAsync(Stream file, Action<JsonElement> done, CancellationToken cancellationToken)
    {
        await foreach (var line in BatchInput.ReadAsync(file, LongestLine, cancellationToken))
        {
            if (BatchInput.Parse(line.Json) is { } written)
            {
                done(written);
            }
        }
    }

    /// <summary>What a killed process has written of its last line is no line.</summary>
    private static async Task CutTornLineAsync(FileStream file, CancellationToken cancellationToken)
    {
        var buffer = new byte[4096];
        for (var end = file.Length; end > 0;)
        {
            var start = Math.Max(0, end - buffer.Length);
            file.Position = start;
            await file.ReadExactlyAsync(buffer.AsMemory(0, (int)(end - start)), cancellationToken);
            var at = buffer.AsSpan(0, (int)(end - start)).LastIndexOf((byte)'\n');
            if (at >= 0)
            {
                file.SetLength(start + at + 1);
                return;
            }

            end = start;
        }

        file.SetLength(0);
    }
}
