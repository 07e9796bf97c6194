using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace FakeAi.Engine.Hosting.WarmUp;

/// <summary>A server without sockets: its requests are calls, and what they are answered with is dropped.</summary>
internal sealed class CallableServer : IServer
{
    private Func<IFeatureCollection, Task>? _process;

    public IFeatureCollection Features { get; } = new FeatureCollection();

    public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
        where TContext : notnull
    {
        _process = features => ProcessAsync(application, features);
        return Task.CompletedTask;
    }

    /// <summary>Posts JSON.</summary>
    /// <returns>The answer's status.</returns>
    public async Task<int> PostAsync(string path, byte[] body, CancellationToken cancellationToken)
    {
        var context = new DefaultHttpContext { RequestAborted = cancellationToken };
        context.Features.Set<IHttpResponseTrailersFeature>(new NoTrailers());
        context.Request.Method = HttpMethods.Post;
        context.Request.Scheme = Uri.UriSchemeHttp;
        context.Request.Path = path;
        context.Request.ContentType = "application/json";
        context.Request.ContentLength = body.Length;
        context.Request.Body = new MemoryStream(body);
        context.Response.Body = Stream.Null;
        await _process!(context.Features);
        return context.Response.StatusCode;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
    }

    private static async Task ProcessAsync<TContext>(IHttpApplication<TContext> application, IFeatureCollection features)
        where TContext : notnull
    {
        var context = application.CreateContext(features);
        Exception? failure = null;
        try
        {
            await application.ProcessRequestAsync(context);
            await features.GetRequiredFeature<IHttpResponseBodyFeature>().CompleteAsync();
        }
        catch (Exception exception)
        {
            failure = exception;
            throw;
        }
        finally
        {
            application.DisposeContext(context, failure);
        }
    }

    private sealed class NoTrailers : IHttpResponseTrailersFeature
    {
        public IHeaderDictionary Trailers { get; set; } = new HeaderDictionary();
    }
}
