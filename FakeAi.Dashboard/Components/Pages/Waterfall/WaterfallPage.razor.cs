using FakeAi.Contracts.Queries;
using FakeAi.Dashboard.Live;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using Radzen;

namespace FakeAi.Dashboard.Components.Pages.Waterfall;

/// <summary>
/// Requests over time: bars on a canvas that the browser draws by itself from what changed, and the same requests as a
/// list, one item per bar.
/// </summary>
public sealed partial class WaterfallPage
{
    private const int VirtualiseBeyond = 200;

    private readonly List<Versioned<WaterfallRow>> _items = [];
    private ElementReference _root;
    private ElementReference _list;
    private IJSObjectReference? _module;
    private IJSObjectReference? _view;
    private DotNetObjectReference<WaterfallPage>? _page;
    private IReadOnlyList<Versioned<WaterfallRow>> _shown = [];
    private IReadOnlyList<Versioned<WaterfallRow>>? _held;
    private long _shownEpoch = -1;
    private long _epoch = -1;
    private long _pushed;
    private int _seconds = 60;
    private int _active;
    private int _dialogs;
    private bool _following = true;
    private bool _listUsed;

    [Inject]
    internal BrowserClock Clock { get; set; } = null!;

    [Inject]
    internal DialogService Dialogs { get; set; } = null!;

    private protected override LiveTopics Topics => LiveTopics.Waterfall;

    private protected override TimeSpan Interval => TimeSpan.FromMilliseconds(250);

    private int NewSinceHeld => Live.Requests.Count(r => r.Value.StartTime > (_held is [var newest, ..] ? newest.Value.StartTime : 0));

    /// <summary>Called by the canvas when a bar was clicked.</summary>
    [JSInvokable]
    public Task ShowRequestAsync(string requestId) => InvokeAsync(() => ShowAsync(requestId));

    /// <summary>Called by the canvas when it was dragged away from now.</summary>
    [JSInvokable]
    public Task PauseAsync() => InvokeAsync(() => SetFollowing(false));

    /// <summary>Called by the list when somebody begins or ceases to use it.</summary>
    [JSInvokable]
    public Task UseListAsync(bool used) => InvokeAsync(() =>
    {
        _listUsed = used;
        Prepare();
        StateHasChanged();
    });

    private protected override void Prepare()
    {
        if (Live.Epoch != _shownEpoch)
        {
            (_shownEpoch, _shown, _held) = (Live.Epoch, Live.Requests, null);
        }

        // A list that is held keeps its rows and their places; what they say goes on.
        _held = _following && !_listUsed && _dialogs == 0 ? null : _held ?? _shown;
        _shown = _held is null ? Live.Requests : Refreshed(_held);
        _active = _shown.Count(static r => r.Value.EndTime is null);
        // The virtualised list keeps its collection, so that scrolling is not reset.
        _items.Clear();
        if (_shown.Count > VirtualiseBeyond)
        {
            _items.AddRange(_shown);
        }
    }

    private protected override async Task StartAsync()
    {
        _module = await Js.InvokeAsync<IJSObjectReference>("import", "./js/waterfall.js");
        _page = DotNetObjectReference.Create(this);
        _view = await _module.InvokeAsync<IJSObjectReference>("create", _root, _list, _page, _seconds);
    }

    private protected override async Task PushAsync()
    {
        if (_view is null)
        {
            return;
        }

        var state = Live;
        var reset = state.Epoch != _epoch;
        object?[][] rows = [.. state.Requests.Where(r => reset || r.Version > _pushed).Select(static r => Positional(r.Value))];
        await _view.InvokeVoidAsync("push", reset, Clock.NowMs, rows);
        (_epoch, _pushed) = (state.Epoch, state.Version);
        if (reset)
        {
            await SetFollowing(true);
        }
    }

    private protected override async Task StopAsync()
    {
        if (Interlocked.Exchange(ref _view, null) is { } view)
        {
            await view.InvokeVoidAsync("dispose");
            await view.DisposeAsync();
        }

        if (Interlocked.Exchange(ref _module, null) is { } module)
        {
            await module.DisposeAsync();
        }

        _page?.Dispose();
    }

    private async Task SetFollowing(bool following)
    {
        if (_following == following)
        {
            return;
        }

        _following = following;
        Prepare();
        StateHasChanged();
        if (_view is not null)
        {
            await _view.InvokeVoidAsync("setFollowing", following);
        }
    }

    private async Task SelectRangeAsync(int seconds)
    {
        _seconds = seconds;
        if (_view is not null)
        {
            await _view.InvokeVoidAsync("setRange", seconds);
        }
    }

    private async Task ShowAsync(string requestId)
    {
        _dialogs++;
        Prepare();
        try
        {
            await Dialogs.OpenAsync<RequestDetails>(
                "Request",
                new Dictionary<string, object?>(StringComparer.Ordinal)
                {
                    [nameof(RequestDetails.RequestId)] = requestId,
                    [nameof(RequestDetails.Known)] = _shown.FirstOrDefault(r => string.Equals(r.Value.RequestId, requestId, StringComparison.Ordinal))?.Value,
                },
                new DialogOptions { Width = "min(560px, 94vw)", CloseDialogOnOverlayClick = true, CloseDialogOnEsc = true, ShowClose = true });
        }
        finally
        {
            _dialogs--;
        }
    }

    // The dialog does not give the focus back by itself.
    private async Task ShowFromListAsync(string requestId)
    {
        await ShowAsync(requestId);
        if (_view is not null)
        {
            await QuietlyAsync(async () => await _view.InvokeVoidAsync("focusItem", requestId));
        }
    }

    private Versioned<WaterfallRow>[] Refreshed(IReadOnlyList<Versioned<WaterfallRow>> rows)
    {
        var now = Live.Requests.ToDictionary(static r => r.Value.RequestId, StringComparer.Ordinal);
        return [.. rows.Select(r => now.GetValueOrDefault(r.Value.RequestId, r))];
    }

    // Order as in waterfall.js.
    private static object?[] Positional(WaterfallRow row) =>
    [
        row.RequestId, row.StartTime, Rounded(row.TtftMs), Rounded(Duration(row)), StatusNumber(row.Status), row.IsStreaming ? 1 : 0,
        row.InputTokens, row.OutputTokens, row.Model, row.StatusCode, row.FinishReason,
    ];

    // An ended row always has an end on the canvas, even where no duration was told.
    private static double? Duration(WaterfallRow row) =>
        row.EndTime is null ? null : row.DurationMs ?? Math.Max(0, (row.EndTime.Value - row.StartTime) * 1000);

    private static double? Rounded(double? value) => value is { } v ? Math.Round(v, 1) : null;

    private static int StatusNumber(string status) => status switch
    {
        "completed" => 1,
        "failed" => 2,
        "cancelled" => 3,
        _ => 0,
    };
}
