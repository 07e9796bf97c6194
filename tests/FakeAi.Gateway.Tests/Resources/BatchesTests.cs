using System.Text;
using System.Text.Json;
using FakeAi.Contracts.Events;
using FakeAi.Gateway.Tests.Hosting;
using FakeAi.TestKit;

namespace FakeAi.Gateway.Tests.Resources;

public sealed class BatchesTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Batch_ToItsEnd_AnswersEveryLineAndTellsThem()
    {
        await using var engine = await BatchEngine.StartAsync();
        await using var host = await GatewayHost.StartAsync(engine.Engine, ("FakeAi:Resources:BatchPollEvery", "00:00:00.1"));
        var client = new ResourceClient(host);
        var input = await client.UploadAsync(BatchEngine.Lines(40, static i => i == 39 ? "busy" : i % 10 == 7 ? "refuse" : ""), "in.jsonl", "batch");
        var created = await CreateAsync(client, input, """, "metadata":{"night":"1"},"output_expires_after":{"anchor":"created_at","seconds":7200}""");
        Assert.Equal("validating", Status(created));
        Assert.Equal(24 * 3600, created.GetProperty("expires_at").GetInt64() - created.GetProperty("created_at").GetInt64());

        var batch = await UntilAsync(client, created, "completed");

        Assert.Equal("""{"total":40,"completed":36,"failed":4}""", batch.GetProperty("request_counts").GetRawText());
        Assert.Equal(
            """{"input_tokens":180,"input_tokens_details":{"cached_tokens":36},"output_tokens":72,"output_tokens_details":{"reasoning_tokens":36},"total_tokens":252}""",
            batch.GetProperty("usage").GetRawText());
        Assert.Equal("gpt-4o-mini 1", $"{batch.GetProperty("model").GetString()} {batch.GetProperty("metadata").GetProperty("night").GetString()}");
        foreach (var time in (string[])["in_progress_at", "finalizing_at", "completed_at"])
        {
            Assert.True(batch.GetProperty(time).GetInt64() >= created.GetProperty("created_at").GetInt64());
        }

        var output = await LinesAsync(client, batch, "output_file_id");
        Assert.Equal(Ids(40).Where(static id => !id.EndsWith('7')), output.Keys.OrderBy(static id => int.Parse(id[1..], null)));
        Assert.All(output, static line =>
        {
            Assert.Matches("^batch_req_[0-9a-f]{32}$", line.Value.GetProperty("id").GetString());
            Assert.Equal(JsonValueKind.Null, line.Value.GetProperty("error").ValueKind);
            var response = line.Value.GetProperty("response");
            Assert.Equal(200, response.GetProperty("status_code").GetInt32());
            Assert.Matches("^req_[0-9a-f]{32}$", response.GetProperty("request_id").GetString());
            Assert.Equal($"chatcmpl-m{line.Key[1..]}", response.GetProperty("body").GetProperty("id").GetString());
        });
        var errors = await LinesAsync(client, batch, "error_file_id");
        Assert.Equal(["r17", "r27", "r37", "r7"], errors.Keys.Order(StringComparer.Ordinal));
        Assert.All(errors.Values, static e => Assert.Equal("No.", e.GetProperty("response").GetProperty("body").GetProperty("error").GetProperty("message").GetString()));
        Assert.Equal(2, engine.Asked["m39"]);
        Assert.InRange(engine.MostAtOnce, 1, 8);
        Assert.All(engine.Priorities, static p => Assert.Equal("low", p));

        var file = await client.OkAsync(HttpMethod.Get, $"/v1/files/{batch.GetProperty("output_file_id").GetString()}", "OpenAIFile");
        Assert.Equal($"batch_output {created.GetProperty("id").GetString()}_output.jsonl", $"{file.GetProperty("purpose").GetString()} {file.GetProperty("filename").GetString()}");
        Assert.Equal(7_200, file.GetProperty("expires_at").GetInt64() - file.GetProperty("created_at").GetInt64());
        Assert.Equal(36, (await host.EventsAsync<RequestCompleted>(36)).Count);
        await host.AssertEndsOnceAsync();
        var refused = await client.RefusedAsync(HttpMethod.Post, $"/v1/batches/{created.GetProperty("id").GetString()}/cancel");
        Assert.Equal((409, "Cannot cancel a batch with status 'completed'."), (refused.Status, refused.Message));
    }

    [Theory]
    [InlineData("{", "invalid_json_line", null)]
    [InlineData("""{"method":"POST","url":"/v1/chat/completions","body":{"model":"gpt-4o-mini"}}""", "missing_required_parameter", "custom_id")]
    [InlineData("""{"custom_id":"r0","method":"POST","url":"/v1/chat/completions","body":{"model":"gpt-4o-mini"}}""", "duplicate_custom_id", "custom_id")]
    [InlineData("""{"custom_id":"x","method":"GET","url":"/v1/chat/completions","body":{"model":"gpt-4o-mini"}}""", "invalid_method", "method")]
    [InlineData("""{"custom_id":"x","method":"POST","url":"/v1/completions","body":{"model":"gpt-4o-mini"}}""", "invalid_url", "url")]
    [InlineData("""{"custom_id":"x","method":"POST","url":"/v1/chat/completions"}""", "missing_required_parameter", "body")]
    [InlineData("""{"custom_id":"x","method":"POST","url":"/v1/chat/completions","body":{}}""", "missing_required_parameter", "body.model")]
    [InlineData("""{"custom_id":"x","method":"POST","url":"/v1/chat/completions","body":{"model":"gpt-4o"}}""", "mismatched_model", "body.model")]
    [InlineData("""{"custom_id":"x","method":"POST","url":"/v1/chat/completions","body":{"model":"gpt-99"}}""", "model_not_found", "body.model")]
    [InlineData("""{"custom_id":"x","method":"POST","url":"/v1/chat/completions","body":{"model":"gpt-4o-mini","stream":true}}""", "invalid_request", "body.stream")]
    public async Task Batch_OfAFaultyLine_FailsWithItsNumber(string line, string code, string? param)
    {
        await using var engine = await BatchEngine.StartAsync();
        await using var host = await GatewayHost.StartAsync(engine.Engine);
        var client = new ResourceClient(host);
        var input = await client.UploadAsync(BatchEngine.Lines(2) + "\n" + line + "\r\n" + BatchEngine.Lines(1).Replace("r0", "r9", StringComparison.Ordinal), "in.jsonl", "batch");
        var batch = await UntilAsync(client, await CreateAsync(client, input), "failed");
        var error = Assert.Single(batch.GetProperty("errors").GetProperty("data").EnumerateArray());
        Assert.Equal((code, 4), (error.GetProperty("code").GetString(), error.GetProperty("line").GetInt32()));
        Assert.Equal(param, error.TryGetProperty("param", out var told) ? told.GetString() : null);
        Assert.Equal(0, engine.Engine.Calls);
    }

    [Theory]
    [InlineData("FakeAi:Resources:MaxBatchRequests", "2", "too_many_requests")]
    [InlineData("FakeAi:Gateway:MaxBodyBytes", "1024", "invalid_request")]
    public async Task Batch_BeyondALimit_Fails(string setting, string value, string code)
    {
        await using var engine = await BatchEngine.StartAsync();
        await using var host = await GatewayHost.StartAsync(engine.Engine, (setting, value));
        var client = new ResourceClient(host);
        var input = await client.UploadAsync(BatchEngine.Lines(3, static i => i == 2 ? new string('x', 200_000) : ""), "in.jsonl", "batch");
        var batch = await UntilAsync(client, await CreateAsync(client, input), "failed");
        Assert.Equal(code, batch.GetProperty("errors").GetProperty("data")[0].GetProperty("code").GetString());
    }

    [Fact]
    public async Task Batch_OfBlankLines_FailsAsEmpty()
    {
        await using var host = await GatewayHost.StartAsync(["http://127.0.0.1:9"]);
        var client = new ResourceClient(host);
        var batch = await UntilAsync(client, await CreateAsync(client, await client.UploadAsync("\n \r\n", "in.jsonl", "batch")), "failed");
        Assert.Equal("empty_file", batch.GetProperty("errors").GetProperty("data")[0].GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("""{"endpoint":"/v1/chat/completions","completion_window":"24h"}""", "input_file_id")]
    [InlineData("""{"input_file_id":"file-nothing","endpoint":"/v1/chat/completions","completion_window":"24h"}""", "input_file_id")]
    [InlineData("""{"input_file_id":"$vision","endpoint":"/v1/chat/completions","completion_window":"24h"}""", "input_file_id")]
    [InlineData("""{"input_file_id":"$batch","endpoint":"/v1/audio/speech","completion_window":"24h"}""", "endpoint")]
    [InlineData("""{"input_file_id":"$batch","endpoint":"/v1/chat/completions","completion_window":"1h"}""", "completion_window")]
    [InlineData("""{"input_file_id":"$batch","endpoint":"/v1/chat/completions","completion_window":"24h","metadata":{"a":1}}""", "metadata.a")]
    public async Task Create_OfWhatCannotRun_IsRefused(string body, string param)
    {
        await using var host = await GatewayHost.StartAsync(["http://127.0.0.1:9"]);
        var client = new ResourceClient(host);
        foreach (var purpose in (string[])["batch", "vision"])
        {
            body = body.Replace("$" + purpose, (await client.UploadAsync("{}", "a.jsonl", purpose)).GetProperty("id").GetString(), StringComparison.Ordinal);
        }

        var refused = await client.RefusedAsync(HttpMethod.Post, "/v1/batches", new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.Equal((400, param), (refused.Status, refused.Param));
        Assert.Equal(0, (await client.OkAsync(HttpMethod.Get, "/v1/batches", "ListBatchesResponse")).GetProperty("data").GetArrayLength());
        Assert.Equal(404, (await client.RefusedAsync(HttpMethod.Get, "/v1/batches/batch_nothing")).Status);
    }

    [Fact]
    public async Task Cancel_InTheMiddle_KeepsWhatIsDone()
    {
        await using var engine = await BatchEngine.StartAsync();
        await using var host = await GatewayHost.StartAsync(engine.Engine, ("FakeAi:Resources:BatchPollEvery", "00:00:00.1"));
        var client = new ResourceClient(host);
        engine.Shut();
        var created = await CreateAsync(client, await client.UploadAsync(BatchEngine.Lines(20), "in.jsonl", "batch"));
        var progress = await UntilAsync(client, created, "in_progress", static b => b.GetProperty("request_counts").GetProperty("completed").GetInt32() == 3);
        Assert.Equal(20, progress.GetProperty("request_counts").GetProperty("total").GetInt32());

        var cancelling = await client.OkAsync(HttpMethod.Post, $"/v1/batches/{created.GetProperty("id").GetString()}/cancel", "Batch");

        Assert.Equal("cancelling", Status(cancelling));
        var batch = await UntilAsync(client, created, "cancelled");
        Assert.Equal(["r0", "r1", "r2"], (await LinesAsync(client, batch, "output_file_id")).Keys.Order());
        Assert.False(batch.TryGetProperty("error_file_id", out _));
        Assert.Equal("""{"total":20,"completed":3,"failed":0}""", batch.GetProperty("request_counts").GetRawText());
        await host.AssertEndsOnceAsync();
        Assert.Equal(8, (await host.EventsAsync<RequestCancelled>(8)).Count);
    }

    [Fact]
    public async Task Batch_WhoseWindowEnds_TellsWhichRequestsItLeft()
    {
        await using var engine = await BatchEngine.StartAsync();
        await using var host = await GatewayHost.StartAsync(
            engine.Engine, ("FakeAi:Resources:BatchPollEvery", "00:00:00.1"), ("FakeAi:Resources:BatchWindow", "00:00:02"));
        var client = new ResourceClient(host);
        engine.Shut();
        var created = await CreateAsync(client, await client.UploadAsync(BatchEngine.Lines(20), "in.jsonl", "batch"));
        var batch = await UntilAsync(client, created, "expired");
        Assert.Equal(3, (await LinesAsync(client, batch, "output_file_id")).Count);
        var errors = await LinesAsync(client, batch, "error_file_id");
        Assert.Equal(17, errors.Count);
        Assert.All(errors.Values, static e =>
        {
            Assert.Equal(JsonValueKind.Null, e.GetProperty("response").ValueKind);
            Assert.Equal("batch_expired", e.GetProperty("error").GetProperty("code").GetString());
        });
        Assert.Equal("""{"total":20,"completed":3,"failed":17}""", batch.GetProperty("request_counts").GetRawText());
    }

    internal static Task<JsonElement> CreateAsync(ResourceClient client, JsonElement input, string more = "") => client.JsonAsync(
        "/v1/batches", "Batch", $$"""{"input_file_id":"{{input.GetProperty("id").GetString()}}","endpoint":"/v1/chat/completions","completion_window":"24h"{{more}}}""");

    internal static Task<JsonElement> UntilAsync(ResourceClient client, JsonElement batch, string status, Func<JsonElement, bool>? more = null) => Eventually.GetAsync(
        () => client.OkAsync(HttpMethod.Get, $"/v1/batches/{batch.GetProperty("id").GetString()}", "Batch"), b => Status(b) == status && more?.Invoke(b) is not false);

    /// <summary>The lines of a batch's file by their custom ids, each of which stands once.</summary>
    internal static async Task<Dictionary<string, JsonElement>> LinesAsync(ResourceClient client, JsonElement batch, string file)
    {
        var text = await client.ContentAsync(batch.GetProperty(file).GetString()!);
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static l => JsonElement.Parse(l))
            .ToDictionary(static l => l.GetProperty("custom_id").GetString()!, StringComparer.Ordinal);
    }

    internal static IEnumerable<string> Ids(int count) => Enumerable.Range(0, count).Select(static i => $"r{i}");

    private static string Status(JsonElement batch) => batch.GetProperty("status").GetString()!;
}
