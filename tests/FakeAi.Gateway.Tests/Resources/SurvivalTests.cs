using System.Net;
using System.Text.Json;
using FakeAi.Gateway.Tests.Hosting;
using FakeAi.TestKit;
using FakeAi.TestKit.Processes;

namespace FakeAi.Gateway.Tests.Resources;

/// <summary>Real processes: killed in the middle of their work, and measured at it.</summary>
public sealed class SurvivalTests : IAsyncLifetime
{
    private const long MiB = 1024 * 1024;

    private readonly string _home = Directory.CreateTempSubdirectory("fakeai-survival-").FullName;
    private RedisProcess _redis = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _redis = await RedisProcess.RunAsync();

    public async ValueTask DisposeAsync()
    {
        await _redis.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }

    [Fact]
    public async Task Batch_WhoseGatewayIsKilled_IsFinishedByAnotherAndRepeatsNothingThatWasDone()
    {
        await using var engine = await BatchEngine.StartAsync();
        await using var doomed = await StartAsync(engine.Engine.Address);
        engine.Shut();
        var batch = await BeginAsync(doomed);
        await doomed.KillAsync();
        await using var heir = await StartHeirAsync(engine.Engine);
        var client = new ResourceClient(heir);

        // As if it had died in the middle of a line.
        var drafts = Directory.GetFiles(Path.Combine(_home, "files", "drafts"));
        var output = drafts.Single(static d => new FileInfo(d).Length > 0);
        await Eventually.IsTrueAsync(() => TryAppend(output, "{\"id\":\"batch_req_torn\",\"custom_id\":\"r9\""));
        engine.Open();

        var done = await BatchesTests.UntilAsync(client, batch, "completed");

        Assert.Equal("""{"total":60,"completed":60,"failed":0}""", done.GetProperty("request_counts").GetRawText());
        Assert.Equal(60 * 5, done.GetProperty("usage").GetProperty("input_tokens").GetInt32());
        var lines = await BatchesTests.LinesAsync(client, done, "output_file_id");
        Assert.Equal(BatchesTests.Ids(60).Order(StringComparer.Ordinal), lines.Keys.Order(StringComparer.Ordinal));
        Assert.All((string[])["m0", "m1", "m2"], m => Assert.Equal(1, engine.Asked[m]));
        Assert.Empty(Directory.GetFiles(Path.Combine(_home, "files", "drafts")));
    }

    [Fact]
    public async Task Batch_WhoseGatewayFreezesPastItsLease_IsNeverWrittenByTwo()
    {
        await using var engine = await BatchEngine.StartAsync();
        await using var frozen = await StartAsync(engine.Engine.Address);
        engine.Shut();
        var batch = await BeginAsync(frozen);
        frozen.Pause();
        await using var heir = await StartHeirAsync(engine.Engine);
        var client = new ResourceClient(heir);
        engine.Open();

        // When the lease has ended the heir has it, but not the files: it waits for them.
        var lines = Directory.GetFiles(Path.Combine(_home, "files", "drafts")).Sum(static f => new FileInfo(f).Length);
        await Task.Delay(TimeSpan.FromSeconds(4), Token);
        Assert.Equal(lines, Directory.GetFiles(Path.Combine(_home, "files", "drafts")).Sum(static f => new FileInfo(f).Length));
        frozen.Resume();

        var done = await BatchesTests.UntilAsync(client, batch, "completed");
        Assert.Equal("{\"total\":60,\"completed\":60,\"failed\":0}", done.GetProperty("request_counts").GetRawText());
        Assert.Equal(60, (await BatchesTests.LinesAsync(client, done, "output_file_id")).Count);
        Assert.All((string[])["m0", "m1", "m2"], m => Assert.Equal(1, engine.Asked[m]));
    }

    [Fact]
    public async Task Batch_WhoseGatewayStops_GoesOnWhenItIsBack()
    {
        await using var engine = await BatchEngine.StartAsync();
        (string, string?)[] settings =
        [
            ("ConnectionStrings:redis", _redis.ConnectionString), ("FakeAi:Storage:Folder", Path.Combine(_home, "files")), ("FakeAi:Resources:BatchPollEvery", "00:00:00.2"),
        ];
        JsonElement batch;
        engine.Shut();
        await using (var first = await GatewayHost.StartAsync(engine.Engine, settings))
        {
            var client = new ResourceClient(first);
            batch = await BatchesTests.CreateAsync(client, await client.UploadAsync(BatchEngine.Lines(20), "in.jsonl", "batch"));
            await BatchesTests.UntilAsync(client, batch, "in_progress", static b => b.GetProperty("request_counts").GetProperty("completed").GetInt32() == 3);
        }

        engine.Open();
        await using var second = await GatewayHost.StartAsync(engine.Engine, settings);
        var done = await BatchesTests.UntilAsync(new ResourceClient(second), batch, "completed");
        Assert.Equal(20, (await BatchesTests.LinesAsync(new ResourceClient(second), done, "output_file_id")).Count);
        Assert.All((string[])["m0", "m1", "m2"], m => Assert.Equal(1, engine.Asked[m]));
    }

    [Fact]
    public async Task Upload_Of512Megabytes_NeverLiesInMemoryAndAKilledOneIsSwept()
    {
        await using var gateway = await StartAsync("http://127.0.0.1:9");
        using var http = new HttpClient { BaseAddress = gateway.Address, Timeout = TimeSpan.FromMinutes(5) };
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(http, 8 * MiB)).Status);
        var before = gateway.WorkingSet;
        var most = before;
        using var stop = new CancellationTokenSource();
        var watching = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                most = Math.Max(most, gateway.WorkingSet);
                await Task.Delay(20, CancellationToken.None);
            }
        }, Token);
        var (status, answer) = await PostAsync(http, 512 * MiB);
        await stop.CancelAsync();
        await watching;
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(512 * MiB, JsonElement.Parse(answer).GetProperty("bytes").GetInt64());
        Assert.True(most - before < 50 * MiB, $"{before / MiB} MB before, {most / MiB} MB at most");
        TestContext.Current.TestOutputHelper?.WriteLine($"{before / MiB} MB before, {most / MiB} MB at most");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await PostAsync(http, (512 * MiB) + 1)).Status);
        Assert.Empty(Directory.GetFiles(Path.Combine(_home, "files", "incoming")));

        // Killed while it takes one in: the next sweeps it, and keeps what is whole.
        var half = PostAsync(http, 8 * MiB, stallAfter: 4 * MiB);
        await Eventually.IsTrueAsync(() => Directory.GetFiles(Path.Combine(_home, "files", "incoming")).Length == 1);
        await gateway.KillAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => half);
        Assert.Single(Directory.GetFiles(Path.Combine(_home, "files", "incoming")));
        await gateway.StartAsync();
        await Eventually.IsTrueAsync(() => Directory.GetFiles(Path.Combine(_home, "files", "incoming")).Length == 0);
        Assert.Equal(2, Directory.GetFiles(Path.Combine(_home, "files", "data"), "*", SearchOption.AllDirectories).Length);
    }

    private Task<ServiceProcess> StartAsync(string engine) => GatewayProcess.StartAsync(
        _home, engine, ("ConnectionStrings:redis", _redis.ConnectionString), ("FakeAi:Resources:BatchLease", "00:00:02"), ("FakeAi:Resources:BatchPollEvery", "00:00:00.2"));

    /// <summary>Makes a batch of 60 at the only gateway there is, and waits until the three that do not wait are done.</summary>
    private async Task<JsonElement> BeginAsync(ServiceProcess gateway)
    {
        using var http = new HttpClient { BaseAddress = gateway.Address };
        var client = new ResourceClient(http, _home);
        var batch = await BatchesTests.CreateAsync(client, await client.UploadAsync(BatchEngine.Lines(60), "in.jsonl", "batch"));
        return await BatchesTests.UntilAsync(client, batch, "in_progress", static b => b.GetProperty("request_counts").GetProperty("completed").GetInt32() == 3);
    }

    private Task<GatewayHost> StartHeirAsync(FakeEngine engine) => GatewayHost.StartAsync(
        engine, ("ConnectionStrings:redis", _redis.ConnectionString), ("FakeAi:Storage:Folder", Path.Combine(_home, "files")),
        ("FakeAi:Resources:BatchLease", "00:00:02"), ("FakeAi:Resources:BatchPollEvery", "00:00:00.2"));

    private static async Task<(HttpStatusCode Status, string Answer)> PostAsync(HttpClient http, long bytes, long stallAfter = long.MaxValue)
    {
        var file = new StreamContent(new Zeros(bytes, stallAfter), 128 * 1024);
        file.Headers.ContentLength = bytes;
        using var form = new MultipartFormDataContent { { new StringContent("user_data"), "purpose" }, { file, "file", "big.bin" } };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/files") { Content = form };
        request.Headers.ExpectContinue = true;
        request.Headers.Connection.Add("close");
        using var response = await http.SendAsync(request, Token);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Token));
    }

    private static bool TryAppend(string file, string text)
    {
        try
        {
            File.AppendAllText(file, text);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>So many zeros, that perhaps stop coming.</summary>
    private sealed class Zeros(long length, long stallAfter) : Stream
    {
        private long _position;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => length;

        public override long Position { get => _position; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = (int)Math.Min(count, length - _position);
            buffer.AsSpan(offset, read).Clear();
            _position += read;
            return read;
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_position >= stallAfter)
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }

            var read = (int)Math.Min(buffer.Length, length - _position);
            buffer.Span[..read].Clear();
            _position += read;
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
