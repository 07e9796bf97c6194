using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FakeAi.Gateway.Tests.Hosting;
using FakeAi.TestKit;

namespace FakeAi.Gateway.Tests.Resources;

public sealed class UploadsTests
{
    private static readonly string[] s_engines = ["http://127.0.0.1:9"];

    [Fact]
    public async Task Upload_OfPartsInParallel_BecomesTheFileInTheOrderAskedFor()
    {
        await using var host = await GatewayHost.StartAsync(s_engines);
        var client = new ResourceClient(host);
        var parts = Enumerable.Range(0, 6).Select(static _ => RandomNumberGenerator.GetBytes(70_000)).ToArray();
        var whole = parts.SelectMany(static p => p).ToArray();
        var upload = await CreateAsync(client, whole.Length);
        Assert.Equal("pending", upload.GetProperty("status").GetString());
        var ids = await Task.WhenAll(parts.Select(p => AddAsync(client, upload, p)));
        var md5 = Convert.ToHexString(CryptographicOperations.HashData(HashAlgorithmName.MD5, whole));

        Assert.Equal("md5", (await CompleteAsync(client, upload, ids.Reverse(), md5)).Param);
        Assert.Equal("part_ids", (await CompleteAsync(client, upload, ids[1..], md5)).Param);
        Assert.Equal("part_ids", (await CompleteAsync(client, upload, [.. ids[1..], "part_nothing"], md5)).Param);
        Assert.Equal(6, client.OnDisk.Length);
        var done = await client.JsonAsync(Path(upload, "complete"), "Upload", Body(ids, md5));

        Assert.Equal("completed", done.GetProperty("status").GetString());
        var file = done.GetProperty("file");
        Assert.Equal(whole.Length, file.GetProperty("bytes").GetInt64());
        Assert.Equal("purpose vision big.bin", $"purpose {file.GetProperty("purpose").GetString()} {file.GetProperty("filename").GetString()}");
        using var content = await client.SendAsync(HttpMethod.Get, $"/v1/files/{file.GetProperty("id").GetString()}/content");
        Assert.Equal(whole, await content.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.Single(client.OnDisk);
        Assert.Contains("'completed'", (await CompleteAsync(client, upload, ids, null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upload_Cancelled_LeavesNothingAndTakesNothing()
    {
        await using var host = await GatewayHost.StartAsync(s_engines);
        var client = new ResourceClient(host);
        var upload = await CreateAsync(client, 3);
        var other = await CreateAsync(client, 3);
        var id = await AddAsync(client, upload, [1, 2, 3]);
        var kept = await AddAsync(client, other, [4, 5, 6]);
        Assert.Equal("part_ids", (await CompleteAsync(client, other, [id], null)).Param);

        Assert.Equal("cancelled", (await client.OkAsync(HttpMethod.Post, Path(upload, "cancel"), "Upload")).GetProperty("status").GetString());

        Assert.Contains("'cancelled'", (await client.RefusedAsync(HttpMethod.Post, Path(upload, "parts"), Data([1]))).Message, StringComparison.Ordinal);
        Assert.Contains("'cancelled'", (await client.RefusedAsync(HttpMethod.Post, Path(upload, "cancel"))).Message, StringComparison.Ordinal);
        Assert.EndsWith(kept, client.OnDisk.Single(), StringComparison.Ordinal);
        Assert.Equal(404, (await client.RefusedAsync(HttpMethod.Post, "/v1/uploads/upload_nothing/cancel")).Status);
    }

    [Fact]
    public async Task Upload_WhoseTimeIsUp_IsExpiredAndItsPartsAreGone()
    {
        var clock = new ManualTimeProvider();
        await using var host = await GatewayHost.StartAsync(s_engines, clock);
        var client = new ResourceClient(host);
        var upload = await CreateAsync(client, 3);
        var id = await AddAsync(client, upload, [1, 2, 3]);
        clock.Advance(TimeSpan.FromHours(1));
        Assert.Contains("'expired'", (await CompleteAsync(client, upload, [id], null)).Message, StringComparison.Ordinal);
        await Eventually.IsTrueAsync(() => client.OnDisk.Length == 0);
    }

    [Theory]
    [InlineData("""{"purpose":"vision","bytes":3,"mime_type":"image/png"}""", "filename")]
    [InlineData("""{"filename":"a","purpose":"nothing","bytes":3,"mime_type":"image/png"}""", "purpose")]
    [InlineData("""{"filename":"a","purpose":"vision","bytes":0,"mime_type":"image/png"}""", "bytes")]
    [InlineData("""{"filename":"a","purpose":"vision","bytes":9000000000,"mime_type":"image/png"}""", "bytes")]
    [InlineData("""{"filename":"a","purpose":"vision","bytes":"3","mime_type":"image/png"}""", "bytes")]
    [InlineData("""{"filename":"a","purpose":"vision","bytes":3}""", "mime_type")]
    [InlineData("""{"filename":"a","purpose":"vision","bytes":3,"mime_type":"x","expires_after":{"anchor":"created_at","seconds":1}}""", "expires_after.seconds")]
    [InlineData("""{"filename":"a","purpose":"vision","bytes":3,"mime_type":"x","colour":1}""", "colour")]
    public async Task Create_WithoutWhatItNeeds_IsRefused(string body, string param)
    {
        await using var host = await GatewayHost.StartAsync(s_engines);
        var refused = await new ResourceClient(host).RefusedAsync(HttpMethod.Post, "/v1/uploads", new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.Equal((400, param), (refused.Status, refused.Param));
    }

    [Fact]
    public async Task Part_LargerThanAllowed_IsRefused()
    {
        await using var host = await GatewayHost.StartAsync(s_engines, ("FakeAi:Resources:MaxPartBytes", "10"));
        var client = new ResourceClient(host);
        var upload = await CreateAsync(client, 11);
        Assert.Equal(413, (await client.RefusedAsync(HttpMethod.Post, Path(upload, "parts"), Data(new byte[11]))).Status);
        Assert.Empty(client.OnDisk);
    }

    private static Task<JsonElement> CreateAsync(ResourceClient client, int bytes) => client.JsonAsync(
        "/v1/uploads", "Upload", string.Create(CultureInfo.InvariantCulture, $$"""{"filename":"big.bin","purpose":"vision","bytes":{{bytes}},"mime_type":"application/octet-stream"}"""));

    private static async Task<string> AddAsync(ResourceClient client, JsonElement upload, byte[] bytes)
    {
        var part = await client.OkAsync(HttpMethod.Post, Path(upload, "parts"), "UploadPart", Data(bytes));
        Assert.Equal(upload.GetProperty("id").GetString(), part.GetProperty("upload_id").GetString());
        return part.GetProperty("id").GetString()!;
    }

    private static Task<(int Status, string Message, string? Param, string? Code)> CompleteAsync(ResourceClient client, JsonElement upload, IEnumerable<string> ids, string? md5) =>
        client.RefusedAsync(HttpMethod.Post, Path(upload, "complete"), new StringContent(Body(ids, md5), Encoding.UTF8, "application/json"));

    private static MultipartFormDataContent Data(byte[] bytes) => new() { { new ByteArrayContent(bytes), "data", "blob" } };

    private static string Body(IEnumerable<string> ids, string? md5) =>
        $$"""{"part_ids":[{{string.Join(',', ids.Select(static i => $"\"{i}\""))}}]{{(md5 is null ? "" : $",\"md5\":\"{md5.ToUpperInvariant()}\"")}}}""";

    private static string Path(JsonElement upload, string action) => $"/v1/uploads/{upload.GetProperty("id").GetString()}/{action}";
}
