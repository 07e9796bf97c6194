using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace FakeAi.E2E.Tests;

/// <summary>Formats and the admin API, through the gateway to whichever engine has the stream.</summary>
public sealed partial class StreamingTests(RunningSystem system)
{
    private const string Body = """{"model":"gpt-4o-mini","stream":true,"max_tokens":400,"messages":[{"role":"user","content":"Write 400 words about ships."}]}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", true)]
    [InlineData("?format=text", false)]
    public async Task Stream_PausedResumedAndCancelled_EndsForTheClientAndCountsAsCancelled(string query, bool tells)
    {
        await system.ResetAsync(Token);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions" + query);
        request.Content = new StringContent(Body, System.Text.Encoding.UTF8, "application/json");
        request.Headers.Add("x-fakeai-ttft-ms", "1");
        request.Headers.Add("x-fakeai-itl-ms", "50");
        using var answer = await system.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
        var path = "/admin/streams/" + answer.Headers.GetValues("x-request-id").Single();
        foreach (var (command, status) in ((string, HttpStatusCode)[])[
            ("pause", HttpStatusCode.OK), ("pause", HttpStatusCode.Conflict), ("resume", HttpStatusCode.OK), ("cancel", HttpStatusCode.OK)])
        {
            using var told = await system.AdminAsync(HttpMethod.Post, $"{path}/{command}", null, Token);
            Assert.Equal(status, told.StatusCode);
        }

        var body = answer.Content.ReadAsStringAsync(Token);
        if (tells)
        {
            Assert.Contains("stream_cancelled", await body, StringComparison.Ordinal);
        }
        else
        {
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => body);
        }

        var after = await system.SnapshotAsync(s => s.TotalCancelled == 1, Token);
        Assert.Equal((1, 0), (after.TotalRequests, after.TotalErrors));
        using var status2 = await system.AdminAsync(HttpMethod.Get, path, null, Token);
        using var json = JsonDocument.Parse(await status2.Content.ReadAsStringAsync(Token));
        Assert.Equal("cancelled", json.RootElement.GetProperty("state").GetString());
    }

    [Fact]
    public async Task Curls_OfTheDocument_AnswerAsItSays()
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", "docs", "streaming.md"), Token);
        var calls = Block().Matches(text).SelectMany(m => m.Groups["code"].Value.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n'))
            .Where(l => l.StartsWith("curl ", StringComparison.Ordinal)).ToArray();
        Assert.Equal(4, calls.Length);
        string[] expected = ["", "stream.chunk", "\"streams\":[", "stream_not_found"];
        for (var i = 0; i < calls.Length; i++)
        {
            var call = calls[i].Replace("http://127.0.0.1:8000/", system.Gateway.ToString(), StringComparison.Ordinal);
            using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("bash", ["-c", call + " --silent --show-error --max-time 60"])
            {
                RedirectStandardOutput = true,
                UseShellExecute = false,
                Environment = { ["KEY"] = system.AdminKey },
            })!;
            var output = await process.StandardOutput.ReadToEndAsync(Token);
            await process.WaitForExitAsync(Token);
            Assert.Equal(0, process.ExitCode);
            Assert.Contains(expected[i], output, StringComparison.Ordinal);
            Assert.NotEmpty(output);
        }
    }

    [GeneratedRegex("```bash\n(?<code>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Block();

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
