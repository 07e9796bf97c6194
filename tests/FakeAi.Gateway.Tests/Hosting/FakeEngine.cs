using System.Net;
using FakeAi.Contracts.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace FakeAi.Gateway.Tests.Hosting;

/// <summary>A real h2c server whose answer each test writes itself.</summary>
internal sealed class FakeEngine : IAsyncDisposable
{
    public const string DefaultAnswer = """{"id":"chatcmpl-1","object":"chat.completion"}""";

    private readonly WebApplication _app;
    private int _calls;

    private FakeEngine(WebApplication app) => _app = app;

    public RequestDelegate Handler { get; set; } = AnswerAsync;

    public int Calls => Volatile.Read(ref _calls);

    public string Address => _app.Urls.Single();

    public static async Task<FakeEngine> StartAsync(int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, port, static endpoint => endpoint.Protocols = HttpProtocols.Http2);
        });
        var app = builder.Build();
        var engine = new FakeEngine(app);
        app.Run(context =>
        {
            Interlocked.Increment(ref engine._calls);
            return engine.Handler(context);
        });
        await app.StartAsync();
        return engine;
    }

    /// <summary>A small JSON answer with the trailers of a real engine.</summary>
    public static async Task AnswerAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        context.Response.Headers[InternalHeaders.Model] = "gpt-4o-mini";
        Trail(context.Response, 7, 3, "stop");
        await context.Response.WriteAsync(DefaultAnswer);
    }

    public static void Trail(HttpResponse response, int input, int output, string finish)
    {
        response.AppendTrailer(InternalHeaders.InputTokens, $"{input}");
        response.AppendTrailer(InternalHeaders.OutputTokens, $"{output}");
        response.AppendTrailer(InternalHeaders.FinishReason, finish);
        response.AppendTrailer(InternalHeaders.TtftUs, "1500");
        response.AppendTrailer(InternalHeaders.E2eUs, "2500");
        response.AppendTrailer(InternalHeaders.LagUs, "10");
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }
}
