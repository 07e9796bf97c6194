using Microsoft.Playwright;

namespace FakeAi.E2E.Tests;

/// <summary>The dashboard in a real Chromium, fed by real requests.</summary>
public sealed class DashboardTests(RunningSystem system)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Overview_TwentyRequests_RisesByTwentyAndTheWaterfallListsThemWithoutReload()
    {
        await system.ResetAsync(Token);
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Environment.GetEnvironmentVariable("FAKEAI_CHROMIUM") ?? "/usr/bin/chromium",
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync",
            ],
        });
        var page = await browser.NewPageAsync();
        List<string> problems = [];
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                problems.Add(message.Text);
            }
        };
        page.Request += (_, request) =>
        {
            if (new Uri(request.Url) is { IsLoopback: false, Scheme: "http" or "https" })
            {
                problems.Add("asked " + request.Url);
            }
        };
        page.FrameNavigated += (_, _) => problems.Add("navigated");

        await page.GotoAsync(system.Dashboard.ToString());
        var total = page.GetByTestId("kpi-total-requests");
        await Assertions.Expect(total).ToBeVisibleAsync(new() { Timeout = 30_000 });
        await Assertions.Expect(total).ToHaveAttributeAsync("data-value", "0", new() { Timeout = 30_000 });
        problems.Clear();

        for (var i = 0; i < 20; i++)
        {
            using var answer = await system.ChatAsync(
                $$"""{"model":"gpt-4o-mini","stream":true,"seed":{{i}},"max_tokens":8,"messages":[{"role":"user","content":"Hi"}]}""",
                Token, headers: [("x-fakeai-ttft-ms", "10"), ("x-fakeai-itl-ms", "1")]);
            answer.EnsureSuccessStatusCode();
            await answer.Content.ReadAsStringAsync(Token);
        }

        await Assertions.Expect(total).ToHaveAttributeAsync("data-value", "20", new() { Timeout = 30_000 });
        Assert.Empty(problems);
        await page.GetByRole(AriaRole.Link, new() { Name = "Waterfall" }).ClickAsync();
        var items = page.GetByTestId("waterfall-item");
        await Assertions.Expect(items).ToHaveCountAsync(20, new() { Timeout = 30_000 });

        // The page stays and shows what happens next as well.
        using (var more = await system.ChatAsync("""{"model":"gpt-4o-mini"}""", Token))
        {
            Assert.Equal(400, (int)more.StatusCode);
        }

        await Assertions.Expect(items).ToHaveCountAsync(21, new() { Timeout = 30_000 });
        Assert.DoesNotContain(problems, p => p.StartsWith("asked ", StringComparison.Ordinal));
        Assert.Equal(21, (await system.SnapshotAsync(s => s.TotalRequests >= 21, Token)).TotalRequests);
    }
}
