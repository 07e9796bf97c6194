using FakeAi.AppHost.Setup;

var builder = DistributedApplication.CreateBuilder(args);
if (!AppHostSettings.TryRead(builder.Configuration, out var settings, out var problem)
    || !Installation.TryOpen(builder.Configuration, builder.ExecutionContext.IsRunMode, out var installation, out problem))
{
    Console.Error.WriteLine(problem);
    return 1;
}

using var held = installation;

if (builder.ExecutionContext.IsPublishMode)
{
    builder.AddDockerComposeEnvironment("compose");
}

var redis = AddLog();
var seed = builder.AddParameter("seed", settings.Seed, publishValueAsDefault: true);
var internalToken = AddSecret("internal-token", installation?.InternalToken);
var adminKey = AddSecret("admin-key", installation?.AdminKey);

var collector = AddService<Projects.FakeAi_Collector>("collector");

var gateway = AddService<Projects.FakeAi_Gateway>("gateway")
    .WithReference(collector).WaitFor(collector)
    .WithEnvironment("FakeAi__AdminKey", adminKey)
    .WithEndpoint("http", endpoint => endpoint.Port = settings.GatewayPort)
    .WithExternalHttpEndpoints()
    .WithUrlForEndpoint("http", url => { url.DisplayText = "OpenAI API"; url.Url = "/v1/models"; })
    .WithHttpCommand("/admin/reset", "Reset data", commandName: "reset-data", commandOptions: AdminCommand())
    .WithHttpCommand("/admin/fast-mode", "Toggle fast mode", commandName: "toggle-fast-mode", commandOptions: AdminCommand());

// Each engine is a resource of its own, so that the gateway sees and routes to every one.
for (var i = 0; i < settings.Engines; i++)
{
    var engine = AddService<Projects.FakeAi_Engine>($"engine-{i}")
        .WithHttpEndpoint(name: "h2c", env: "FAKEAI_H2C_PORT");
    gateway.WaitFor(engine)
        .WithEnvironment($"Engines__{i}__Name", engine.Resource.Name)
        .WithEnvironment($"Engines__{i}__Http", engine.GetEndpoint("http"))
        .WithEnvironment($"Engines__{i}__H2c", engine.GetEndpoint("h2c"));
}

AddService<Projects.FakeAi_Dashboard>("dashboard")
    .WithReference(gateway)
    .WithReference(collector).WaitFor(collector)
    .WithEndpoint("http", endpoint => endpoint.Port = settings.DashboardPort)
    .WithExternalHttpEndpoints()
    .WithUrlForEndpoint("http", url => url.DisplayText = "Dashboard");

builder.Build().Run();
return Environment.ExitCode;

// A Redis that is already there (ConnectionStrings:redis), or one of our own with an append-only file.
IResourceBuilder<IResourceWithConnectionString> AddLog()
{
    if (builder.Configuration["ConnectionStrings:redis"] is { Length: > 0 })
    {
        return builder.AddConnectionString("redis");
    }

    var server = builder.AddRedis("redis").WithDataVolume("fakeai-redis");

    // Published, the whole command is one shell string, and arguments of their own would fall outside it.
    return builder.ExecutionContext.IsPublishMode
        ? server.PublishAsDockerComposeService((_, service) => service.Command[^1] += " --appendonly yes")
        : server.WithArgs("--appendonly", "yes");
}

// Published output names its secrets and leaves their values to whoever deploys it.
IResourceBuilder<ParameterResource> AddSecret(string name, string? value) => value is null
    ? builder.AddParameter(name, secret: true)
    : builder.AddParameter(name, value, secret: true);

IResourceBuilder<ProjectResource> AddService<TProject>(string name)
    where TProject : IProjectMetadata, new()
{
    var service = builder.AddProject<TProject>(name)
        .WithReference(redis).WaitFor(redis)
        .WithEnvironment("FakeAi__InternalToken", internalToken)
        .WithEnvironment("FakeAi__Seed", seed)
        .WithHttpHealthCheck("/health", endpointName: "http");

    // Where events wait that the log cannot take. A published container has no folder of ours.
    return installation is null ? service : service.WithEnvironment("FAKEAI_HOME", installation.Folder);
}

HttpCommandOptions AdminCommand() => new()
{
    Method = HttpMethod.Post,
    PrepareRequest = context =>
    {
        context.Request.Headers.Add("x-fakeai-admin-key", installation?.AdminKey);
        return Task.CompletedTask;
    },
};
