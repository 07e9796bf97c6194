using System.Text.RegularExpressions;
using FakeAi.Contracts.Live;
using FakeAi.Contracts.Queries;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace FakeAi.Dashboard.Tests;

/// <summary>The pages in a real browser, served by the real program, fed by a hub that speaks the contract.</summary>
public sealed class PagesTests : IAsyncLifetime
{
    private FakeCollector _collector = null!;
    private DashboardProcess _dashboard = null!;
    private Browser _browser = null!;

    public async ValueTask InitializeAsync()
    {
        _browser = await Browser.StartAsync();
        _collector = await FakeCollector.StartAsync();
        _dashboard = await DashboardProcess.StartAsync(_collector.Address);
    }

    public async ValueTask DisposeAsync()
    {
        if (_dashboard is not null)
        {
            await _dashboard.DisposeAsync();
        }

        if (_collector is not null)
        {
            await _collector.DisposeAsync();
        }

        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }
    }

    [Fact]
    public async Task Pages_TwentyRequests_AreSeenLiveWithoutReload()
    {
        var overview = await _browser.OpenAsync(_dashboard.Address);
        var waterfall = await _browser.OpenAsync(new Uri(_dashboard.Address, "waterfall"), ColorScheme.Light, 360);
        await Expect(overview.GetByTestId("connection")).ToHaveAttributeAsync("data-state", "connected");
        await Expect(overview.GetByTestId("kpi-total-requests")).ToHaveAttributeAsync("data-value", "0");
        await Expect(overview.GetByTestId("kpi-ttft-p50")).ToContainTextAsync("–");
        await Expect(overview.GetByTestId("empty-curl")).ToContainTextAsync($"curl -N {DashboardProcess.Gateway}/v1/chat/completions");
        await overview.GetByTestId("empty-copy").ClickAsync();
        Assert.StartsWith("curl -N ", await overview.EvaluateAsync<string>("navigator.clipboard.readText()"), StringComparison.Ordinal);
        await Expect(waterfall.GetByTestId("empty-state")).ToBeVisibleAsync();
        await overview.EvaluateAsync("window.unreloaded = true");
        await waterfall.EvaluateAsync("window.unreloaded = true");

        PushTwenty();

        await Expect(overview.GetByTestId("kpi-total-requests")).ToHaveAttributeAsync("data-value", "20");
        await Expect(overview.GetByTestId("kpi-total-requests")).ToContainTextAsync("20");
        await Expect(overview.GetByTestId("kpi-ttft-p50")).ToContainTextAsync("182 ms");
        await Expect(overview.GetByTestId("empty-state")).ToHaveCountAsync(0);
        await Expect(overview.GetByTestId("model-row")).ToHaveCountAsync(1);
        await Expect(overview.GetByTestId("service-item")).ToHaveCountAsync(1);
        await Expect(overview.GetByTestId("error-item")).ToContainTextAsync("<b>bad</b> & wrong");
        await Expect(overview.Locator(".chart-canvas canvas")).ToHaveCountAsync(4);
        await Expect(overview.GetByTestId("chart-traffic").GetByRole(AriaRole.Img)).ToHaveAttributeAsync("aria-label", Like("requests now .*, highest 20"));
        await Expect(waterfall.GetByTestId("waterfall-item")).ToHaveCountAsync(20);
        await Expect(waterfall.GetByTestId("waterfall-canvas")).ToHaveAttributeAsync("aria-label", Like("^Waterfall of 20 requests, 1 under way, 1 failed"));
        Assert.True(await overview.EvaluateAsync<bool>("window.unreloaded === true"));
        Assert.True(await waterfall.EvaluateAsync<bool>("window.unreloaded === true"));
        Assert.True(await waterfall.EvaluateAsync<int>("document.documentElement.scrollWidth") <= 360);
        AssertQuiet();
    }

    [Fact]
    public async Task Waterfall_ItemChosen_ShowsDetailsAndFollowsIt()
    {
        var start = StartOf(19);
        PushTwenty();
        var page = await _browser.OpenAsync(new Uri(_dashboard.Address, "waterfall"));
        var item = page.Locator($"[data-request-id='{Sample.Id(19)}']");
        await Expect(item).ToHaveAttributeAsync("data-status", "active");

        await item.GetByRole(AriaRole.Button).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        var details = page.GetByTestId("request-details");
        await Expect(details).ToContainTextAsync("under way");
        await page.GetByTestId("copy-request-id").ClickAsync();
        Assert.Equal(Sample.Id(19), await page.EvaluateAsync<string>("navigator.clipboard.readText()"));

        _collector.Push(new LiveWaterfall([Sample.Ended(19, start)]));
        await Expect(details).ToContainTextAsync("completed 200 (stop)");
        await Expect(details).ToContainTextAsync("1.20 s");
        await page.Keyboard.PressAsync("Escape");
        await Expect(details).ToHaveCountAsync(0);
        await Expect(item.GetByRole(AriaRole.Button)).ToBeFocusedAsync();

        // Nothing slides away from under the focus; what the rows say goes on.
        _collector.Push(new LiveWaterfall([Sample.Ended(19, start, 33), .. Enumerable.Range(100, 300).Select(n => Sample.Ended(n, StartOf(19) + 1 + (n / 1000.0)))]));
        await Expect(page.GetByTestId("list-held")).ToHaveTextAsync("Held while you are in it, 300 new");
        await Expect(page.GetByTestId("waterfall-item")).ToHaveCountAsync(20);
        await Expect(item).ToContainTextAsync("33");
        await page.GetByTestId("waterfall-follow").FocusAsync();
        await Expect(page.GetByTestId("list-held")).ToHaveCountAsync(0);
        await Expect(page.GetByTestId("waterfall-count")).ToHaveTextAsync("320");
        // Beyond 200 only what can be seen is in the page.
        await Expect(page.GetByTestId("waterfall-item").Nth(9)).ToBeAttachedAsync();
        Assert.InRange(await page.GetByTestId("waterfall-item").CountAsync(), 10, 200);
        AssertQuiet();
    }

    [Fact]
    public async Task Waterfall_DraggedBack_StandsStillUntilFollowedAgain()
    {
        PushTwenty();
        var page = await _browser.OpenAsync(new Uri(_dashboard.Address, "waterfall"));
        await Expect(page.GetByTestId("waterfall-item")).ToHaveCountAsync(20);

        var box = (await page.GetByTestId("waterfall-canvas").BoundingBoxAsync())!;
        await page.Mouse.MoveAsync(box.X + (box.Width / 2), box.Y + box.Height - 20);
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(box.X + (box.Width / 2) + 120, box.Y + box.Height - 20, new() { Steps = 5 });
        await page.Mouse.UpAsync();
        await Expect(page.GetByTestId("waterfall-paused")).ToHaveTextAsync("Paused");

        _collector.Push(new LiveWaterfall([Sample.Ended(50, StartOf(19) + 5), Sample.Ended(51, StartOf(19) + 6)]));
        await Expect(page.GetByTestId("waterfall-paused")).ToHaveTextAsync("Paused, 2 new");
        await Expect(page.GetByTestId("waterfall-item")).ToHaveCountAsync(20);
        await page.GetByTestId("waterfall-follow").ClickAsync();
        await Expect(page.GetByTestId("waterfall-item")).ToHaveCountAsync(22);
        AssertQuiet();
    }

    [Fact]
    public async Task Pages_LeftWhileTheyLoad_LeaveNothingRunning()
    {
        // Charts and waterfall each watch the theme for as long as they live.
        const string Count = """
            window.watchers = 0;
            const add = document.addEventListener, remove = document.removeEventListener;
            document.addEventListener = function (type) { window.watchers += type === 'fakeai:theme'; return add.apply(this, arguments); };
            document.removeEventListener = function (type) { window.watchers -= type === 'fakeai:theme'; return remove.apply(this, arguments); };
            """;
        PushTwenty();
        var page = await _browser.OpenAsync(_dashboard.Address);
        await Expect(page.Locator(".chart-canvas canvas")).ToHaveCountAsync(4);
        await page.Context.AddInitScriptAsync(Count);
        await page.ReloadAsync();
        await Expect(page.Locator(".chart-canvas canvas")).ToHaveCountAsync(4);

        for (var i = 0; i < 10; i++)
        {
            await page.EvaluateAsync("for (const name of ['waterfall', 'overview']) document.querySelector(`[data-testid=nav-${name}]`).click()");
        }

        await page.GetByTestId("nav-waterfall").ClickAsync();
        await Expect(page.GetByTestId("waterfall-canvas")).ToHaveAttributeAsync("aria-label", Like("^Waterfall of 20"));
        await page.WaitForFunctionAsync("window.watchers === 1");
        AssertQuiet();
    }

    [Fact]
    public async Task Theme_FollowsSystemAndToggleIsKept()
    {
        // Asked without waiting: it must be right from the first paint.
        const string Theme = "document.documentElement.dataset.theme";
        var page = await _browser.OpenAsync(_dashboard.Address, ColorScheme.Light);
        Assert.Equal("light", await page.EvaluateAsync<string>(Theme));
        await Expect(page.GetByTestId("kpi-total-requests")).ToBeVisibleAsync();
        var light = await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");

        await page.GetByTestId("theme-toggle").ClickAsync();
        await Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        Assert.NotEqual(light, await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"));

        await page.ReloadAsync();
        Assert.Equal("dark", await page.EvaluateAsync<string>(Theme));

        // Before the page is live again a click is lost.
        await Expect(page.GetByTestId("kpi-total-requests")).ToBeVisibleAsync();
        await page.GetByTestId("theme-toggle").ClickAsync();
        await Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "light");
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        AssertQuiet();
    }

    [Fact]
    public async Task Circuit_DashboardRestarts_PageComesBackByItself()
    {
        PushTwenty();
        var page = await _browser.OpenAsync(_dashboard.Address);
        await Expect(page.GetByTestId("kpi-total-requests")).ToHaveAttributeAsync("data-value", "20");

        await _dashboard.DisposeAsync();
        await Expect(page.GetByText("Reconnecting to the dashboard")).ToBeVisibleAsync();

        _collector.Push(new LiveReset(), Sample.Welcome(new MetricsSnapshot { Timestamp = 1, TotalRequests = 33 }));
        _dashboard = await DashboardProcess.StartAsync(_collector.Address, _dashboard.Address.Port);
        await Expect(page.GetByTestId("kpi-total-requests")).ToHaveAttributeAsync("data-value", "33");
        await Expect(page.Locator("#components-reconnect-modal")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Connection_CollectorGoesAndComes_IsToldAndDataAreKept()
    {
        PushTwenty();
        var page = await _browser.OpenAsync(_dashboard.Address);
        await Expect(page.GetByTestId("kpi-total-requests")).ToHaveAttributeAsync("data-value", "20");
        await Expect(page.GetByTestId("connection-latency")).ToContainTextAsync("ms");

        await _collector.DisposeAsync();
        await Expect(page.GetByTestId("connection")).ToContainTextAsync("Reconnecting, attempt");
        await Expect(page.GetByTestId("last-update")).ToContainTextAsync(Like("last update, \\d\\d:\\d\\d:\\d\\d"));
        await Expect(page.GetByTestId("kpi-total-requests")).ToHaveAttributeAsync("data-value", "20");
        await Expect(page.GetByTestId("chart-traffic").GetByRole(AriaRole.Img)).ToHaveAttributeAsync("aria-label", Like("requests now –, highest 20"));
        using var client = new HttpClient();
        Assert.True((await client.GetAsync(new Uri(_dashboard.Address, "health"), TestContext.Current.CancellationToken)).IsSuccessStatusCode);

        await using var restarted = await FakeCollector.StartAsync(Sample.Welcome(new MetricsSnapshot { Timestamp = 1, TotalRequests = 21 }), _collector.Address.Port);
        await Expect(page.GetByTestId("kpi-total-requests")).ToHaveAttributeAsync("data-value", "21");
        await Expect(page.GetByTestId("stale-banner")).ToHaveCountAsync(0);
        AssertQuiet();
    }

    private static Regex Like(string pattern) => new(pattern, RegexOptions.None, TimeSpan.FromSeconds(1));

    private static double StartOf(int n) => (TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0) - 20 + (n % 20);

    private void PushTwenty()
    {
        var second = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - 5;
        WaterfallRow[] rows =
        [
            .. Enumerable.Range(0, 17).Select(n => Sample.Ended(n, StartOf(n))), Sample.Ended(17, StartOf(17), status: "failed"),
            Sample.Ended(18, StartOf(18), status: "cancelled"), Sample.Active(19, StartOf(19), tokens: 7),
        ];
        var snapshot = new MetricsSnapshot
        {
            Timestamp = second * 1000,
            WindowSeconds = 60,
            TotalRequests = 20,
            ActiveStreams = 1,
            TtftMs = new Percentiles(182.4, 260, 300, 19),
            ByModel = [new ModelMetrics { Model = "gpt-4o-mini", Requests = 20 }],
            Instances = [new InstanceHealth("engine-0-1f2e", "engine", 1, 10, 2.5, 1 << 27, 1, 0, 0)],
        };
        MetricsPoint[] points = [Sample.Point(second, 20, 400)];
        ErrorItem[] errors = [Sample.Error(1)];
        var welcome = Sample.Welcome(snapshot, points, rows, errors);
        _collector.Push(new LiveMetrics(snapshot, points), welcome);
        _collector.Push(new LiveWaterfall(rows));
        _collector.Push(new LiveError(errors[0]));
    }

    private void AssertQuiet()
    {
        Assert.Empty(_browser.Errors);
        Assert.NotEmpty(_browser.Requests);
        Assert.All(_browser.Requests, r => Assert.Equal(_dashboard.Address.Authority, r.Authority));
        Assert.DoesNotContain("fail:", _dashboard.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("crit:", _dashboard.Output, StringComparison.Ordinal);
    }
}
