using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Nines.Browser.Tests.Visits;

namespace Nines.Browser.Tests;

/// <summary>A watch that has just begun: nobody can log in, and nothing is on record.</summary>
public sealed class FirstStepsTests(Browsing browsing)
{
    private const string Handle = "lin", Password = "five brown owls in a barn";

    [Fact]
    public Task From_the_link_to_the_first_log_in_by_the_keyboard_alone_and_every_page_says_that_it_is_empty() => browsing.VisitNewAsync(async visit =>
    {
        var page = visit.Page;
        visit.Expect("Failed to load resource"); // the form that comes back with its mistake
        visit.Expect("/setup was answered with 400");
        await page.GotoAsync("/");
        await Assertions.Expect(page.Heading()).ToHaveTextAsync("Log in");
        await Assertions.Expect(page.Locator(".console-nav, #live-state")).ToHaveCountAsync(0); // nothing is offered that he cannot have

        await page.GotoAsync(visit.World.SetUpLink);
        await visit.WriteAsync(page.GetByLabel("Handle"), Handle);
        await visit.WriteAsync(page.GetByLabel("Password", Exactly), Password);
        await visit.WriteAsync(page.GetByLabel("Password again"), "six brown owls in a barn");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("the two passwords differ");
        await Assertions.Expect(page.GetByLabel("Handle")).ToHaveValueAsync(Handle);
        await visit.WriteAsync(page.GetByLabel("Password", Exactly), Password);
        await visit.WriteAsync(page.GetByLabel("Password again"), Password);
        await visit.EnterAsync(page.Button("Make the first admin"));
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/settings$"));
        await Assertions.Expect(page.Locator(".console-tools")).ToContainTextAsync(Handle);

        foreach (var (name, says) in new[]
        {
            ("Outages", "No outage on record is like that."), ("Map", "No single point of failure"), ("Maintenance", "None under way."), ("Incidents", "There is no status page"), ("Journal", $"{Handle}: set up"), ("Overview", "shop"),
        })
        {
            await visit.EnterAsync(page.Navigation(name));
            await Assertions.Expect(page.Locator("main")).ToContainTextAsync(says);
        }

        await visit.EnterAsync(page.Locator(".console-tools").Link(Handle));
        await visit.EnterAsync(page.Button("Log out"));
        await visit.WriteAsync(page.GetByLabel("Handle"), Handle);
        await visit.WriteAsync(page.GetByLabel("Password"), Password);
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#component-shop .state")).ToHaveTextAsync("up");
    });

    private static readonly PageGetByLabelOptions Exactly = new() { Exact = true };
}
