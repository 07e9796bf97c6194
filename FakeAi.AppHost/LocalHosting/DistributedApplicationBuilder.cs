using Aspire.Hosting.Testing;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting;

public interface IDistributedApplicationBuilder
{
    ConfigurationManager Configuration { get; }

    DistributedApplicationExecutionContext ExecutionContext { get; }

    IReadOnlyList<IResource> Resources { get; }

    DistributedApplication Build();
}

public sealed class DistributedApplicationExecutionContext(bool publish)
{
    public bool IsPublishMode { get; } = publish;

    public bool IsRunMode => !IsPublishMode;
}

internal sealed class DistributedApplicationBuilder : IDistributedApplicationBuilder
{
    private readonly List<Resource> _resources = [];
    private readonly TestSession? _test;

    public DistributedApplicationBuilder(string[] args, TestSession? test)
    {
        _test = test;
        Configuration.AddEnvironmentVariables();
        Configuration.AddInMemoryCollection(test?.Defaults ?? []);
        Configuration.AddCommandLine(args);
        ExecutionContext = new(Configuration["operation"] == "publish" || Configuration["publisher"] is not null);
    }

    public ConfigurationManager Configuration { get; } = new();

    public DistributedApplicationExecutionContext ExecutionContext { get; }

    public IReadOnlyList<IResource> Resources => _resources;

    public string DataFolder => FakeAi.AppHost.Setup.DataFolder.Locate(Configuration);

    public IResourceBuilder<T> Add<T>(T resource)
        where T : Resource
    {
        _resources.Add(resource);
        return new ResourceBuilder<T>(this, resource);
    }

    public DistributedApplication Build()
    {
        _test?.AwaitBuild(this);
        var logs = new ResourceLogs(Configuration["FakeAi:LogFolder"], silent: _test is not null);
        var app = new DistributedApplication(_resources, logs, _test, randomPorts: _test is not null && Configuration["DcpPublisher:RandomizePorts"] != "false");
        _test?.SetBuilt(app);
        return app;
    }

    private sealed record ResourceBuilder<T>(IDistributedApplicationBuilder ApplicationBuilder, T Resource) : IResourceBuilder<T>
        where T : IResource;
}
