using Microsoft.Playwright;
using Nines.Browser.Tests.Visits;

namespace Nines.Browser.Tests;

/// <summary>Who may do what, as people meet it.</summary>
public sealed class AccessTests(Browsing browsing)
{
    [Fact]
    public async Task The_link_that_the_watch_prints_makes_one_admin_and_no_second()
    {
        var admin = await browsing.AdminAsync();
        await browsing.VisitAsync(new Visitor { LoggedIn = admin }, async visit =>
        {
            await visit.Page.GotoAsync("/settings");
            await Assertions.Expect(visit.Page.Locator("h1")).ToBeVisibleAsync();
        });
        await browsing.VisitAsync(async visit =>
        {
            visit.Expect("/setup");
            visit.Expect("Failed to load resource");
            await visit.Page.GotoAsync(visit.World.SetUpLink);
            await Assertions.Expect(visit.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Make the first admin" })).ToHaveCountAsync(0);
        });
    }

    [Fact]
    public async Task Somebody_logs_in_without_a_script_makes_a_token_and_logs_out()
    {
        await browsing.AdminAsync();
        await browsing.VisitAsync(new Visitor { JavaScript = false }, async visit =>
        {
            var page = visit.Page;
            await page.GotoAsync("/");
            await page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Log in" }).ClickAsync();
            await page.GetByLabel("Handle").FillAsync(Browsing.AdminHandle);
            await page.GetByLabel("Password").FillAsync(Browsing.AdminPassword);
            await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Log in" }).ClickAsync();
            await Assertions.Expect(page.Locator(".console-tools")).ToContainTextAsync(Browsing.AdminHandle);

            await page.GotoAsync("/settings");
            await page.Locator("#token-name").FillAsync("a dashboard");
            await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Make a token" }).ClickAsync();
            await Assertions.Expect(page.Locator("main")).ToContainTextAsync("a dashboard");

            await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Log out", Exact = true }).ClickAsync();
            await Assertions.Expect(page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Log in" })).ToBeVisibleAsync();
        });
    }

    [Fact]
    public async Task A_wrong_password_is_told_on_the_page_and_the_handle_stays()
    {
        await browsing.AdminAsync();
        await browsing.VisitAsync(async visit =>
        {
            visit.Expect("/login");
            visit.Expect("Failed to load resource");
            await visit.Page.GotoAsync("/login");
            await visit.Page.GetByLabel("Handle").FillAsync(Browsing.AdminHandle);
            await visit.Page.GetByLabel("Password").FillAsync("not this one, surely");
            await visit.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Log in" }).ClickAsync();
            await Assertions.Expect(visit.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Not logged in");
            await Assertions.Expect(visit.Page.GetByLabel("Handle")).ToHaveValueAsync(Browsing.AdminHandle);
        });
    }

    [Fact]
    public async Task A_second_user_is_added_and_may_look_at_the_same_time()
    {
        var admin = await browsing.AdminAsync();
        await browsing.VisitAsync(new Visitor { LoggedIn = admin }, async first =>
        {
            await first.Page.GotoAsync("/settings");
            await first.Page.Locator("summary", new PageLocatorOptions { HasText = "Add" }).ClickAsync();
            await first.Page.Locator("#add-handle").FillAsync("grace");
            await first.Page.Locator("#add-role").SelectOptionAsync("viewer");
            await first.Page.Locator("#add-password").FillAsync("nine tall ships in a harbour");
            await first.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Add", Exact = true }).ClickAsync();
            await Assertions.Expect(first.Page.Locator("main")).ToContainTextAsync("grace");
            await browsing.VisitAsync(async second =>
            {
                await second.Page.GotoAsync("/login?next=/outages");
                await second.Page.GetByLabel("Handle").FillAsync("grace");
                await second.Page.GetByLabel("Password").FillAsync("nine tall ships in a harbour");
                await second.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Log in" }).ClickAsync();
                await Assertions.Expect(second.Page).ToHaveURLAsync(new Uri(second.World.Console, "/outages").AbsoluteUri);
                await Assertions.Expect(second.Page.Locator(".console-tools")).ToContainTextAsync("grace");
                await second.Page.GotoAsync("/outages/exchange-i1");
                await Assertions.Expect(second.Page.GetByText("What you can do")).ToHaveCountAsync(0);
            });
            await first.Page.ReloadAsync();
            await Assertions.Expect(first.Page.Locator(".console-tools")).ToContainTextAsync(Browsing.AdminHandle);
        });
    }
}
