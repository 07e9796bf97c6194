using System.Buffers;
using FakeAi.Engine.Hosting;

namespace FakeAi.Engine.Pipeline;

/// <summary>A dialect's request that may say in its body how it is to be answered.</summary>
internal interface ISteeredRequest
{
    /// <summary>What the body says about the request's own timing, priority and mode.</summary>
    SteeringFields Steering { get; }
}

/// <summary>Reads what a client sends: the body, and what it and the headers say of timing, priority and mode.</summary>
internal sealed class RequestReader(RequestBody body, SteeringReader steering)
{
    /// <exception cref="BadHttpRequestException">The body is longer than the engine accepts, or broke off.</exception>
    /// <exception cref="SteeringException">A header or field of our own cannot be understood.</exception>
    public async Task<(TRequest Request, Steering Steering)> ReadAsync<TRequest>(HttpContext context, Func<ReadOnlySequence<byte>, TRequest> parse)
        where TRequest : ISteeredRequest
    {
        var request = await body.ReadAsync(context, parse);
        return (request, steering.Read(context.Request.Headers, request.Steering));
    }
}
