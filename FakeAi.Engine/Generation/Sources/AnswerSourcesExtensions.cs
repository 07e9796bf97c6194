using FakeAi.Engine.Generation.Scripted;

namespace FakeAi.Engine.Generation.Sources;

/// <summary>Adds the sources of answers. Their order is that in which they are asked.</summary>
internal static class AnswerSourcesExtensions
{
    public static IHostApplicationBuilder AddAnswerSources(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ScriptBook>();
        builder.Services.AddHostedService<ScriptReload>();
        builder.Services.AddSingleton<IAnswerSource, ScriptSource>();
        builder.Services.AddSingleton<IAnswerSource, EchoSource>();
        builder.Services.AddSingleton<AnswerSources>();
        return builder;
    }
}
