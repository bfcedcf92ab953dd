using Microsoft.Playwright;
using Nines.Browser.Tests.Visits;

namespace Nines.Browser.Tests;

[Collection(Browsing.Name)]
public sealed class OutageTests(Browsing browsing)
{
    [Fact]
    public async Task An_outage_is_taken_up_noted_and_its_cause_corrected_from_the_overview_on()
    {
        var admin = await browsing.AdminAsync();
        await browsing.VisitAsync(new Visitor { LoggedIn = admin }, async visit =>
        {
            var page = visit.Page;
            await page.GotoAsync("/");
            visit.World.Break("exchange");
            await page.Locator("#component-exchange a[href^='/outages/']").First.ClickAsync();
            await Assertions.Expect(page.Locator("h1")).ToContainTextAsync("exchange-");

            await page.GetByRole(AriaRole.Form, new PageGetByRoleOptions { Name = "Take it up" }).Locator("input[name=note]").FillAsync("on it");
            await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "I take care of it" }).ClickAsync();
            await Assertions.Expect(page.Locator("#outage")).ToContainTextAsync("on it");
            await Assertions.Expect(page.Locator("#outage")).ToContainTextAsync(Browsing.AdminHandle);

            await page.Locator("textarea[name=note]").FillAsync("Asked the exchange: their matching engine restarts.");
            await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Keep it" }).ClickAsync();
            await Assertions.Expect(page.Locator("#outage")).ToContainTextAsync("their matching engine restarts");

            await page.Locator("select[name=cause]").SelectOptionAsync("upstream");
            await page.Locator("textarea[name=because]").FillAsync("The exchange said so.");
            await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Correct", Exact = true }).ClickAsync();
            await Assertions.Expect(page.Locator("#outage")).ToContainTextAsync("The exchange said so.");

            visit.World.Mend("exchange");
            await Assertions.Expect(page.Locator("h1")).Not.ToContainTextAsync("goes on");
            await page.GoBackAsync();
            await page.GotoAsync("/outages");
            await Assertions.Expect(page.Locator("main")).ToContainTextAsync("exchange-1");
        });
    }
}
