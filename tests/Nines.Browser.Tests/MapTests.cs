using Microsoft.Playwright;
using Nines.Browser.Tests.Visits;

namespace Nines.Browser.Tests;

public sealed class MapTests(Browsing browsing)
{
    [Fact]
    public Task A_click_on_a_box_leads_to_the_component_and_from_there_to_what_stands_around_it() => browsing.VisitAsync(async visit =>
    {
        var page = visit.Page;
        await page.GotoAsync("/");
        await page.Navigation("Map").ClickAsync();
        await page.Locator(".graph a[href='/components/rpc']").ClickAsync();
        await Assertions.Expect(page.Heading()).ToHaveTextAsync("rpc");
        await page.Locator(".neighbours").Link("rpc-oregon").First.ClickAsync();
        await Assertions.Expect(page.Heading()).ToHaveTextAsync("rpc-oregon");
        await page.GoBackAsync();
        await page.GoBackAsync();
        await page.Locator("select[name=around]").SelectOptionAsync("exchange");
        await page.Button("Show").ClickAsync();
        await Assertions.Expect(page.Heading()).ToHaveTextAsync("Map around exchange");
        await Assertions.Expect(page.Locator("#node-custody")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#node-bridge")).ToHaveCountAsync(0);
        await page.Link("Everything").ClickAsync();
        await Assertions.Expect(page.Locator("#node-bridge")).ToBeVisibleAsync();
    });

    [Fact]
    public Task By_the_keyboard_around_a_component_whose_outage_shows_on_both_maps_without_a_reload() => browsing.VisitAsync(async visit =>
    {
        var (page, whole) = (visit.Page, await visit.TabAsync());
        await whole.GotoAsync("/map");
        await whole.IsLiveAsync();
        await page.BringToFrontAsync();
        await page.GotoAsync("/map");
        await visit.ChooseAsync(page.Locator("select[name=around]"), "exchange");
        await visit.EnterAsync(page.Button("Show"));
        await Assertions.Expect(page.Heading()).ToHaveTextAsync("Map around exchange");
        await page.IsLiveAsync();
        visit.World.Break("custody");
        foreach (var map in new[] { page, whole })
        {
            await Assertions.Expect(map.Locator("#node-custody .state")).ToHaveTextAsync("effectively down");
            await Assertions.Expect(map.Locator(".graph a[href='/components/custody']")).ToContainTextAsync("effectively down");
        }
        await visit.EnterAsync(page.Locator("#node-custody .fact"));
        await Assertions.Expect(page.Heading()).ToContainTextAsync("custody-");
    });
}
