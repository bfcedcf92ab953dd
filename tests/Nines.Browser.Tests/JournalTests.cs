using Microsoft.Playwright;
using Nines.Browser.Tests.Visits;

namespace Nines.Browser.Tests;

public sealed class JournalTests(Browsing browsing)
{
    [Fact]
    public Task What_happens_comes_to_the_top_and_a_click_leads_to_the_fact_its_neighbours_and_its_outage() => browsing.VisitAsync(async visit =>
    {
        var page = visit.Page;
        await page.GotoAsync("/");
        await page.Navigation("Journal").ClickAsync();
        await page.GetByLabel("Component").FillAsync("app");
        await page.GetByLabel("Kind").SelectOptionAsync("timeline_revised");
        await page.Button("Search").ClickAsync();
        await page.IsLiveAsync();
        var top = page.Locator("#facts tbody th a").First;
        var before = await top.InnerTextAsync();
        visit.World.Break("app");
        await Assertions.Expect(top).Not.ToHaveTextAsync(before); // without a reload
        // A suspicion that has no name yet may come first.
        var row = page.Locator("#facts tbody tr", new PageLocatorOptions { Has = page.Locator("a[href^='/outages/app-']") }).First;
        await row.GetByRole(AriaRole.Link).First.ClickAsync();
        await Assertions.Expect(page.Heading()).ToContainTextAsync("timeline revised");
        var here = await page.Heading().InnerTextAsync();
        await page.Locator("a[rel=prev]").ClickAsync();
        await Assertions.Expect(page.Heading()).Not.ToHaveTextAsync(here);
        await page.Locator("a[rel=next]").ClickAsync();
        await Assertions.Expect(page.Heading()).ToHaveTextAsync(here);
        await page.Locator("main a[href^='/outages/app-']").First.ClickAsync();
        await Assertions.Expect(page.Heading()).ToContainTextAsync("app-");
    });

    [Fact]
    public async Task By_the_keyboard_to_the_config_that_is_on_record_and_back() => await browsing.VisitAsync(new Visitor { LoggedIn = await browsing.AdminAsync() }, async visit =>
    {
        var page = visit.Page;
        await page.GotoAsync("/journal");
        await visit.ChooseAsync(page.GetByLabel("Kind"), "config_loaded");
        await visit.EnterAsync(page.Button("Search"));
        var first = page.Locator("#facts tbody tr").First;
        await Assertions.Expect(first).ToContainTextAsync("took effect");
        await visit.EnterAsync(first.GetByRole(AriaRole.Link).First);
        await Assertions.Expect(page.Heading()).ToContainTextAsync("config loaded");
        await visit.EnterAsync(page.Locator("summary", new PageLocatorOptions { HasText = "As JSON" }));
        await Assertions.Expect(page.Locator(".fact-json")).ToContainTextAsync("config_loaded");
        await visit.EnterAsync(page.Link("In the journal"));
        await Assertions.Expect(page.Locator("#facts tbody tr").First).ToContainTextAsync("took effect");
    });
}
