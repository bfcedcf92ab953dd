using Microsoft.Playwright;
using Nines.Browser.Tests.Visits;
using Nines.Testing;

namespace Nines.Browser.Tests;

/// <summary>What holds on every page of the console.</summary>
public sealed class EveryPageTests(Browsing browsing)
{
    private const int Desk = 1280, Phone = 390;

    public static TheoryData<string> Pages => ConsolePages.Theory;

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task No_rule_of_WCAG_2_2_AA_is_broken_dark_or_light_wide_or_narrow(string address)
    {
        Assert.SkipWhen(Axe.Missing is not null, Axe.Missing ?? "");
        await browsing.VisitAsync(await VisitorOfAsync(address) with { BypassPolicy = true }, async visit =>
        {
            await visit.Page.GotoAsync(address);
            await Axe.AssertNothingBrokenAsync(visit.Page);
        });
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task It_is_read_without_JavaScript_as_with_it(string address) => await browsing.VisitAsync(await VisitorOfAsync(address), async with =>
        await browsing.VisitAsync(await VisitorOfAsync(address) with { JavaScript = false }, async without =>
        {
            string[] headings = [], plain = [];
            // What comes between the two, such as the journal's own line of each minute, is on the one and not on the other.
            await Patience.UntilAsync("both are read and no fact came meanwhile", async () =>
            {
                var facts = await with.World.FactsAsync();
                await with.Page.GotoAsync(address);
                headings = await with.Page.EvaluateAsync<string[]>("() => [...document.querySelectorAll('main h1, main h2, main th')].filter(e => e.checkVisibility()).map(e => e.textContent.trim())");
                await without.Page.GotoAsync(address);
                plain = await without.Page.Locator("main h1, main h2, main th").Filter(new LocatorFilterOptions { Visible = true }).EvaluateAllAsync<string[]>("all => all.map(e => e.textContent.trim())");
                return facts == await with.World.FactsAsync();
            });
            Assert.Equal(headings, plain);
            Assert.Equal(1, await without.Page.Locator("main h1").CountAsync());
        }));

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Nothing_has_to_be_scrolled_sideways_on_a_desk_on_a_phone_or_at_twice_the_size(string address) => await browsing.VisitAsync(await VisitorOfAsync(address), async visit =>
    {
        // 200 % on 1280 pixels is a window of 640.
        foreach (var width in new[] { Desk, 640, Phone })
        {
            await visit.Page.SetViewportSizeAsync(width, 800);
            await visit.Page.GotoAsync(address);
            await visit.AssertFitsAsync(visit.Page);
        }
    });

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task The_keyboard_reaches_everything_in_the_order_of_the_page_and_shows_where_it_is(string address) => await browsing.VisitAsync(await VisitorOfAsync(address), async visit =>
    {
        var page = visit.Page;
        await page.GotoAsync(address);
        // Of the page as it came: what is swapped meanwhile would be other elements, and has tests of its own.
        var all = await page.EvaluateAsync<string[]>("""
            () => {
              addEventListener('htmx:beforeSwap', event => event.preventDefault(), true);
              const named = e => e.dataset.stop ??= String(window.stops = (window.stops ?? 0) + 1);
              const can = 'a[href], button:not([disabled]), input:not([type=hidden]):not([disabled]), select, textarea, summary, [tabindex="0"]';
              return [...document.querySelectorAll(can)].filter(e => e.checkVisibility({ visibilityProperty: true }) && !(e.type === 'radio' && !e.checked && document.querySelector(`input[type=radio][name="${e.name}"]:checked`))).map(named);
            }
            """);
        var reached = new List<string>();
        for (var press = 0; press <= all.Length; press++)
        {
            await page.Keyboard.PressAsync("Tab");
            var here = await page.EvaluateAsync<string[]>("""
                () => {
                  const e = document.activeElement;
                  if (!e || e === document.body) return [];
                  const style = getComputedStyle(e), box = e.getBoundingClientRect();
                  // What is drawn shows it by the line of its shape.
                  const shape = e instanceof SVGElement ? e.querySelector('rect, circle, path') : null;
                  const shown = (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== 'none' || (shape && parseFloat(getComputedStyle(shape).strokeWidth) >= 2.5);
                  const inside = box.width > 1 && box.height > 1 && box.bottom > 0 && box.top < innerHeight;
                  return [e.dataset.stop ?? '', shown ? '' : 'no focus is shown', inside ? '' : 'it is out of sight', e.outerHTML.slice(0, 160)];
                }
                """);
            if (here.Length == 0 || reached.Contains(here[0])) break;
            reached.Add(here[0]);
            Assert.True(here[1] + here[2] == "", $"{address}: {here[1]} {here[2]}: {here[3]}");
        }
        Assert.Equal(all, reached);
    });

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task The_first_stop_of_the_keyboard_leads_past_the_navigation(string address) => await browsing.VisitAsync(await VisitorOfAsync(address), async visit =>
    {
        await visit.Page.GotoAsync(address);
        await visit.Page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(visit.Page.Locator("a[href='#content']")).ToBeFocusedAsync();
        await visit.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(visit.Page.Locator("#content")).ToBeFocusedAsync();
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task On_a_phone_the_whole_navigation_is_in_sight_and_can_be_met_with_a_thumb(bool javaScript) => browsing.VisitAsync(new Visitor { JavaScript = javaScript }, async visit =>
    {
        foreach (var width in new[] { Phone, 320 })
        {
            await visit.Page.SetViewportSizeAsync(width, 800);
            await visit.Page.GotoAsync("/incidents");
            var links = visit.Page.Locator(".console-nav a");
            for (var i = 0; i < await links.CountAsync(); i++)
            {
                var box = (await links.Nth(i).BoundingBoxAsync())!;
                Assert.True(box.X >= 0 && box.X + box.Width <= width && box.Height >= 24 && box.Width >= 24, $"at {width} px {await links.Nth(i).InnerTextAsync()} is at {box.X:0}, {box.Width:0} by {box.Height:0} px");
            }
            await Assertions.Expect(visit.Page.Locator(".console-nav [aria-current=page]")).ToHaveTextAsync("Incidents");
            await Assertions.Expect(visit.Page.Locator(".console-nav [aria-current=page]")).ToBeInViewportAsync();
        }
    });

    [Fact]
    public Task No_page_that_the_navigation_leads_to_is_left_out_here() => browsing.VisitAsync(async visit =>
    {
        await visit.Page.GotoAsync("/");
        var linked = await visit.Page.Locator(".console-nav a[href^='/']").EvaluateAllAsync<string[]>("all => all.map(e => e.getAttribute('href'))");
        Assert.NotEmpty(linked);
        Assert.All(linked, address => Assert.Contains(address, ConsolePages.All));
    });

    /// <summary>Somebody who may do everything, so that every form is there; but for the page that he would not see.</summary>
    private async Task<Visitor> VisitorOfAsync(string address) => new() { LoggedIn = address == ConsolePages.LogIn ? null : await browsing.AdminAsync() };
}
