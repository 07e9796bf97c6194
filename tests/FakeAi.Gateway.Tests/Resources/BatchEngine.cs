using System.Collections.Concurrent;
using System.Text.Json;
using FakeAi.Contracts.Wire;
using FakeAi.Gateway.Tests.Hosting;
using Microsoft.AspNetCore.Http;

namespace FakeAi.Gateway.Tests.Resources;

/// <summary>
/// An engine whose answers name what they were asked. A user of <c>refuse</c> gets a 400, one of <c>busy</c> a 503 the first
/// time; others wait while the gate is shut.
/// </summary>
internal sealed class BatchEngine : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, int> _asked = new(StringComparer.Ordinal);
    private volatile TaskCompletionSource? _gate;
    private int _running;
    private int _most;

    private BatchEngine(FakeEngine engine)
    {
        Engine = engine;
        engine.Handler = AnswerAsync;
    }

    public FakeEngine Engine { get; }

    /// <summary>How often each message was asked.</summary>
    public IReadOnlyDictionary<string, int> Asked => _asked;

    /// <summary>Most requests that ran at a time.</summary>
    public int MostAtOnce => Volatile.Read(ref _most);

    public ConcurrentBag<string> Priorities { get; } = [];

    public static async Task<BatchEngine> StartAsync() => new(await FakeEngine.StartAsync());

    public static string Lines(int count, Func<int, string>? user = null) => string.Concat(Enumerable.Range(0, count).Select(i =>
        $$$$"""{"custom_id":"r{{{{i}}}}","method":"POST","url":"/v1/chat/completions","body":{"model":"gpt-4o-mini","user":"{{{{user?.Invoke(i) ?? ""}}}}","messages":[{"role":"user","content":"m{{{{i}}}}"}]}}""" + "\n"));

    public void Shut() => _gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Open() => Interlocked.Exchange(ref _gate, null)?.SetResult();

    public ValueTask DisposeAsync()
    {
        Open();
        return Engine.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var body = (await JsonDocument.ParseAsync(context.Request.Body)).RootElement;
        var message = body.GetProperty("messages")[0].GetProperty("content").GetString()!;
        var user = body.GetProperty("user").GetString();
        var times = _asked.AddOrUpdate(message, 1, static (_, n) => n + 1);
        Priorities.Add(context.Request.Headers[PublicHeaders.Priority].ToString());
        var running = Interlocked.Increment(ref _running);
        InterlockedMax(running);
        try
        {
            // The first three never wait, so that some are done when the gate is shut.
            if (_gate is { } gate && int.Parse(message[1..], System.Globalization.CultureInfo.InvariantCulture) >= 3)
            {
                await gate.Task.WaitAsync(context.RequestAborted);
            }

            context.Response.ContentType = "application/json";
            if (user == "refuse" || (user == "busy" && times == 1))
            {
                context.Response.StatusCode = user == "busy" ? 503 : 400;
                await context.Response.WriteAsync("""{"error":{"message":"No.","type":"invalid_request_error","param":null,"code":null}}""");
                return;
            }

            FakeEngine.Trail(context.Response, 5, 2, "stop");
            await context.Response.WriteAsync(
                $$$$"""{"id":"chatcmpl-{{{{message}}}}","usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7,"prompt_tokens_details":{"cached_tokens":1},"completion_tokens_details":{"reasoning_tokens":1}}}""");
        }
        catch (OperationCanceledException)
        {
            // The gateway left.
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private void InterlockedMax(int value)
    {
        for (var most = Volatile.Read(ref _most); value > most;)
        {
            most = Interlocked.CompareExchange(ref _most, value, most) is var seen && seen == most ? value : seen;
        }
    }
}
