using System.Buffers;
using System.Text;
using FakeAi.Storage.Blobs;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace FakeAi.Gateway.Resources;

/// <summary>A form whose one file goes to disk as it comes and whose other fields are short texts. Fields come in any order.</summary>
internal sealed class MultipartForm : IAsyncDisposable
{
    private const int Buffer = 64 * 1024;
    private const int MostFields = 16;
    private const int LongestField = 4 * 1024;
    private const int LongestName = 255;

    /// <summary>What boundaries, headers and short fields may add to the file.</summary>
    private const int Overhead = 256 * 1024;

    private readonly Dictionary<string, string> _fields = new(StringComparer.Ordinal);

    /// <summary>Whether the disk is at work rather than the client.</summary>
    private bool _onDisk;

    private MultipartForm()
    {
    }

    /// <summary>The file's bytes, not committed yet; null where the form has no file.</summary>
    public BlobWriter? File { get; private set; }

    /// <summary>The client's name for the file, without folders.</summary>
    public string Filename { get; private set; } = "";

    /// <summary>A short field; null where it is absent.</summary>
    public string? Field(string name) => _fields.GetValueOrDefault(name);

    /// <summary>Names of all short fields.</summary>
    public IEnumerable<string> Names => _fields.Keys;

    /// <summary>Reads a form to its end.</summary>
    /// <param name="context">The request.</param>
    /// <param name="fileField">The field that holds the file.</param>
    /// <param name="blobs">Where the file goes.</param>
    /// <param name="most">Most bytes of the file.</param>
    /// <param name="noun">What errors call it.</param>
    /// <exception cref="ResourceFault">It is no form, broken, or too large. Nothing is left behind.</exception>
    /// <exception cref="OperationCanceledException">The client left. Nothing is left behind.</exception>
    public static async Task<MultipartForm> ReadAsync(HttpContext context, string fileField, IBlobStore blobs, long most, string noun)
    {
        var request = context.Request;
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            || HeaderUtilities.RemoveQuotes(type.Boundary) is not { Length: > 0 and <= 200 } boundary)
        {
            throw ResourceErrors.BrokenForm("This API method only accepts 'multipart/form-data' requests with a boundary.");
        }

        if (request.ContentLength > most + Overhead)
        {
            throw ResourceErrors.TooLarge(noun, most);
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = most + Overhead;
        }

        var form = new MultipartForm();
        try
        {
            var reader = new MultipartReader(boundary.ToString(), request.Body, Buffer) { HeadersCountLimit = 8, HeadersLengthLimit = 8 * 1024 };
            while (await reader.ReadNextSectionAsync(context.RequestAborted) is { } section)
            {
                await form.ReadSectionAsync(section, fileField, blobs, most, noun, context.RequestAborted);
            }

            return form;
        }
        catch (Exception exception)
        {
            await form.DisposeAsync();
            throw exception switch
            {
                BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => ResourceErrors.TooLarge(noun, most),
                _ when context.RequestAborted.IsCancellationRequested => new OperationCanceledException(context.RequestAborted),
                InvalidDataException or BadHttpRequestException => ResourceErrors.BrokenForm(),

                // The body ended within the form. A disk's own errors are no client's fault.
                IOException when !form._onDisk => ResourceErrors.BrokenForm(),
                _ => exception,
            };
        }
    }

    public ValueTask DisposeAsync() => File?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task ReadSectionAsync(
        MultipartSection section, string fileField, IBlobStore blobs, long most, string noun, CancellationToken cancellationToken)
    {
        if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition)
            || HeaderUtilities.RemoveQuotes(disposition.Name).ToString() is not { Length: > 0 } name)
        {
            throw ResourceErrors.BrokenForm();
        }

        if (!string.Equals(name, fileField, StringComparison.Ordinal))
        {
            if (_fields.Count == MostFields || !_fields.TryAdd(name, await ReadTextAsync(section.Body, name, cancellationToken)))
            {
                throw ResourceErrors.Invalid($"Invalid form: too many fields, or '{ResourceErrors.Shorten(name)}' stands twice.", ResourceErrors.Shorten(name));
            }

            return;
        }

        if (File is not null)
        {
            throw ResourceErrors.Invalid($"Invalid form: '{fileField}' stands twice.", fileField);
        }

        Filename = NameOf(disposition);
        _onDisk = true;
        File = blobs.Create();
        _onDisk = false;
        var buffer = ArrayPool<byte>.Shared.Rent(Buffer);
        try
        {
            int read;
            while ((read = await section.Body.ReadAsync(buffer, cancellationToken)) > 0)
            {
                if (File.Length + read > most)
                {
                    throw ResourceErrors.TooLarge(noun, most);
                }

                _onDisk = true;
                await File.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                _onDisk = false;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task<string> ReadTextAsync(Stream body, string name, CancellationToken cancellationToken)
    {
        var buffer = new byte[LongestField + 1];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return length <= LongestField
            ? Encoding.UTF8.GetString(buffer, 0, length)
            : throw ResourceErrors.Invalid($"Invalid '{ResourceErrors.Shorten(name)}': too long.", ResourceErrors.Shorten(name), "string_above_max_length");
    }

    private static string NameOf(ContentDispositionHeaderValue disposition)
    {
        var name = HeaderUtilities.RemoveQuotes(disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName).ToString();
        name = name[(name.LastIndexOfAny(['/', '\\']) + 1)..];
        name = string.Concat(name.Where(static c => !char.IsControl(c)));
        return name.Length <= LongestName ? name : name[..LongestName];
    }
}
