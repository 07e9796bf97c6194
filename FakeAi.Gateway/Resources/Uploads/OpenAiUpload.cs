using System.Text.Json.Serialization;
using FakeAi.Gateway.Resources.Files;

namespace FakeAi.Gateway.Resources.Uploads;

/// <summary>An upload in parts, as clients see it.</summary>
/// <param name="Id"><c>upload_</c> and 32 hex digits.</param>
/// <param name="Bytes">Bytes that are to come.</param>
/// <param name="CreatedAt">Unix seconds.</param>
/// <param name="ExpiresAt">Until when it can be completed, Unix seconds.</param>
/// <param name="Filename">The name of the file to be.</param>
/// <param name="Purpose">What the file will be for.</param>
/// <param name="Status">See <see cref="UploadStatus"/>.</param>
/// <param name="File">The file, once it is complete.</param>
internal sealed record OpenAiUpload(
    string Id, long Bytes, long CreatedAt, long ExpiresAt, string Filename, string Purpose, string Status, OpenAiFile? File = null)
{
    [JsonPropertyOrder(-2)]
    public string Object => "upload";
}

/// <summary>Words of <see cref="OpenAiUpload.Status"/>.</summary>
internal static class UploadStatus
{
    public const string Pending = "pending";
    public const string Completed = "completed";
    public const string Cancelled = "cancelled";
    public const string Expired = "expired";
}

/// <summary>An upload as it is stored.</summary>
/// <param name="Upload">What clients see.</param>
/// <param name="FileId">The id of the file to be: completing twice makes one file.</param>
/// <param name="FileSeconds">How long the file is to live; null for as long as is usual.</param>
internal sealed record StoredUpload(OpenAiUpload Upload, string FileId, int? FileSeconds);

/// <summary>A part, as clients see it. Its bytes are the blob of its id.</summary>
/// <param name="Id"><c>part_</c> and 32 hex digits.</param>
/// <param name="CreatedAt">Unix seconds.</param>
/// <param name="UploadId">The upload that it belongs to.</param>
internal sealed record OpenAiPart(string Id, long CreatedAt, string UploadId)
{
    [JsonPropertyOrder(-2)]
    public string Object => "upload.part";
}
