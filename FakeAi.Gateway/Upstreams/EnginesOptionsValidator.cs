using FakeAi.Gateway.Requests;
using Microsoft.Extensions.Options;

namespace FakeAi.Gateway.Upstreams;

/// <summary>Collects every fault of the list of engines. An empty list is allowed: such a gateway answers 503.</summary>
internal sealed class EnginesOptionsValidator : IValidateOptions<EnginesOptions>
{
    public ValidateOptionsResult Validate(string? name, EnginesOptions options)
    {
        var faults = new List<string>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < options.Engines.Count; i++)
        {
            var engine = options.Engines[i];
            if (engine.Name is not { Length: > 0 and <= 64 } || !HeaderText.IsPrintable(engine.Name) || !names.Add(engine.Name))
            {
                faults.Add($"{EnginesOptions.SectionName}:{i}:Name must be unique, 1 to 64 printable ASCII characters.");
            }

            if (!IsHttp(engine.H2c))
            {
                faults.Add($"{EnginesOptions.SectionName}:{i}:H2c must be an http:// address.");
            }

            if (engine.Http is not null && !IsHttp(engine.Http))
            {
                faults.Add($"{EnginesOptions.SectionName}:{i}:Http must be an http:// address.");
            }
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static bool IsHttp(string address) => Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttp;
}
