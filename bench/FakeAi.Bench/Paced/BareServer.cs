using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace FakeAi.Bench.Paced;

/// <summary>
/// What Kestrel can do at best: the sample's bytes at the sample's times, by a timer for each stream and absolute deadlines,
/// and nothing else. The request's body is read and not looked at.
/// </summary>
internal static class BareServer
{
    public const string Name = "bare";

    /// <summary>Serves until the process is ended. Arguments: port, and the file of the sample.</summary>
    public static async Task RunAsync(string[] args, TextWriter output, CancellationToken stop)
    {
        var sample = StreamSample.Load(args[1]);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{int.Parse(args[0], CultureInfo.InvariantCulture)}");
        await using var app = builder.Build();
        app.MapGet("/health", () => "ok");
        app.MapMemory();
        app.MapPost(StreamSample.Path, context => AnswerAsync(context, sample));
        await app.RunAsync();
    }

    private static async Task AnswerAsync(HttpContext context, StreamSample sample)
    {
        var started = Stopwatch.GetTimestamp();
        var ttft = context.Request.Headers.TryGetValue("x-fakeai-ttft-ms", out var text)
            ? int.Parse(text.ToString(), CultureInfo.InvariantCulture)
            : StreamSample.TtftMs;
        await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
        var response = context.Response;
        response.ContentType = "text/event-stream; charset=utf-8";
        for (var i = 0; i < sample.Writes.Count; i++)
        {
            var left = TimeSpan.FromMilliseconds(ttft + (StreamSample.ItlMs * i)) - Stopwatch.GetElapsedTime(started);
            if (left > TimeSpan.Zero)
            {
                // Rounded up, since a timer counts whole milliseconds and must not be early.
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)), context.RequestAborted);
            }

            await response.BodyWriter.WriteAsync(sample.Writes[i], context.RequestAborted);
        }
    }
}
