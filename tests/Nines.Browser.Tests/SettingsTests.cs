using System.Net;
using System.Net.Http.Headers;
using Microsoft.Playwright;
using Nines.Browser.Tests.Visits;

namespace Nines.Browser.Tests;

public sealed class SettingsTests(Browsing browsing)
{
    private const string First = "four red kites over a hill", Second = "two white swans on a pond";

    [Fact]
    public async Task A_user_is_added_changes_his_password_by_the_keyboard_is_kept_out_and_deleted()
    {
        var admin = await browsing.AdminAsync();
        await browsing.VisitAsync(new Visitor { LoggedIn = admin }, async visit =>
        {
            var page = visit.Page;
            await page.GotoAsync("/settings");
            await page.Locator("summary", new PageLocatorOptions { HasText = "Add a user" }).ClickAsync();
            await page.Locator("#add-handle").FillAsync("linus");
            await page.Locator("#add-role").SelectOptionAsync("viewer");
            await page.Locator("#add-password").FillAsync(First);
            await page.Button("Add").ClickAsync();
            var row = page.Locator("section[aria-labelledby=users] tbody tr", new PageLocatorOptions { HasText = "linus" });
            await Assertions.Expect(row).ToContainTextAsync("viewer");

            await browsing.VisitAsync(async his =>
            {
                var own = his.Page;
                await own.GotoAsync("/login?next=/settings");
                await his.WriteAsync(own.GetByLabel("Handle"), "linus");
                await his.WriteAsync(own.GetByLabel("Password"), First);
                await own.Keyboard.PressAsync("Enter");
                await Assertions.Expect(own.Locator("main")).ToContainTextAsync("You are linus");
                await Assertions.Expect(own.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "Users" })).ToHaveCountAsync(0);
                await his.EnterAsync(own.Locator("summary", new PageLocatorOptions { HasText = "Change it" }));
                await his.WriteAsync(own.GetByLabel("Password now"), First);
                await his.WriteAsync(own.GetByLabel("New password", new PageGetByLabelOptions { Exact = true }), Second);
                await his.WriteAsync(own.GetByLabel("New password again"), Second);
                await own.Keyboard.PressAsync("Enter");
                await Assertions.Expect(own.GetByRole(AriaRole.Status).Last).ToContainTextAsync("Your password is changed");

                // Another role ends his sessions: he logs in again, and may do more.
                await ChangeAsync(page, "linus", () => page.Locator("#change-role").SelectOptionAsync("responder"), "Give this role");
                await Assertions.Expect(row).ToContainTextAsync("responder");
                await own.GotoAsync("/outages/exchange-i1");
                await Assertions.Expect(own.Button("Keep it")).ToHaveCountAsync(0);
                await own.GotoAsync("/login?next=/outages/exchange-i1");
                await own.GetByLabel("Handle").FillAsync("linus");
                await own.GetByLabel("Password").FillAsync(Second);
                await own.Button("Log in").ClickAsync();
                await Assertions.Expect(own.Button("Keep it")).ToBeVisibleAsync();

                await ChangeAsync(page, "linus", null, "Do not let in any more");
                await Assertions.Expect(row).ToContainTextAsync("no");
                await own.GotoAsync("/settings");
                await Assertions.Expect(own.Link("Log in").First).ToBeVisibleAsync(); // whoever is not logged in may look here, and no more
                await Assertions.Expect(own.Locator("main")).Not.ToContainTextAsync("linus");
            });

            await ChangeAsync(page, "linus", () => page.Locator("#change-sure").CheckAsync(), "Delete");
            await Assertions.Expect(row).ToHaveCountAsync(0);
        });
    }

    [Fact]
    public async Task A_token_that_is_made_works_until_it_is_revoked()
    {
        var admin = await browsing.AdminAsync();
        await browsing.VisitAsync(new Visitor { LoggedIn = admin }, async visit =>
        {
            var page = visit.Page;
            await page.GotoAsync("/settings");
            await visit.WriteAsync(page.Locator("#token-name"), "a pager");
            await visit.EnterAsync(page.Button("Make a token"));
            var token = await page.Locator("#new-token").InnerTextAsync();
            Assert.Equal(HttpStatusCode.OK, await AskAsync(visit, token));
            var row = page.Locator("section[aria-labelledby=tokens] tbody tr", new PageLocatorOptions { HasText = "a pager" });
            await visit.EnterAsync(row.GetByRole(AriaRole.Button));
            await Assertions.Expect(page.GetByRole(AriaRole.Status).Last).ToContainTextAsync("The token is revoked");
            await Assertions.Expect(row).ToHaveCountAsync(0);
            Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(visit, token));
        });
    }

    [Fact]
    public async Task The_config_is_loaded_again_and_shown_as_it_was_understood()
    {
        var admin = await browsing.AdminAsync();
        await browsing.VisitAsync(new Visitor { LoggedIn = admin }, async visit =>
        {
            var page = visit.Page;
            await page.GotoAsync("/settings");
            await page.Button("Load it again").ClickAsync();
            await Assertions.Expect(page.GetByRole(AriaRole.Status).Last).ToContainTextAsync("no component is another than before");
            await visit.EnterAsync(page.Locator("summary", new PageLocatorOptions { HasText = "As it was understood" }));
            await Assertions.Expect(page.Locator(".config-text")).ToContainTextAsync("price-oracle");
        });
    }

    [Fact]
    public async Task A_session_is_ended_from_another_browser()
    {
        await browsing.AdminAsync();
        await browsing.VisitAsync(async here => await browsing.VisitAsync(async there =>
        {
            foreach (var visit in new[] { here, there })
            {
                await visit.Page.GotoAsync("/login?next=/settings");
                await visit.Page.GetByLabel("Handle").FillAsync(Browsing.AdminHandle);
                await visit.Page.GetByLabel("Password").FillAsync(Browsing.AdminPassword);
                await visit.Page.Button("Log in").ClickAsync();
                await Assertions.Expect(visit.Page.Locator("main")).ToContainTextAsync($"You are {Browsing.AdminHandle}");
            }
            await Assertions.Expect(there.Page.Locator("section[aria-labelledby=own-sessions]")).ToContainTextAsync("Chrome on Linux (this one)");
            await here.Page.ReloadAsync();
            // The newest that is not this one is the one there.
            var others = here.Page.Locator("section[aria-labelledby=own-sessions] tbody tr", new PageLocatorOptions { HasNotText = "(this one)" });
            var before = await others.CountAsync();
            await (await NewestAsync(others)).GetByRole(AriaRole.Button).ClickAsync();
            await Assertions.Expect(others).ToHaveCountAsync(before - 1);
            await there.Page.ReloadAsync();
            await Assertions.Expect(there.Page.Locator("main")).ToContainTextAsync("without having logged in");
        }));
    }

    private static async Task<ILocator> NewestAsync(ILocator rows)
    {
        var times = await rows.EvaluateAllAsync<string[]>("rows => rows.map(row => row.querySelector('time').dateTime)");
        return rows.Nth(Array.IndexOf(times, times.Max(StringComparer.Ordinal)));
    }

    private static async Task ChangeAsync(IPage page, string handle, Func<Task>? fill, string button)
    {
        await page.GotoAsync("/settings");
        await page.Locator("summary", new PageLocatorOptions { HasText = "Change a user" }).ClickAsync();
        await page.Locator("#change-handle").SelectOptionAsync(handle);
        if (fill is not null) await fill();
        await page.Button(button).ClickAsync();
    }

    private static async Task<HttpStatusCode> AskAsync(Visit visit, string token)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(visit.World.Console, "/api/v1/overview"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await client.SendAsync(request);
        return answer.StatusCode;
    }
}
