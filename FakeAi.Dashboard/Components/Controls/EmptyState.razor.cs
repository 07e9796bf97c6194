using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;

namespace FakeAi.Dashboard.Components.Controls;

/// <summary>Says that there is nothing yet, and how to change that.</summary>
public sealed partial class EmptyState
{
    private string _base = "";
    private string _curl = "";

    [Inject]
    internal IOptions<DashboardOptions> Options { get; set; } = null!;

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        _base = Options.Value.GatewayUrl.GetLeftPart(UriPartial.Path).TrimEnd('/');
        _curl = $$"""
            curl -N {{_base}}/v1/chat/completions \
              -H 'Content-Type: application/json' -H 'Authorization: Bearer test' \
              -d '{"model":"gpt-4o-mini","stream":true,"messages":[{"role":"user","content":"Tell me about the sea."}]}'
            """.ReplaceLineEndings("\n");
    }
}
