using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace FakeAi.Engine;

/// <summary>Checks the settings of the engine's parts, which annotations on <see cref="EngineOptions"/> alone do not reach.</summary>
internal sealed class EngineOptionsValidator : IValidateOptions<EngineOptions>
{
    public ValidateOptionsResult Validate(string? name, EngineOptions options)
    {
        var faults = new List<string>();
        Check(options.Latency, nameof(options.Latency));
        Check(options.KvCache, nameof(options.KvCache));
        Check(options.Workers, nameof(options.Workers));
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);

        void Check(object part, string partName)
        {
            var results = new List<ValidationResult>();
            Validator.TryValidateObject(part, new ValidationContext(part), results, validateAllProperties: true);
            faults.AddRange(results.Select(r => $"{EngineOptions.SectionName}:{partName}: {r.ErrorMessage}"));
        }
    }
}
