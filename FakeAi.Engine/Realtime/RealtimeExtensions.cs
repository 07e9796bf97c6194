namespace FakeAi.Engine.Realtime;

/// <summary>Realtime sessions.</summary>
internal static class RealtimeExtensions
{
    public static IHostApplicationBuilder AddRealtime(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ResponsePlanner>();
        builder.Services.AddSingleton<RealtimeHandler>();
        return builder;
    }

    public static WebApplication MapRealtime(this WebApplication app)
    {
        app.MapGet(RealtimeHandler.Route, app.Services.GetRequiredService<RealtimeHandler>().HandleAsync).WithName("OpenRealtimeSession");
        return app;
    }
}
