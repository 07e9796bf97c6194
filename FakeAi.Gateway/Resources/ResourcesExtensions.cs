using FakeAi.Gateway.Resources.Batches;
using FakeAi.Gateway.Resources.Conversations;
using FakeAi.Gateway.Resources.Files;
using FakeAi.Gateway.Resources.Responses;
using FakeAi.Gateway.Resources.Uploads;
using FakeAi.Storage;

namespace FakeAi.Gateway.Resources;

/// <summary>Files, uploads and what else outlives its request.</summary>
internal static class ResourcesExtensions
{
    public static IHostApplicationBuilder AddResources(this IHostApplicationBuilder builder)
    {
        builder.AddStorage();
        var services = builder.Services;
        services.AddOptions<ResourceOptions>().BindConfiguration(ResourceOptions.SectionName).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<ResourceExchange>();
        services.AddSingleton<FileCollection>();
        services.AddSingleton<IExpiringKind>(static provider => provider.GetRequiredService<FileCollection>());
        services.AddSingleton<FilesEndpoints>();
        services.AddSingleton<UploadCollection>();
        services.AddSingleton<PartCollection>();
        services.AddSingleton<IExpiringKind>(static provider => provider.GetRequiredService<PartCollection>());
        services.AddSingleton<UploadAssembly>();
        services.AddSingleton<UploadsEndpoints>();
        services.AddSingleton<BatchCollection>();
        services.AddSingleton<BatchValidator>();
        services.AddSingleton<BatchCalls>();
        services.AddSingleton<BatchRun>();
        services.AddSingleton<BatchesEndpoints>();
        services.AddSingleton<BatchRunner>();
        services.AddHostedService(static provider => provider.GetRequiredService<BatchRunner>());
        services.AddSingleton<ConversationCollection>();
        services.AddSingleton<ConversationItems>();
        services.AddSingleton<ConversationsEndpoints>();
        services.AddSingleton<ResponseCollection>();
        services.AddSingleton<ResponseMemory>();
        services.AddSingleton<ResponsesEndpoints>();
        services.AddSingleton<ResourceSweeper>();
        services.AddHostedService(static provider => provider.GetRequiredService<ResourceSweeper>());
        return builder;
    }

    public static void MapResources(this WebApplication app)
    {
        app.Services.GetRequiredService<FilesEndpoints>().Map(app);
        app.Services.GetRequiredService<UploadsEndpoints>().Map(app);
        app.Services.GetRequiredService<BatchesEndpoints>().Map(app);
        app.Services.GetRequiredService<ResponsesEndpoints>().Map(app);
        app.Services.GetRequiredService<ConversationsEndpoints>().Map(app);
    }
}
