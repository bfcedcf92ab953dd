using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Nines.Browser.Tests.Visits;

namespace Nines.Browser.Tests;

public sealed partial class ComponentTests(Browsing browsing)
{
    [Fact]
    public async Task Looking_is_paused_and_resumed_by_clicks_and_the_overview_says_so_meanwhile()
    {
        var admin = await browsing.AdminAsync();
        await browsing.VisitAsync(new Visitor { LoggedIn = admin }, async visit =>
        {
            var (page, overview) = (visit.Page, await visit.TabAsync());
            await overview.GotoAsync("/");
            await overview.IsLiveAsync();
            await page.BringToFrontAsync();
            await page.GotoAsync("/");
            await page.Locator("#link-bridge").ClickAsync();
            await page.GetByLabel("Reason").FillAsync("The bridge is being moved");
            await page.Button("Pause").ClickAsync();
            await Assertions.Expect(page.Button("Resume")).ToBeVisibleAsync();
            await Assertions.Expect(overview.Locator("#component-bridge")).ToContainTextAsync($"paused by {Browsing.AdminHandle}");
            await page.Button("Resume").ClickAsync();
            await Assertions.Expect(page.Button("Pause")).ToBeVisibleAsync();
            await Assertions.Expect(overview.Locator("#component-bridge")).Not.ToContainTextAsync("paused");
            await Assertions.Expect(overview.Locator("#component-bridge .state")).ToHaveTextAsync("up");
        });
    }

    [Fact]
    public async Task A_component_is_looked_at_by_a_click_and_the_page_shows_what_was_seen_from_where()
    {
        var admin = await browsing.AdminAsync();
        await browsing.VisitAsync(new Visitor { LoggedIn = admin }, async visit =>
        {
            var page = visit.Page;
            await page.GotoAsync("/components/price-oracle");
            await page.Button("Look now").ClickAsync();
            var looked = page.Locator("#looked");
            await Assertions.Expect(looked).ToContainTextAsync($"{Browsing.AdminHandle} had it looked at");
            await Assertions.Expect(looked.Locator("tbody tr")).ToHaveCountAsync(3);
            foreach (var place in (string[])["frankfurt", "zurich", "oregon"]) await Assertions.Expect(looked).ToContainTextAsync(place);
            await page.GotoAsync("/journal?kind=look_asked");
            await Assertions.Expect(page.Locator("main")).ToContainTextAsync($"{Browsing.AdminHandle} had price-oracle looked at");
        });
    }

    [Fact]
    public Task By_the_keyboard_from_the_filter_to_seven_days_under_another_policy_with_their_table() => browsing.VisitAsync(async visit =>
    {
        var page = visit.Page;
        await page.GotoAsync("/");
        await page.IsLiveAsync(); // from now on '/' leads to the filter
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("rpc-fr");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#components-title")).ToHaveTextAsync("1 component found");
        await visit.EnterAsync(page.Locator("#link-rpc-frankfurt"));
        await Assertions.Expect(page.Heading()).ToHaveTextAsync("rpc-frankfurt");

        await visit.EnterAsync(page.Locator("#timeline").Link("7d"));
        await Assertions.Expect(page.Locator("#timeline [aria-current]")).ToHaveTextAsync("7d");
        await visit.EnterAsync(page.Locator("#timeline summary"));
        await Assertions.Expect(page.Locator("#timeline table")).ToContainTextAsync("rpc-frankfurt-i3"); // the restart of two days ago

        var policies = page.Locator("select[name=policy]");
        await visit.ChooseAsync(policies, "lenient");
        await visit.EnterAsync(page.Button("Show figures under it"));
        await Assertions.Expect(page).ToHaveURLAsync(SevenDaysLeniently());
        await Assertions.Expect(page.Locator("#availability-title")).ToContainTextAsync("under lenient");
        await Assertions.Expect(page.Locator("#timeline [aria-current]")).ToHaveTextAsync("7d");
    });

    [GeneratedRegex(@"\?.*policy=lenient.*span=7d|\?.*span=7d.*policy=lenient")]
    private static partial Regex SevenDaysLeniently();
}
