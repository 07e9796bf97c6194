using FakeAi.Contracts.Queries;
using FakeAi.Dashboard.Live;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace FakeAi.Dashboard.Components.Pages.Overview;

/// <summary>Key figures, the last five minutes as charts, models, errors and services.</summary>
public sealed partial class OverviewPage
{
    private ElementReference _charts;
    private IJSObjectReference? _module;
    private IJSObjectReference? _view;
    private long _epoch = -1;
    private long _pushed;

    [Inject]
    internal BrowserClock Clock { get; set; } = null!;

    private protected override LiveTopics Topics => LiveTopics.Metrics | LiveTopics.Errors | LiveTopics.Connection;

    private protected override TimeSpan Interval => TimeSpan.FromSeconds(1);

    private MetricsSnapshot? Metrics => Live.Metrics;

    private string Window => Metrics is { WindowSeconds: > 0 and var seconds } ? $"last {(seconds % 60 == 0 ? $"{seconds / 60} min" : $"{seconds} s")}" : "";

    private protected override async Task StartAsync()
    {
        _module = await Js.InvokeAsync<IJSObjectReference>("import", "./js/charts.js");
        _view = await _module.InvokeAsync<IJSObjectReference>("create", _charts);
    }

    private protected override async Task PushAsync()
    {
        if (_view is null)
        {
            return;
        }

        // Positional, changed seconds only: some 40 bytes a second.
        var state = Live;
        var reset = state.Epoch != _epoch;
        double?[][] points =
        [
            .. state.History.Where(p => reset || p.Version > _pushed).Select(static p => Positional(p.Value)),
        ];
        // Without a connection nothing is known of the seconds since; they are no zeros.
        var heard = state.Connection.Status == LiveConnectionStatus.Connected ? null : state.LastUpdate?.ToUnixTimeMilliseconds();
        await _view.InvokeVoidAsync("push", reset, Clock.NowMs, points, heard);
        (_epoch, _pushed) = (state.Epoch, state.Version);
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
    }

    private static double?[] Positional(MetricsPoint p) =>
    [
        p.Time, p.Requests, p.Errors, p.OutputTokens, Rounded(p.TtftP50Ms), Rounded(p.TtftP95Ms), Rounded(p.LatencyP50Ms), Rounded(p.LatencyP95Ms),
    ];

    private static double? Rounded(double? value) => value is { } v ? Math.Round(v, 1) : null;
}
