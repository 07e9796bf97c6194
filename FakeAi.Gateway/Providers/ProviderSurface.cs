using System.Buffers;
using FakeAi.Contracts.Wire;
using FakeAi.Gateway.OpenAi;
using FakeAi.Gateway.Requests;

namespace FakeAi.Gateway.Providers;

/// <summary>
/// The outside of one provider's API, where providers differ: the key, the headers, the errors, the names in events. Has no
/// state; chosen once a request by <see cref="ProviderSurfaces"/>.
/// </summary>
internal abstract class ProviderSurface
{
    private const int MaxEndpoint = 128;

    /// <summary>The provider's name in events, as the catalogue has it.</summary>
    public abstract string Provider { get; }

    /// <summary>The provider's variant of OpenAI's wire format, one of <see cref="WireVariants"/>; null where it has none.</summary>
    public virtual string? Variant => null;

    /// <summary>
    /// What events call a path until a route has matched: a template where one is known, else the path's beginning. Names of
    /// models in paths must not become part of it.
    /// </summary>
    public virtual string EndpointOf(string path) => path.Length <= MaxEndpoint ? path : path[..MaxEndpoint];

    /// <summary>The key that the request shows, or an empty span.</summary>
    public abstract ReadOnlySpan<char> KeyOf(HttpRequest request);

    /// <summary>Takes a key out of where it could be logged or passed on, once it has been read.</summary>
    public virtual void Conceal(HttpRequest request)
    {
    }

    /// <summary>What the provider demands of every request's headers; the error to answer with, or null.</summary>
    public virtual OpenAiError? Check(HttpRequest request) => null;

    /// <summary>Sets the headers that every answer of this provider has; called when the answer is about to start.</summary>
    public abstract void Stamp(HttpContext context, GatewayRequest request);

    /// <summary>An error of the gateway with this provider's status, type and words.</summary>
    public abstract OpenAiError Translate(OpenAiError error);

    /// <summary>Writes a translated error's body.</summary>
    public abstract void Write(IBufferWriter<byte> output, OpenAiError error, HttpContext context, GatewayRequest request);
}
