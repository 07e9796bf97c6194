using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace FakeAi.Gateway.Resources.Batches;

/// <summary>A line of an input file.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Json">Its bytes, without the line's end; null where it is longer than a request may be.</param>
internal readonly record struct BatchLine(int Number, byte[]? Json);

/// <summary>Reads the lines of a file as they are needed; at most one is in memory.</summary>
internal static class BatchInput
{
    private const int Buffer = 64 * 1024;

    private static readonly JsonDocumentOptions s_json = new() { MaxDepth = 66 };

    /// <summary>All lines that are not blank.</summary>
    /// <param name="file">The file; left open.</param>
    /// <param name="longest">Most bytes of a line.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async IAsyncEnumerable<BatchLine> ReadAsync(Stream file, int longest, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = PipeReader.Create(file, new StreamPipeReaderOptions(bufferSize: Buffer, leaveOpen: true));
        var number = 0;
        var skipping = false;
        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken);
            var rest = result.Buffer;
            while (TryTake(ref rest, result.IsCompleted, out var line))
            {
                number++;
                if (skipping || line.Length > longest)
                {
                    skipping = false;
                    yield return new BatchLine(number, null);
                }
                else if (!IsBlank(line))
                {
                    yield return new BatchLine(number, line.ToArray());
                }
            }

            if (result.IsCompleted)
            {
                if (skipping)
                {
                    yield return new BatchLine(number + 1, null);
                }

                await reader.CompleteAsync();
                yield break;
            }

            if (rest.Length > longest)
            {
                skipping = true;
                rest = rest.Slice(rest.End);
            }

            reader.AdvanceTo(rest.Start, rest.End);
        }
    }

    /// <summary>The line's JSON object; null where it is none.</summary>
    public static JsonElement? Parse(byte[]? line)
    {
        try
        {
            using var document = JsonDocument.Parse(line, s_json);
            return line is not null && document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool TryTake(ref ReadOnlySequence<byte> rest, bool last, out ReadOnlySequence<byte> line)
    {
        if (rest.PositionOf((byte)'\n') is { } end)
        {
            line = rest.Slice(0, end);
            rest = rest.Slice(rest.GetPosition(1, end));
            return true;
        }

        line = rest;
        rest = last ? rest.Slice(rest.End) : rest;
        return last && !line.IsEmpty;
    }

    private static bool IsBlank(ReadOnlySequence<byte> line)
    {
        foreach (var part in line)
        {
            if (part.Span.ContainsAnyExcept(" \t\r"u8))
            {
                return false;
            }
        }

        return true;
    }
}
