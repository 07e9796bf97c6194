using FakeAi.Gateway.OpenAi;

namespace FakeAi.Gateway.Resources;

/// <summary>A request that is answered with an error.</summary>
internal sealed class ResourceFault(OpenAiError error) : Exception(error.Message)
{
    public OpenAiError Error => error;
}
