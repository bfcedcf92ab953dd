using Microsoft.Playwright;
using Nines.Browser.Tests.Visits;

namespace Nines.Browser.Tests;

/// <summary>The page that the public sees: no script, nothing of ours beside it.</summary>
public sealed class StatusPageTests(Browsing browsing)
{
    private static readonly Visitor Plain = new() { JavaScript = false };

    public static TheoryData<string> Pages => ["", "history.html", "subscribe", "nothing-is-here", "and/nothing/there", "de/", "de/history.html", "de/subscribe", "de/nothing-is-here"];

    [Fact]
    public Task It_tells_of_an_outage_and_of_its_end_without_a_script() => browsing.VisitAsync(Plain, async visit =>
    {
        await visit.Page.GotoAsync(visit.World.StatusPage.AbsoluteUri);
        await Assertions.Expect(visit.Page.Locator("script")).ToHaveCountAsync(0);
        await visit.ReadsAsync(visit.Page, "", "All systems operational"); // what another test broke may still be on it
        visit.World.Break("bridge");
        await visit.ReadsAsync(visit.Page, "", "Some systems are not available");
        visit.World.Mend("bridge");
        await visit.ReadsAsync(visit.Page, "", "All systems operational");
    });

    [Fact]
    public Task A_form_without_a_script_takes_subscriptions() => browsing.VisitAsync(Plain, async visit =>
    {
        await visit.Page.GotoAsync(visit.World.StatusPage.AbsoluteUri);
        await visit.Page.Link("History").First.ClickAsync();
        await visit.Page.Link("Subscribe").ClickAsync();
        await visit.Page.GetByLabel("Swaps").CheckAsync();
        await visit.Page.Locator("#webhook").FillAsync("https://hooks.example.org/status");
        await visit.Page.Locator("form button").ClickAsync();
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Status)).ToBeVisibleAsync();
        await Assertions.Expect(visit.Page.Locator("script")).ToHaveCountAsync(0);
    });

    [Fact]
    public Task A_reader_changes_the_language_and_the_pages_stay_in_it_without_a_script() => browsing.VisitAsync(Plain, async visit =>
    {
        var page = visit.Page;
        await page.GotoAsync(visit.World.StatusPage.AbsoluteUri); // en-GB, as the browser says
        await Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("lang", "en");
        await page.Link("Deutsch").ClickAsync();
        await Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("lang", "de");
        await page.Link("Verlauf").First.ClickAsync();
        await Assertions.Expect(page.Heading()).ToHaveTextAsync("Verlauf");
        await page.Link("Abonnieren").ClickAsync();
        await Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("lang", "de");
        await page.Link("Zurück zum Status").ClickAsync();
        await page.Link("English").ClickAsync();
        await Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("lang", "en");
    });

    [Fact]
    public Task What_recurs_is_planned_once_and_a_day_without_a_watch_is_said_in_words() => browsing.VisitAsync(Plain, async visit =>
    {
        await visit.ReadsAsync(visit.Page, "", " · every "); // on a day of the week that depends on when this runs
        await Assertions.Expect(visit.Page.Locator(".card.work .when")).ToContainTextAsync(new System.Text.RegularExpressions.Regex("· every [A-Z][a-z]+day$"));
        Assert.DoesNotMatch("[0-9]{3,} min", await visit.Page.Locator(".component").Filter(new LocatorFilterOptions { HasText = "Order book" }).InnerTextAsync());
        await visit.ReadsAsync(visit.Page, "de/", " · jeden ");
    });

    [Fact]
    public Task In_print_it_is_light_whatever_the_screen_is() => browsing.VisitAsync(Plain with { Dark = true }, async visit =>
    {
        await visit.Page.GotoAsync(visit.World.StatusPage.AbsoluteUri);
        await visit.Page.EmulateMediaAsync(new PageEmulateMediaOptions { Media = Media.Print, ColorScheme = ColorScheme.Dark });
        Assert.Equal("rgb(27, 36, 48) on rgb(255, 255, 255)", await visit.Page.EvaluateAsync<string>("() => `${getComputedStyle(document.body).color} on ${getComputedStyle(document.body).backgroundColor}`"));
        await Assertions.Expect(visit.Page.Locator(".component .figures").First).ToBeVisibleAsync();
    });

    [Theory]
    [MemberData(nameof(Pages))]
    public Task No_rule_of_WCAG_2_2_AA_is_broken_dark_or_light_wide_or_narrow(string path)
    {
        Assert.SkipWhen(Axe.Missing is not null, Axe.Missing ?? "");
        return browsing.VisitAsync(new Visitor { BypassPolicy = true }, async visit =>
        {
            visit.Expect("was answered with 404");
            visit.Expect("status of 404");
            await visit.Page.GotoAsync(new Uri(visit.World.StatusPage, path).AbsoluteUri);
            await Axe.AssertNothingBrokenAsync(visit.Page);
        });
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public Task It_holds_no_name_or_address_from_inside_and_loads_nothing_from_elsewhere(string path) => browsing.VisitAsync(async visit =>
    {
        visit.Expect("was answered with 404");
        visit.Expect("status of 404");
        var requests = new List<string>();
        visit.Page.Request += (_, request) => requests.Add(request.Url);
        await visit.Page.GotoAsync(new Uri(visit.World.StatusPage, path).AbsoluteUri);
        var html = await visit.Page.ContentAsync();
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        foreach (var inner in new[] { "rpc-frankfurt", "rpc-oregon", "price-oracle", visit.World.Console.Authority, visit.World.DataFolder }) Assert.DoesNotContain(inner, html, StringComparison.Ordinal);
        Assert.All(requests, url => Assert.StartsWith(visit.World.StatusPage.AbsoluteUri, url, StringComparison.Ordinal));
    });

    [Theory]
    [MemberData(nameof(Pages))]
    public Task Nothing_has_to_be_scrolled_sideways_on_a_desk_on_a_phone_or_at_twice_the_size(string path) => browsing.VisitAsync(async visit =>
    {
        visit.Expect("was answered with 404");
        visit.Expect("status of 404");
        foreach (var width in new[] { 1280, 640, 390 })
        {
            await visit.Page.SetViewportSizeAsync(width, 800);
            await visit.Page.GotoAsync(new Uri(visit.World.StatusPage, path).AbsoluteUri);
            await visit.AssertFitsAsync(visit.Page);
        }
    });
}
