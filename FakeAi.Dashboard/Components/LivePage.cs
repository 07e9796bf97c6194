using FakeAi.Dashboard.Live;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace FakeAi.Dashboard.Components;

/// <summary>
/// A component that shows live data: it renders the store's newest state at its own pace, and sends nothing to a tab
/// that is hidden. Each refresh waits for the one before it, so a slow browser gets fewer of them.
/// </summary>
public abstract class LivePage : ComponentBase, IAsyncDisposable
{
    private DotNetObjectReference<LivePage>? _self;
    private IJSObjectReference? _visibility;
    private IDisposable? _subscription;
    private bool _visible = true;
    private bool _disposed;

    [Inject]
    internal LiveStore Store { get; set; } = null!;

    [Inject]
    internal IJSRuntime Js { get; set; } = null!;

    /// <summary>The state that is shown.</summary>
    private protected LiveState Live { get; private set; } = LiveState.Empty;

    /// <summary>What to refresh on.</summary>
    private protected abstract LiveTopics Topics { get; }

    /// <summary>Least time between two refreshes.</summary>
    private protected abstract TimeSpan Interval { get; }

    /// <summary>Called by the browser when the tab is hidden or shown.</summary>
    [JSInvokable]
    public Task SetVisible(bool visible)
    {
        _visible = visible;
        return visible ? RefreshAsync() : Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        _subscription?.Dispose();
        await FreeAsync();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        Live = Store.State;
        Prepare();
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
        {
            return;
        }

        await QuietlyAsync(async () =>
        {
            await using var site = await Js.InvokeAsync<IJSObjectReference>("import", "./js/site.js");
            _self = DotNetObjectReference.Create(this);
            _visibility = await site.InvokeAsync<IJSObjectReference>("watchVisibility", _self);
            await StartAsync();
        });
        if (_disposed)
        {
            // Left while it was still loading: what came since has to go, too.
            await FreeAsync();
            return;
        }

        _subscription = Store.Subscribe(Topics, Interval, () => InvokeAsync(RefreshAsync));
        await RefreshAsync();
    }

    /// <summary>Loads what the page needs in the browser, once.</summary>
    private protected virtual Task StartAsync() => Task.CompletedTask;

    /// <summary>Works out what is shown, before each render.</summary>
    private protected virtual void Prepare()
    {
    }

    /// <summary>Sends what changed to the page's scripts, after the components were rendered.</summary>
    private protected virtual Task PushAsync() => Task.CompletedTask;

    /// <summary>Frees what <see cref="StartAsync"/> loaded.</summary>
    private protected virtual Task StopAsync() => Task.CompletedTask;

    private protected async Task RefreshAsync()
    {
        if (_disposed || !_visible)
        {
            return;
        }

        Live = Store.State;
        Prepare();
        StateHasChanged();
        await QuietlyAsync(PushAsync);
    }

    private async Task FreeAsync()
    {
        await QuietlyAsync(async () =>
        {
            if (Interlocked.Exchange(ref _visibility, null) is { } visibility)
            {
                await visibility.InvokeVoidAsync("dispose");
                await visibility.DisposeAsync();
            }
        });
        await QuietlyAsync(StopAsync);
        _self?.Dispose();
    }

    // The browser may be gone at any time, which the circuit's own dialog tells people, and so may be the page's elements
    // once people went on to another one.
    private protected async Task QuietlyAsync(Func<Task> action)
    {
        try
        {
            await action();
        }
        catch (Exception exception) when (
            exception is JSDisconnectedException or OperationCanceledException or ObjectDisposedException || (_disposed && exception is JSException))
        {
        }
    }
}
