using System.Globalization;
using FakeAi.Engine.Hosting;
using FakeAi.EventBus;
using FakeAi.ServiceDefaults.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace FakeAi.Bench.Paced;

/// <summary>An engine as its own program composes it, which also tells its memory.</summary>
internal static class EngineServer
{
    public const string Name = "engine";

    /// <summary>Serves until the process is ended. Arguments: port, and a file that is not looked at.</summary>
    public static async Task RunAsync(string[] args, TextWriter output, CancellationToken stop)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration["FakeAi:Engine:Workers:MaxBatch"] = "4096";
        builder.WebHost.UseUrls($"http://127.0.0.1:{int.Parse(args[0], CultureInfo.InvariantCulture)}");
        EngineEndpoints.Configure(builder);
        builder.AddServiceDefaults("engine");
        builder.AddEventPublisher("engine");
        builder.AddEngine();
        await using var app = builder.Build();
        app.MapServiceDefaults();
        app.MapMemory();
        app.MapEngine();
        await app.RunAsync();
    }
}
