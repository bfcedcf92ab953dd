using Microsoft.Playwright;
using Nines.Browser.Tests.Visits;

namespace Nines.Browser.Tests;

/// <summary>Pages that nobody means to see: each says what is wrong, why, and what to do now.</summary>
public sealed class ProblemTests(Browsing browsing)
{
    /// <summary>How somebody gets there, the status, and words that the page must have.</summary>
    public static TheoryData<string, int, string> Problems => new()
    {
        { "/nothing-is-here", 404, "leads to every page that there is" },
        { "/components/nothing", 404, "take it from there" },
        { "/settings/tokens", 405, "it only takes what a form sends" },
        { "/outages?cursor=lots", 400, "Take it from the page's own fields" },
        { "POST /settings/reload as nobody", 401, "Log in, and do it again" },
        { "POST /outages/exchange-i1/note with a foreign form", 403, "Load the page again" },
        { "POST /outages/exchange-i1/note too long", 413, "shorten it" },
        { "POST /maintenance/end of nothing", 409, "Look how things are now" },
    };

    [Theory]
    [MemberData(nameof(Problems))]
    public async Task It_says_what_is_wrong_and_what_to_do_and_breaks_no_rule_of_WCAG_2_2_AA(string way, int status, string words)
    {
        Assert.SkipWhen(Axe.Missing is not null, Axe.Missing ?? "");
        await browsing.VisitAsync(new Visitor { LoggedIn = way.EndsWith("nobody", StringComparison.Ordinal) ? null : await browsing.AdminAsync(), BypassPolicy = true }, async visit =>
        {
            visit.Expect($"was answered with {status}");
            visit.Expect($"status of {status}");
            Assert.Equal(status, await GoAsync(visit.Page, way));
            await Assertions.Expect(visit.Page.Locator(".problem")).ToContainTextAsync(words);
            await Assertions.Expect(visit.Page.Locator(".problem")).ToContainTextAsync("NIN");
            await Assertions.Expect(visit.Page.Locator(".problem").Link("To the overview")).ToBeVisibleAsync();
            if (way.StartsWith("POST", StringComparison.Ordinal)) await Assertions.Expect(visit.Page.Locator(".problem").Link("Back to where you were")).ToBeVisibleAsync();
            await visit.AssertFitsAsync(visit.Page);
            await Axe.AssertNothingBrokenAsync(visit.Page);
        });
    }

    [Fact]
    public async Task A_token_whose_form_is_sent_twice_without_JavaScript_is_one_that_can_be_revoked_there()
    {
        await browsing.VisitAsync(new Visitor { LoggedIn = await browsing.AdminAsync(), JavaScript = false }, async visit =>
        {
            var (first, second) = (visit.Page, await visit.TabAsync());
            await first.GotoAsync("/settings");
            await first.Locator("#token-name").FillAsync("sent twice");
            // The same form again, as a second click before the answer sends it: key and all.
            var form = await first.Locator("form", new PageLocatorOptions { Has = first.Locator("#token-name") }).Locator("input[type=hidden]").EvaluateAllAsync<string[]>("all => all.map(e => e.value)");
            await second.GotoAsync("/settings");
            await second.Locator("#token-name").FillAsync("sent twice");
            await first.Button("Make a token").ClickAsync();
            await Assertions.Expect(first.Locator("#new-token")).ToBeVisibleAsync();
            await second.Locator("form", new PageLocatorOptions { Has = second.Locator("#token-name") }).EvaluateAsync("(form, values) => [...form.querySelectorAll('input[type=hidden]')].forEach((e, i) => e.value = values[i])", form);
            await second.Button("Make a token").ClickAsync();
            await Assertions.Expect(second.GetByRole(AriaRole.Alert).Last).ToContainTextAsync("revoke it and make another");
            await second.Locator("tr.marked").GetByRole(AriaRole.Button).ClickAsync();
            await Assertions.Expect(second.GetByRole(AriaRole.Status).Last).ToContainTextAsync("The token is revoked.");
        });
    }

    [Theory]
    [InlineData(503, "The server answered with an error (503)")]
    [InlineData(0, "The server does not answer.")]
    public Task What_cannot_be_fetched_any_more_is_told_aloud_until_it_can_be(int status, string words) => browsing.VisitAsync(new Visitor { Width = 390 }, async visit =>
    {
        visit.Expect("503");
        visit.Expect("ERR_FAILED");
        visit.Expect("htmx:");
        var page = visit.Page;
        var isBroken = true;
        await page.GotoAsync("/outages");
        await page.IsLiveAsync();
        var told = page.Locator("#live-problem");
        await Assertions.Expect(told).ToHaveAttributeAsync("role", "alert");
        await Assertions.Expect(told).ToBeEmptyAsync();
        await page.RouteAsync("**/outages", route => !isBroken ? route.ContinueAsync() : status == 0 ? route.AbortAsync() : route.FulfillAsync(new RouteFulfillOptions { Status = status, Body = "no" }));
        const string News = "() => htmx.trigger(document.querySelector('[data-live][id]'), 'news')";
        await page.EvaluateAsync(News);
        await Assertions.Expect(told).ToContainTextAsync(words);
        await Assertions.Expect(told).ToContainTextAsync("may be out of date");
        await visit.AssertFitsAsync(page);
        isBroken = false; // and without another word from the stream
        await Assertions.Expect(told).ToBeEmptyAsync();
    });

    private static async Task<int> GoAsync(IPage page, string way)
    {
        if (!way.StartsWith("POST ", StringComparison.Ordinal)) return (await page.GotoAsync(way))!.Status;
        var at = way.Split(' ')[1];
        await page.GotoAsync(at.StartsWith("/outages/", StringComparison.Ordinal) ? "/outages/exchange-i1" : at.StartsWith("/maintenance/", StringComparison.Ordinal) ? "/maintenance" : "/settings");
        var answer = await page.RunAndWaitForResponseAsync(() => page.EvaluateAsync("""
            ([address, way]) => {
              const form = document.createElement('form');
              Object.assign(form, { method: 'post', action: address });
              const add = (name, value) => form.append(Object.assign(document.createElement('textarea'), { name, value }));
              const own = name => document.querySelector(`input[name=${name}]`)?.value ?? '';
              add('form_token', way.includes('foreign') ? 'of another session' : own('form_token'));
              add('form_key', own('form_key'));
              if (way.includes('too long')) add('text', 'x'.repeat(100000));
              if (way.includes('of nothing')) add('window', 'nothing');
              document.body.append(form);
              form.submit();
            }
            """, new[] { at, way }), response => response.Request.Method == "POST");
        await page.WaitForLoadStateAsync();
        return answer.Status;
    }
}
