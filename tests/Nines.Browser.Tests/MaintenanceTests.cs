using System.Globalization;
using Microsoft.Playwright;
using Nines.Browser.Tests.Visits;

namespace Nines.Browser.Tests;

public sealed class MaintenanceTests(Browsing browsing)
{
    [Fact]
    public async Task A_window_is_declared_by_clicks_holds_what_breaks_in_it_and_is_ended_by_the_keyboard()
    {
        var admin = await browsing.AdminAsync();
        await browsing.VisitAsync(new Visitor { LoggedIn = admin }, async visit =>
        {
            var (page, other, overview) = (visit.Page, await visit.TabAsync(), await visit.TabAsync());
            await other.GotoAsync("/maintenance");
            await other.IsLiveAsync();
            await overview.GotoAsync("/");
            await overview.IsLiveAsync();
            await page.BringToFrontAsync();
            await page.GotoAsync("/components/app");
            await page.Link("Plan or start maintenance").ClickAsync();
            await Assertions.Expect(page.Form("Declare a window").Locator("select[name=component]")).ToHaveValuesAsync(["app"]);
            await page.GetByLabel("Why").FillAsync("A new release of the app");
            await page.Button("Declare it").ClickAsync();
            var window = Row(page, "under-way", "A new release of the app");
            await Assertions.Expect(window).ToContainTextAsync(Browsing.AdminHandle);
            await Assertions.Expect(Row(other, "under-way", "A new release of the app")).ToBeVisibleAsync();

            visit.World.Break("app");
            await Assertions.Expect(overview.Locator("#component-app .state")).ToHaveTextAsync("maintenance");
            visit.World.Mend("app");
            await Assertions.Expect(overview.Locator("#component-app .state")).ToHaveTextAsync("up");

            await page.IsLiveAsync();
            await visit.EnterAsync(window.GetByRole(AriaRole.Button));
            foreach (var tab in new[] { page, other })
            {
                await Assertions.Expect(Row(tab, "over", "A new release of the app")).ToContainTextAsync($"ended early by {Browsing.AdminHandle}");
                await Assertions.Expect(Row(tab, "over", "A new release of the app")).ToContainTextAsync("app effectively down");
                await Assertions.Expect(Row(tab, "under-way", "A new release of the app")).ToHaveCountAsync(0);
            }
        });
    }

    [Fact]
    public async Task A_window_is_planned_by_the_keyboard_and_called_off_with_a_click()
    {
        var admin = await browsing.AdminAsync();
        await browsing.VisitAsync(new Visitor { LoggedIn = admin }, async visit =>
        {
            var page = visit.Page;
            var from = TimeProvider.System.GetUtcNow().AddDays(1).ToString("yyyy-MM-dd'T'HH:mm'Z'", CultureInfo.InvariantCulture);
            await page.GotoAsync("/maintenance");
            var form = page.Form("Declare a window");
            await visit.ChooseAsync(form.Locator("select[name=component]"), "bridge");
            await visit.WriteAsync(form.GetByLabel("From, UTC"), from);
            await visit.TabToAsync(form.GetByLabel("For", new LocatorGetByLabelOptions { Exact = true }));
            await page.Keyboard.PressAsync("Control+A");
            await page.Keyboard.InsertTextAsync("2h");
            await visit.WriteAsync(form.GetByLabel("Why"), "New relayers");
            await page.Keyboard.PressAsync("Enter");
            var window = Row(page, "to-come", "New relayers");
            await Assertions.Expect(window).ToContainTextAsync("bridge");
            await window.Button("Call it off").ClickAsync();
            await Assertions.Expect(Row(page, "over", "New relayers")).ToContainTextAsync("cancelled");
            await Assertions.Expect(Row(page, "to-come", "New relayers")).ToHaveCountAsync(0);
        });
    }

    [Fact]
    public async Task The_cheapest_start_is_looked_for_and_planned()
    {
        var admin = await browsing.AdminAsync();
        await browsing.VisitAsync(new Visitor { LoggedIn = admin }, async visit =>
        {
            var page = visit.Page;
            await page.GotoAsync("/maintenance");
            await page.GetByLabel("What is taken down").SelectOptionAsync("exchange");
            await page.GetByLabel("For how long").FillAsync("30m");
            await page.Button("Look").ClickAsync();
            var starts = page.GetByRole(AriaRole.Region, new PageGetByRoleOptions { Name = "The cheapest starts" });
            await Assertions.Expect(starts).ToContainTextAsync("30,000.00"); // half an hour at 60,000 USD
            await starts.GetByRole(AriaRole.Button).Last.ClickAsync(); // all cost the same; the first may begin before this test is over
            var window = Row(page, "to-come", "manual-").Filter(new LocatorFilterOptions { HasText = "exchange" });
            await Assertions.Expect(window).ToContainTextAsync("30,000");
            await window.GetByRole(AriaRole.Button).ClickAsync();
            await Assertions.Expect(window).ToHaveCountAsync(0);
        });
    }

    /// <summary>Of the table under a heading, what has these words.</summary>
    private static ILocator Row(IPage page, string heading, string words) => page.Locator($"section[aria-labelledby={heading}] tbody tr", new PageLocatorOptions { HasText = words });
}
