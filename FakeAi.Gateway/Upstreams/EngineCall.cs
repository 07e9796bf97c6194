using System.Diagnostics;
using FakeAi.Gateway.Upstreams.Links;

namespace FakeAi.Gateway.Upstreams;

/// <summary>An engine's answer whose headers have come. Disposing it resets the stream if the answer is not read to its end.</summary>
internal sealed class EngineCall(Engine engine, HttpRequestMessage message, HttpResponseMessage response, Activity? span, LinkedCall? linked, bool isLinked) : IDisposable
{
    public Engine Engine => engine;

    public HttpResponseMessage Response => response;

    public Activity? Span => span;

    /// <summary>The body, where the engine sends it over the chunk link; null where it is the response's own.</summary>
    public LinkedBody? Linked => isLinked ? linked!.Body : null;

    public void Dispose()
    {
        response.Dispose();
        linked?.Dispose();
        message.Dispose();
        span?.Dispose();
        engine.Leave();
    }
}
