using System.Diagnostics;

namespace FakeAi.Gateway.Upstreams;

/// <summary>An engine's answer whose headers have come. Disposing it resets the stream if the answer is not read to its end.</summary>
internal sealed class EngineCall(Engine engine, HttpRequestMessage message, HttpResponseMessage response, Activity? span) : IDisposable
{
    public Engine Engine => engine;

    public HttpResponseMessage Response => response;

    public Activity? Span => span;

    public void Dispose()
    {
        response.Dispose();
        message.Dispose();
        span?.Dispose();
        engine.Leave();
    }
}
