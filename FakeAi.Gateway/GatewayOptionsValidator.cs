using FakeAi.Contracts.Catalogue;
using FakeAi.Gateway.Auth;
using FakeAi.Gateway.Edge;
using FakeAi.Gateway.Providers.Azure;
using Microsoft.Extensions.Options;

namespace FakeAi.Gateway;

/// <summary>Collects every fault, the open mode on an open network included.</summary>
internal sealed class GatewayOptionsValidator(IConfiguration configuration, ModelCatalogue catalogue) : IValidateOptions<GatewayOptions>
{
    public ValidateOptionsResult Validate(string? name, GatewayOptions options)
    {
        var faults = new List<string>();
        for (var i = 0; i < options.Keys.Count; i++)
        {
            if (!options.Keys[i].TryGetHash(out _))
            {
                faults.Add($"{GatewayOptions.SectionName}:Keys:{i}:Sha256 must be the key's SHA-256 as 64 hex digits.");
            }

            if (string.IsNullOrWhiteSpace(options.Keys[i].Name))
            {
                faults.Add($"{GatewayOptions.SectionName}:Keys:{i}:Name is missing.");
            }

            if (!ApiKeyOptions.IsHeaderSafe(options.Keys[i].Organization) || !ApiKeyOptions.IsHeaderSafe(options.Keys[i].Project))
            {
                faults.Add($"{GatewayOptions.SectionName}:Keys:{i}: Organization and Project may hold letters, digits, '.', '_' and '-' only.");
            }
        }

        foreach (var (deployment, model) in options.AzureDeployments)
        {
            if (!AzureDeployments.IsName(deployment) || !catalogue.TryGet(model, out _))
            {
                faults.Add($"{GatewayOptions.SectionName}:AzureDeployments:{deployment} must be 1 to 64 letters, digits, '-', '_' or '.', and its model '{model}' one of the catalogue.");
            }
        }

        if (options.Keys.Count == 0 && BindAddresses.FirstOpen(BindAddresses.Configured(configuration)) is { } address)
        {
            faults.Add(OpenModeGuard.Refusal(address));
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
