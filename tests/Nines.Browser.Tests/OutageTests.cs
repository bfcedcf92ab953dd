using Microsoft.Playwright;
using Nines.Browser.Tests.Visits;

namespace Nines.Browser.Tests;

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
            var outage = page.Url;

            await page.GetByRole(AriaRole.Form, new PageGetByRoleOptions { Name = "Take it up" }).Locator("input[name=note]").FillAsync("on it");
            await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "I take care of it" }).ClickAsync();
            await Assertions.Expect(page.Locator("#outage")).ToContainTextAsync("on it");
            await Assertions.Expect(page.Locator("#outage")).ToContainTextAsync(Browsing.AdminHandle);

            await page.Locator("textarea[name=note]").FillAsync("Asked the exchange: their matching engine restarts.");
            await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Keep it" }).ClickAsync();
            await Assertions.Expect(page.Locator("#outage")).ToContainTextAsync("their matching engine restarts");

            var correct = page.Form("Correct the cause");
            await correct.Locator("select").SelectOptionAsync("upstream");
            await correct.Locator("textarea").FillAsync("The exchange said so.");
            await correct.Button("Correct").ClickAsync();
            await Assertions.Expect(page.Locator("#outage")).ToContainTextAsync("The exchange said so.");

            visit.World.Mend("exchange");
            await Assertions.Expect(page.Locator("h1")).Not.ToContainTextAsync("goes on");
            await page.GotoAsync("/outages");
            await Assertions.Expect(Row(page, outage)).ToBeVisibleAsync();
        });
    }

    [Fact]
    public async Task The_same_by_the_keyboard_alone_and_whoever_else_looks_at_it_sees_it_at_once()
    {
        var admin = await browsing.AdminAsync();
        await browsing.VisitAsync(new Visitor { LoggedIn = admin }, async visit =>
        {
            var (page, other) = (visit.Page, await visit.TabAsync());
            await page.BringToFrontAsync();
            await page.GotoAsync("/");
            await page.IsLiveAsync();
            visit.World.Break("exchange");
            var link = page.Locator("#component-exchange a[href^='/outages/']").First;
            await Assertions.Expect(link).ToBeVisibleAsync();
            await visit.EnterAsync(link);
            await Assertions.Expect(page.Heading()).ToContainTextAsync("exchange-");
            await other.GotoAsync(page.Url);
            await other.IsLiveAsync();
            await page.BringToFrontAsync();

            await visit.WriteAsync(page.Form("Take it up").Locator("input[name=note]"), "by hand");
            await page.Keyboard.PressAsync("Enter");
            foreach (var tab in new[] { page, other }) await Assertions.Expect(tab.Locator("#outage")).ToContainTextAsync("by hand");

            await visit.WriteAsync(page.Form("Write a note").Locator("textarea"), "Their desk says: ten minutes.");
            await visit.EnterAsync(page.Button("Keep it"));
            foreach (var tab in new[] { page, other }) await Assertions.Expect(tab.Locator("#outage")).ToContainTextAsync("ten minutes");

            var correct = page.Form("Correct the cause");
            await visit.ChooseAsync(correct.Locator("select"), "upstream");
            await visit.WriteAsync(correct.Locator("textarea"), "Their provider is down.");
            await visit.EnterAsync(correct.Button("Correct"));
            foreach (var tab in new[] { page, other }) await Assertions.Expect(tab.Locator("#outage")).ToContainTextAsync("Their provider is down.");

            visit.World.Mend("exchange");
            foreach (var tab in new[] { page, other }) await Assertions.Expect(tab.Locator("h1 .badge.open")).ToHaveCountAsync(0);
            await visit.EnterAsync(page.Navigation("Outages"));
            await visit.ChooseAsync(page.GetByLabel("Component"), "exchange");
            await visit.ChooseAsync(page.GetByLabel("Cause"), "upstream");
            await visit.EnterAsync(page.Button("Show"));
            await Assertions.Expect(page.Locator("#outages tbody tr").First).ToContainTextAsync("(corrected)");
            await Assertions.Expect(page.Locator("#outages tbody tr").First).ToContainTextAsync(Browsing.AdminHandle);
        });
    }

    [Fact]
    public async Task A_false_alarm_is_struck_out_and_stays_visible_until_somebody_takes_that_back_and_its_bounds_can_be_corrected()
    {
        var admin = await browsing.AdminAsync();
        await browsing.VisitAsync(new Visitor { LoggedIn = admin }, async visit =>
        {
            var page = visit.Page;
            await page.GotoAsync("/");
            visit.World.Break("exchange");
            await page.Locator("#component-exchange a[href^='/outages/']").First.ClickAsync();
            await Assertions.Expect(page.Heading()).ToContainTextAsync("exchange-");
            visit.World.Mend("exchange");
            await Assertions.Expect(page.Locator("h1 .badge.open")).ToHaveCountAsync(0);
            var outage = page.Url;

            await page.Form("It was a false alarm").Locator("textarea").FillAsync("Only our own proxy was down.");
            await page.Button("Users were served").ClickAsync();
            await Assertions.Expect(page.Heading()).ToContainTextAsync("false alarm, corrected by hand");
            await Assertions.Expect(page.Locator("#outage")).ToContainTextAsync("Only our own proxy was down.");
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Visit.Pictures, "false-alarm.png"), FullPage = true });
            await page.GotoAsync("/outages?component=exchange");
            await Assertions.Expect(Row(page, outage)).ToContainTextAsync("false alarm, by hand");
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Visit.Pictures, "false-alarm-list.png") });

            await page.GotoAsync(outage);
            var withdraw = page.Locator("form:has(input[value=withdrawn])", new PageLocatorOptions { HasText = "false alarm" });
            await withdraw.Locator("textarea").FillAsync("Users wrote that they were not served.");
            await withdraw.Button("Withdraw").ClickAsync();
            await Assertions.Expect(page.Heading()).Not.ToContainTextAsync("false alarm");

            var bounds = page.Form("Correct when it was");
            var began = await bounds.Locator("input[name=began_earliest]").GetAttributeAsync("placeholder");
            await bounds.Locator("input[name=began_earliest]").FillAsync(began!);
            await bounds.Locator("textarea").FillAsync("Their post-mortem has the instant.");
            await bounds.Button("Correct").ClickAsync();
            await Assertions.Expect(page.Locator("#outage")).ToContainTextAsync("Observed was");
            await Assertions.Expect(page.Locator("#outage")).ToContainTextAsync("Their post-mortem has the instant.");
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Visit.Pictures, "corrected.png"), FullPage = true });
            await page.SetViewportSizeAsync(390, 844);
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Visit.Pictures, "corrected-phone.png"), FullPage = true });
        });
    }

    /// <summary>Of an outage in the list.</summary>
    private static ILocator Row(IPage page, string address) => page.Locator($"#outage-{address[(address.LastIndexOf('/') + 1)..]}");
}
