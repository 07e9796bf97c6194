using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.JSInterop;

namespace FakeAi.Dashboard.Components.Layout;

/// <summary>Header, navigation and the page.</summary>
public sealed partial class MainLayout
{
    private ErrorBoundary? _errors;
    private bool _ready;

    [Inject]
    internal BrowserClock Clock { get; set; } = null!;

    [Inject]
    internal IJSRuntime Js { get; set; } = null!;

    [Inject]
    internal NavigationManager Navigation { get; set; } = null!;

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
        {
            return;
        }

        // Pages write times of day, so the browser's clock comes first.
        try
        {
            await using var site = await Js.InvokeAsync<IJSObjectReference>("import", "./js/site.js");
            await Clock.LoadAsync(site);
        }
        catch (Exception exception) when (exception is JSDisconnectedException or OperationCanceledException)
        {
            return;
        }

        _ready = true;
        StateHasChanged();
    }

    private void Recover() => _errors?.Recover();
}
