using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Testing;

/// <summary>Lets an AppHost's own entry point run on a thread for a test, which holds it where it builds and where it runs.</summary>
internal sealed class TestSession : IDistributedApplicationTestingBuilder
{
    private static readonly AsyncLocal<TestSession?> s_current = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("fakeai-test-").FullName;
    private readonly TaskCompletionSource<IDistributedApplicationTestingBuilder> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<DistributedApplication> _built = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _buildAsked = new();
    private readonly TaskCompletionSource _ended = new();
    private readonly TaskCompletionSource _returned = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private DistributedApplicationBuilder? _builder;

    public static TestSession? Current => s_current.Value;

    public ConfigurationManager Configuration => _builder!.Configuration;

    public IReadOnlyList<IResource> Resources => _builder!.Resources;

    public Dictionary<string, string?> Defaults => new(StringComparer.Ordinal) { ["FAKEAI_HOME"] = _folder };

    public Task<IDistributedApplicationTestingBuilder> BuilderReady => _ready.Task;

    public void Start(MethodInfo entryPoint, string[] args) => new Thread(() =>
    {
        s_current.Value = this;
        try
        {
            var result = entryPoint.Invoke(null, [args]);
            _ready.TrySetException(new DistributedApplicationException($"The AppHost returned {result} before it built its application."));
        }
        catch (TargetInvocationException e)
        {
            _ready.TrySetException(e.InnerException!);
            _built.TrySetException(e.InnerException!);
            _ = _built.Task.Exception;
        }
        finally
        {
            Directory.Delete(_folder, recursive: true);
            _returned.SetResult();
        }
    })
    { IsBackground = true, Name = "AppHost under test" }.Start();

    public void AwaitBuild(DistributedApplicationBuilder builder)
    {
        _builder = builder;
        _ready.SetResult(this);
        _buildAsked.Task.GetAwaiter().GetResult();
    }

    public void SetBuilt(DistributedApplication app) => _built.SetResult(app);

    public Task<DistributedApplication> BuildAsync(CancellationToken cancellationToken = default)
    {
        _buildAsked.TrySetResult();
        return _built.Task.WaitAsync(cancellationToken);
    }

    public void AwaitEnd() => _ended.Task.GetAwaiter().GetResult();

    /// <summary>Lets the entry point return.</summary>
    public Task EndAsync()
    {
        _ended.TrySetResult();
        return _returned.Task;
    }

    /// <summary>A builder that was not built ends its AppHost; one that was is ended by its application.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_buildAsked.TrySetException(new OperationCanceledException("The AppHost is not wanted any more.")))
        {
            await _returned.Task;
        }
    }
}
