using System.Text.Json;
using Microsoft.Playwright;
using Nines.Browser.Tests.Visits;
using Nines.Browser.Tests.World;
using Nines.Core;
using Nines.Testing;

namespace Nines.Browser.Tests;

/// <summary>Pages that keep up with the facts.</summary>
public sealed class LiveTests(Browsing browsing)
{
    /// <summary>Resolves to the wall clock's milliseconds when a component's state is shown as told.</summary>
    private const string WhenShown = """
        ([component, words]) => new Promise(resolve => {
          const look = () => document.querySelector(`#component-${component} .state`)?.textContent.trim() === words && resolve(performance.timeOrigin + performance.now());
          new MutationObserver(look).observe(document.documentElement, { subtree: true, childList: true, characterData: true });
          look();
        })
        """;

    [Fact]
    public Task Two_tabs_show_a_fact_within_a_second_of_its_being_on_record_and_share_one_stream() => browsing.VisitAsync(async visit =>
    {
        var (first, second) = (visit.Page, await visit.TabAsync());
        foreach (var tab in new[] { first, second })
        {
            await tab.GotoAsync("/");
            await Assertions.Expect(tab.Locator("#live-state")).ToHaveTextAsync("Live");
            await Assertions.Expect(tab.Locator("#component-bridge .state")).ToHaveTextAsync("up");
        }
        await using var record = await OnRecord.FollowAsync(visit.World);

        // Other work of the machine only adds to it: what the pages can do is what they do at their best.
        var slowest = double.PositiveInfinity;
        for (var fact = 0; fact < 6 && slowest > 1_000; fact++) slowest = await TakesAsync(fact % 2 == 0);
        Assert.InRange(slowest, double.NegativeInfinity, 1_000);
        Assert.Equal(1, await SharedWorkersAsync(visit));

        async Task<double> TakesAsync(bool breaks)
        {
            var shown = new[] { first, second }.Select(tab => tab.EvaluateAsync<double>(WhenShown, new[] { "bridge", breaks ? "effectively down" : "up" })).ToArray();
            if (breaks) visit.World.Break("bridge");
            else visit.World.Mend("bridge");
            var onRecord = await record.SeesAsync("bridge", breaks ? State.EffectivelyDown : State.Up);
            var took = (await Task.WhenAll(shown).WaitAsync(Patience.Most)).Select(at => at - onRecord).ToArray();
            TestContext.Current.TestOutputHelper?.WriteLine($"shown {string.Join(" and ", took.Select(ms => $"{ms:0} ms"))} after the fact was seen on record");
            return took.Max();
        }
    });

    [Fact]
    public Task What_comes_while_an_answer_is_under_way_is_not_lost() => browsing.VisitAsync(async visit =>
    {
        await visit.Page.GotoAsync("/");
        await Assertions.Expect(visit.Page.Locator("#live-state")).ToHaveTextAsync("Live");
        await Assertions.Expect(visit.Page.Locator("#component-custody .state")).ToHaveTextAsync("up");
        var (held, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        var first = 0;
        await visit.Page.RouteAsync("**/*", async route =>
        {
            // The first answer is made before the news, and arrives after it.
            if (route.Request.ResourceType == "xhr" && Interlocked.Exchange(ref first, 1) == 0)
            {
                var answer = await route.FetchAsync();
                held.SetResult();
                await release.Task;
                await route.FulfillAsync(new RouteFulfillOptions { Response = answer });
            }
            else await route.ContinueAsync();
        });
        visit.World.Break("exchange");
        await held.Task.WaitAsync(Patience.Most);
        await using var record = await OnRecord.FollowAsync(visit.World);
        visit.World.Break("custody");
        await record.SeesAsync("custody", State.EffectivelyDown);
        release.SetResult();
        await Assertions.Expect(visit.Page.Locator("#component-custody .state")).ToHaveTextAsync("effectively down");
        await visit.Page.UnrouteAllAsync(new PageUnrouteAllOptions { Behavior = UnrouteBehavior.Wait });
    });

    [Fact]
    public Task What_came_before_the_page_could_listen_is_shown_all_the_same() => browsing.VisitAsync(async visit =>
    {
        var release = new TaskCompletionSource();
        await visit.Page.RouteAsync("**/assets/console.js*", async route =>
        {
            await release.Task;
            await route.ContinueAsync();
        });
        await using var record = await OnRecord.FollowAsync(visit.World);
        var state = visit.Page.Locator("#component-exchange .state");
        await visit.Page.GotoAsync("/", new PageGotoOptions { WaitUntil = WaitUntilState.Commit });
        await Assertions.Expect(state).ToHaveTextAsync("up");
        visit.World.Break("exchange");
        await record.SeesAsync("exchange", State.EffectivelyDown);
        await Assertions.Expect(state).ToHaveTextAsync("up"); // nobody listens yet
        release.SetResult();
        await Assertions.Expect(state).ToHaveTextAsync("effectively down");
    });

    [Fact]
    public Task The_keyboard_stays_where_it_is_when_a_part_is_fetched_again() => browsing.VisitAsync(async visit =>
    {
        await visit.Page.GotoAsync("/");
        await Assertions.Expect(visit.Page.Locator("#live-state")).ToHaveTextAsync("Live");
        var badge = visit.Page.Locator("#component-app .state");
        await Assertions.Expect(badge).ToHaveTextAsync("up");
        var link = visit.Page.Locator("#link-exchange");
        await link.FocusAsync();
        visit.World.Break("app");
        await Assertions.Expect(badge).ToHaveTextAsync("effectively down");
        await Assertions.Expect(link).ToBeFocusedAsync();
    });

    [Fact]
    public Task Nothing_on_the_page_jumps_while_states_change() => browsing.VisitAsync(async visit =>
    {
        await visit.Page.GotoAsync("/");
        await Assertions.Expect(visit.Page.Locator("#live-state")).ToHaveTextAsync("Live");
        await visit.Page.EvaluateAsync("""
            () => {
              window.shifts = [];
              new PerformanceObserver(list => {
                for (const entry of list.getEntries()) window.shifts.push({ value: entry.value, what: entry.sources.map(s => `${(s.node?.outerHTML ?? s.node?.textContent ?? '').slice(0, 60)} ${s.previousRect.y}+${s.previousRect.height} → ${s.currentRect.y}+${s.currentRect.height}`) });
              }).observe({ type: 'layout-shift', buffered: true });
            }
            """);
        var badge = visit.Page.Locator("#component-app .state");
        visit.World.Break("app");
        await Assertions.Expect(badge).ToHaveTextAsync("effectively down");
        visit.World.Mend("app");
        await Assertions.Expect(badge).ToHaveTextAsync("up");
        var shifts = await visit.Page.EvaluateAsync<string>("() => JSON.stringify(window.shifts, null, 1)");
        Assert.True(JsonDocument.Parse(shifts).RootElement.EnumerateArray().Sum(shift => shift.GetProperty("value").GetDouble()) <= 0.02, shifts);
    });

    /// <summary>What holds the event stream of this visitor's tabs; that of the visitor before may still be ending.</summary>
    private static async Task<int> SharedWorkersAsync(Visit visit)
    {
        var page = await visit.Context.NewCDPSessionAsync(visit.Page);
        var own = (await page.SendAsync("Target.getTargetInfo"))!.Value.GetProperty("targetInfo").GetProperty("browserContextId").GetString();
        var session = await visit.Context.Browser!.NewBrowserCDPSessionAsync();
        var targets = (await session.SendAsync("Target.getTargets"))!.Value.GetProperty("targetInfos").EnumerateArray();
        return targets.Count(target => target.GetProperty("type").GetString() == "shared_worker" && target.GetProperty("browserContextId").GetString() == own
            && target.GetProperty("url").GetString()!.StartsWith(visit.World.Console.AbsoluteUri, StringComparison.Ordinal));
    }
}
