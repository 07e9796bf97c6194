using System.Buffers;
using FakeAi.Contracts.Catalogue;
using FakeAi.Gateway.Chat;
using FakeAi.Gateway.OpenAi;
using Microsoft.Extensions.Options;

namespace FakeAi.Gateway.Providers.Azure;

/// <summary>Which model a deployment is of: as configured, else the model that has the deployment's name.</summary>
internal sealed class AzureDeployments(ModelCatalogue catalogue, IOptions<GatewayOptions> options)
{
    private const int MaxName = 64;

    /// <summary>How Azure spells GPT-3.5's names, which may not hold a dot.</summary>
    private const string Dotless = "gpt-35-";

    private static readonly SearchValues<char> s_name = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

    private static readonly OpenAiError s_notFound = new(
        StatusCodes.Status404NotFound,
        "The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again.",
        OpenAiErrors.InvalidRequest, null, "DeploymentNotFound") { AsTold = true };

    private static readonly OpenAiError s_missing = new(
        StatusCodes.Status400BadRequest, "Missing required parameter: 'model'.", OpenAiErrors.InvalidRequest, "model", "missing_required_parameter") { AsTold = true };

    private readonly IDictionary<string, string> _configured = options.Value.AzureDeployments;

    /// <summary>Whether a deployment can have this name.</summary>
    public static bool IsName(string name) => name.Length is > 0 and <= MaxName && !name.AsSpan().ContainsAnyExcept(s_name);

    /// <summary>The model of a deployment, or Azure's word that there is none.</summary>
    /// <param name="deployment">Its name; null where a request names none.</param>
    public ModelChoice Find(string? deployment)
    {
        if (deployment is null)
        {
            return new ModelChoice(null, s_missing);
        }

        if (!IsName(deployment))
        {
            return new ModelChoice(null, s_notFound);
        }

        if (_configured.TryGetValue(deployment, out var model))
        {
            return new ModelChoice(model);
        }

        var name = deployment.StartsWith(Dotless, StringComparison.Ordinal) ? $"gpt-3.5-{deployment[Dotless.Length..]}" : deployment;
        return catalogue.TryGet(name, out _) ? new ModelChoice(name) : new ModelChoice(null, s_notFound);
    }
}
