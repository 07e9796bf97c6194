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
    private IJSObjectReference? _module;
    private IJSObjectReference? _view;
    private DotNetObjectReference<WaterfallPage>? _page;
    private IReadOnlyList<Versioned<WaterfallRow>>? _frozen;
    private long _epoch = -1;
    private long _pushed;
    private int _seconds = 60;
    private int _active;
    private bool _following = true;

    [Inject]
    internal BrowserClock Clock { get; set; } = null!;

    [Inject]
    internal DialogService Dialogs { get; set; } = null!;

    private protected override LiveTopics Topics => LiveTopics.Waterfall;

    private protected override TimeSpan Interval => TimeSpan.FromMilliseconds(250);

    private IReadOnlyList<Versioned<WaterfallRow>> Rows => _frozen ?? Live.Requests;

    private int NewSincePause => Math.Max(0, Live.Requests.Count(r => r.Value.StartTime > (_frozen is [var newest, ..] ? newest.Value.StartTime : 0)));

    /// <summary>Called by the canvas when a bar was clicked.</summary>
    [JSInvokable]
    public Task ShowRequestAsync(string requestId) => ShowAsync(requestId);

    /// <summary>Called by the canvas when it was dragged away from now.</summary>
    [JSInvokable]
    public Task PauseAsync() => InvokeAsync(() => SetFollowing(false));

    private protected override void Prepare()
    {
        _active = Rows.Count(static r => r.Value.EndTime is null);
        // The virtualised list keeps its collection, so that scrolling is not reset.
        _items.Clear();
        if (Rows.Count > VirtualiseBeyond)
        {
            _items.AddRange(Rows);
        }
    }

    private protected override async Task StartAsync()
    {
        _module = await Js.InvokeAsync<IJSObjectReference>("import", "./js/waterfall.js");
        _page = DotNetObjectReference.Create(this);
        _view = await _module.InvokeAsync<IJSObjectReference>("create", _root, _page, _seconds);
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
        if (reset && _frozen is not null)
        {
            await SetFollowing(true);
        }
    }

    private protected override async Task StopAsync()
    {
        if (_view is not null)
        {
            await _view.InvokeVoidAsync("dispose");
            await _view.DisposeAsync();
        }

        if (_module is not null)
        {
            await _module.DisposeAsync();
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
        _frozen = following ? null : Live.Requests;
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

    private Task ShowAsync(string requestId) => InvokeAsync(() => Dialogs.OpenAsync<RequestDetails>(
        "Request",
        new Dictionary<string, object?>(StringComparer.Ordinal) { [nameof(RequestDetails.RequestId)] = requestId },
        new DialogOptions { Width = "min(560px, 94vw)", CloseDialogOnOverlayClick = true, CloseDialogOnEsc = true, ShowClose = true }));

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
