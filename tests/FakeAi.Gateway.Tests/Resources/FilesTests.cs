using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using FakeAi.Gateway.Resources;
using FakeAi.Gateway.Tests.Hosting;
using FakeAi.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace FakeAi.Gateway.Tests.Resources;

public sealed class FilesTests
{
    private static readonly string[] s_engines = ["http://127.0.0.1:9"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task File_FromUploadToDeletion_IsWhatWasSent()
    {
        await using var host = await GatewayHost.StartAsync(s_engines);
        var client = new ResourceClient(host);
        var bytes = RandomNumberGenerator.GetBytes(300_000);
        var file = await client.OkAsync(HttpMethod.Post, "/v1/files", "OpenAIFile", ResourceClient.Form(bytes, "Bilder/Grüße.png", "vision"));
        var id = file.GetProperty("id").GetString()!;
        Assert.Matches("^file-[0-9A-Za-z]{22}$", id);
        Assert.Equal(300_000, file.GetProperty("bytes").GetInt64());
        Assert.Equal("Grüße.png", file.GetProperty("filename").GetString());
        Assert.False(file.TryGetProperty("expires_at", out _));

        Assert.Equal(file.GetRawText(), (await client.OkAsync(HttpMethod.Get, $"/v1/files/{id}", "OpenAIFile")).GetRawText());
        using (var content = await client.SendAsync(HttpMethod.Get, $"/v1/files/{id}/content"))
        {
            Assert.Equal(bytes, await content.Content.ReadAsByteArrayAsync(Token));
            Assert.Equal("application/octet-stream", content.Content.Headers.ContentType!.MediaType);
            Assert.Equal("Grüße.png", content.Content.Headers.ContentDisposition!.FileNameStar);
            Assert.Equal("attachment", content.Content.Headers.ContentDisposition.DispositionType);
        }

        Assert.Single(client.OnDisk);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(client.OnDisk[0]));
        await client.OkAsync(HttpMethod.Delete, $"/v1/files/{id}", "DeleteFileResponse");
        Assert.Empty(client.OnDisk);
        foreach (var path in (string[])[$"/v1/files/{id}", $"/v1/files/{id}/content"])
        {
            Assert.Equal((404, $"No such File object: {id}", "id", null), await client.RefusedAsync(HttpMethod.Get, path));
        }

        Assert.Equal(404, (await client.RefusedAsync(HttpMethod.Delete, $"/v1/files/{id}")).Status);
        Assert.Equal(404, (await client.RefusedAsync(HttpMethod.Get, "/v1/files/..%2F..%2Fetc%2Fpasswd/content")).Status);
    }

    [Fact]
    public async Task List_ByPurposeAndCursor_GivesPages()
    {
        await using var host = await GatewayHost.StartAsync(s_engines);
        var client = new ResourceClient(host);
        var none = await client.OkAsync(HttpMethod.Get, "/v1/files", "ListFilesResponse");
        Assert.Equal(0, none.GetProperty("data").GetArrayLength());
        for (var i = 0; i < 5; i++)
        {
            await client.UploadAsync("x", $"{i}.txt", i % 2 == 0 ? "user_data" : "assistants");
        }

        Assert.Equal("4 3 2 1 0", await NamesAsync(""));
        Assert.Equal("0 1 2 3 4", await NamesAsync("?order=asc"));
        Assert.Equal("3 1", await NamesAsync("?purpose=assistants"));
        var first = await client.OkAsync(HttpMethod.Get, "/v1/files?limit=2", "ListFilesResponse");
        Assert.True(first.GetProperty("has_more").GetBoolean());
        Assert.Equal("2 1 0", await NamesAsync($"?limit=3&after={first.GetProperty("last_id").GetString()}"));
        Assert.Equal("invalid_value", (await client.RefusedAsync(HttpMethod.Get, "/v1/files?after=file-nothing")).Code);
        Assert.Equal("limit", (await client.RefusedAsync(HttpMethod.Get, "/v1/files?limit=10001")).Param);
        Assert.Equal("order", (await client.RefusedAsync(HttpMethod.Get, "/v1/files?order=up")).Param);

        async Task<string> NamesAsync(string query)
        {
            var list = await client.OkAsync(HttpMethod.Get, "/v1/files" + query, "ListFilesResponse");
            return string.Join(' ', list.GetProperty("data").EnumerateArray().Select(static f => f.GetProperty("filename").GetString()![..1]));
        }
    }

    [Theory]
    [InlineData("a.txt", "answers", "x", "", "'answers' is not one of ['assistants', 'batch', 'fine-tune', 'vision', 'user_data', 'evals'] - 'purpose'")]
    [InlineData("a.txt", "batch", "x", "", "Invalid file format for Batch API. Must be .jsonl")]
    [InlineData("a.txt", "fine-tune", "x", "", "Invalid file format for Fine-Tuning API. Must be .jsonl")]
    [InlineData("a.txt", "user_data", "", "", "File is empty.")]
    [InlineData("a.txt", "user_data", "x", "expires_after[seconds]=3600", "Missing required parameter: 'expires_after.anchor'.")]
    [InlineData("a.txt", "user_data", "x", "expires_after[anchor]=created_at", "Missing required parameter: 'expires_after.seconds'.")]
    [InlineData("a.txt", "user_data", "x", "expires_after[anchor]=created_at&expires_after[seconds]=3599", "Invalid 'expires_after.seconds': expected an integer between 3600 and 2592000, but got 3599 instead.")]
    [InlineData("a.txt", "user_data", "x", "colour=red", "Unknown parameter: 'colour'.")]
    public async Task Upload_OfWhatCannotBe_IsRefusedAndLeavesNothing(string filename, string purpose, string text, string fields, string message)
    {
        await using var host = await GatewayHost.StartAsync(s_engines);
        var client = new ResourceClient(host);
        var more = fields.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(static f => f.Split('=')).Select(static f => (f[0], f[1])).ToArray();
        var refused = await client.RefusedAsync(HttpMethod.Post, "/v1/files", ResourceClient.Form(Encoding.UTF8.GetBytes(text), filename, purpose, more));
        Assert.Equal((400, message), (refused.Status, refused.Message));
        Assert.Empty(client.OnDisk);
    }

    [Fact]
    public async Task Upload_IncompleteOrNoForm_IsRefused()
    {
        await using var host = await GatewayHost.StartAsync(s_engines);
        var client = new ResourceClient(host);
        Assert.Equal("file", (await client.RefusedAsync(HttpMethod.Post, "/v1/files", new MultipartFormDataContent { { new StringContent("vision"), "purpose" } })).Param);
        Assert.Equal("purpose", (await client.RefusedAsync(HttpMethod.Post, "/v1/files", new MultipartFormDataContent { { new ByteArrayContent([1]), "file", "a" } })).Param);
        Assert.Equal("invalid_body", (await client.RefusedAsync(HttpMethod.Post, "/v1/files", new StringContent("{}", Encoding.UTF8, "application/json"))).Code);
        Assert.Equal("invalid_body", (await client.RefusedAsync(HttpMethod.Post, "/v1/files", Unterminated())).Code);
        Assert.Empty(client.OnDisk);

        static StringContent Unterminated()
        {
            var content = new StringContent("--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nhalf of it");
            content.Headers.ContentType = System.Net.Http.Headers.MediaTypeHeaderValue.Parse("multipart/form-data; boundary=b");
            return content;
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Upload_LargerThanAllowed_Gets413AndLeavesNothing(bool lengthTold)
    {
        await using var host = await GatewayHost.StartAsync(s_engines, ("FakeAi:Resources:MaxFileBytes", "100000"));
        var client = new ResourceClient(host);
        Assert.Equal(100_000, (await client.OkAsync(HttpMethod.Post, "/v1/files", "OpenAIFile", ResourceClient.Form(new byte[100_000], "a", "vision"))).GetProperty("bytes").GetInt64());
        var form = ResourceClient.Form(new byte[lengthTold ? 500_000 : 100_001], "a", "vision");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/files") { Content = form };
        request.Headers.TransferEncodingChunked = !lengthTold;
        using var response = await host.Client.SendAsync(request, Token);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Contains("file_too_large", await response.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        Assert.Single(client.OnDisk);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Upload_WhoseClientLeaves_LeavesNothing(bool reset)
    {
        await using var host = await GatewayHost.StartAsync(s_engines);
        var client = new ResourceClient(host);
        await host.LeaveAsync(
            "POST /v1/files HTTP/1.1\r\nhost: localhost\r\ncontent-type: multipart/form-data; boundary=b\r\ncontent-length: 1000000",
            "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n" + new string('x', 200_000), reset);
        await host.AssertEndsOnceAsync();
        await Eventually.IsTrueAsync(() => client.OnDisk.Length == 0);
    }

    [Fact]
    public async Task Files_OfAnotherProject_AreNotThere()
    {
        await using var host = await GatewayHost.StartAsync(s_engines, [.. Key(0, "key-of-one", "one"), .. Key(1, "key-of-two", "two"), .. Key(2, "other-of-one", "one")]);
        var (one, two, friend) = (new ResourceClient(host, "key-of-one"), new ResourceClient(host, "key-of-two"), new ResourceClient(host, "other-of-one"));
        var id = (await one.UploadAsync("mine")).GetProperty("id").GetString()!;
        Assert.Equal(404, (await two.RefusedAsync(HttpMethod.Get, $"/v1/files/{id}")).Status);
        Assert.Equal(404, (await two.RefusedAsync(HttpMethod.Get, $"/v1/files/{id}/content")).Status);
        Assert.Equal(404, (await two.RefusedAsync(HttpMethod.Delete, $"/v1/files/{id}")).Status);
        Assert.Equal(0, (await two.OkAsync(HttpMethod.Get, "/v1/files", "ListFilesResponse")).GetProperty("data").GetArrayLength());
        Assert.Equal("mine", await friend.ContentAsync(id));
        Assert.Equal(401, (await new ResourceClient(host).RefusedAsync(HttpMethod.Get, "/v1/files")).Status);

        static (string, string?)[] Key(int index, string key, string project) =>
        [
            ($"FakeAi:Gateway:Keys:{index}:Sha256", Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key)))),
            ($"FakeAi:Gateway:Keys:{index}:Name", $"key-{index}"),
            ($"FakeAi:Gateway:Keys:{index}:Project", project),
        ];
    }

    [Fact]
    public async Task File_WhoseTimeIsUp_IsGoneWithItsBytes()
    {
        var clock = new ManualTimeProvider();
        await using var host = await GatewayHost.StartAsync(s_engines, clock, ("FakeAi:Resources:MaxObjects", "2"));
        var client = new ResourceClient(host);
        var brief = await client.UploadAsync("x", fields: [("expires_after[anchor]", "created_at"), ("expires_after[seconds]", "3600")]);
        var batch = await client.UploadAsync("{}", "a.jsonl", "batch");
        Assert.Equal(brief.GetProperty("created_at").GetInt64() + 3600, brief.GetProperty("expires_at").GetInt64());
        Assert.Equal(batch.GetProperty("created_at").GetInt64() + (30 * 24 * 3600), batch.GetProperty("expires_at").GetInt64());
        Assert.Equal((429, "too_many_objects"), await FullAsync());
        Assert.Equal(2, client.OnDisk.Length);

        clock.Advance(TimeSpan.FromSeconds(3_601));

        Assert.Equal(404, (await client.RefusedAsync(HttpMethod.Get, $"/v1/files/{brief.GetProperty("id").GetString()}")).Status);
        await Eventually.IsTrueAsync(() => client.OnDisk.Length == 1);
        await client.UploadAsync("again");

        async Task<(int, string?)> FullAsync()
        {
            var refused = await client.RefusedAsync(HttpMethod.Post, "/v1/files", ResourceClient.Form([1], "a", "vision"));
            return (refused.Status, refused.Code);
        }
    }

    [Fact]
    public async Task Sweep_BlobsThatBelongToNothing_AreDeletedWhenTheyAreOld()
    {
        await using var host = await GatewayHost.StartAsync(s_engines);
        var client = new ResourceClient(host);
        await client.UploadAsync("keeps");
        var kept = client.OnDisk.Single();
        var lost = Path.Combine(Path.GetDirectoryName(kept)!, "file-lost");
        var fresh = Path.Combine(Path.GetDirectoryName(kept)!, "file-fresh");
        foreach (var path in (string[])[lost, fresh])
        {
            await File.WriteAllTextAsync(path, "x", Token);
        }

        // A blob lies in the folder that its name ends with.
        Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(kept)!, "..", "st"));
        File.Move(lost, Path.Combine(Path.GetDirectoryName(kept)!, "..", "st", "file-lost"));
        foreach (var path in client.OnDisk.Where(static p => !p.EndsWith("fresh", StringComparison.Ordinal)))
        {
            File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch);
        }

        await host.Services.GetRequiredService<ResourceSweeper>().DeleteLostAsync(Token);
        Assert.Equal(["file-fresh", Path.GetFileName(kept)], client.OnDisk.Select(Path.GetFileName).OrderBy(static f => f == "file-fresh" ? 0 : 1));
    }

    [Fact]
    public async Task Files_OfReplicasAndAfterARestart_AreTheSame()
    {
        await using var redis = await RedisProcess.RunAsync();
        var folder = Directory.CreateTempSubdirectory("fakeai-shared-").FullName;
        try
        {
            (string, string?)[] shared = [("ConnectionStrings:redis", redis.ConnectionString), ("FakeAi:Storage:Folder", folder)];
            string id;
            await using (var one = await GatewayHost.StartAsync(s_engines, shared))
            {
                await using var two = await GatewayHost.StartAsync(s_engines, shared);
                id = (await new ResourceClient(one).UploadAsync("shared")).GetProperty("id").GetString()!;
                Assert.Equal("shared", await new ResourceClient(two).ContentAsync(id));
            }

            await using var three = await GatewayHost.StartAsync(s_engines, shared);
            Assert.Equal("shared", await new ResourceClient(three).ContentAsync(id));
            await redis.KillAsync();
            var away = await new ResourceClient(three).RefusedAsync(HttpMethod.Get, $"/v1/files/{id}");
            Assert.Equal((503, "store_unavailable"), (away.Status, away.Code));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task File_AtItsLongestLife_IsAccepted()
    {
        await using var host = await GatewayHost.StartAsync(s_engines);
        var file = await new ResourceClient(host).UploadAsync(
            "x", fields: [("expires_after[anchor]", "created_at"), ("expires_after[seconds]", (30 * 24 * 3600).ToString(CultureInfo.InvariantCulture))]);
        Assert.Equal(30 * 24 * 3600, file.GetProperty("expires_at").GetInt64() - file.GetProperty("created_at").GetInt64());
    }
}
