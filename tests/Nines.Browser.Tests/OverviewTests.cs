using Microsoft.Playwright;
using Nines.Browser.Tests.Visits;

namespace Nines.Browser.Tests;

public sealed class OverviewTests(Browsing browsing)
{
    [Fact]
    public Task A_target_that_breaks_is_down_on_the_page_without_a_reload_and_up_again_once_mended() => browsing.VisitAsync(async visit =>
    {
        await visit.Page.GotoAsync("/");
        await Assertions.Expect(visit.Page.Locator("#live-state")).ToHaveTextAsync("Live");
        var badge = visit.Page.Locator("#component-price-oracle .state");
        await Assertions.Expect(badge).ToHaveTextAsync("up");
        visit.World.Break("price-oracle");
        await Assertions.Expect(badge).ToHaveTextAsync("effectively down");
        visit.World.Mend("price-oracle");
        await Assertions.Expect(badge).ToHaveTextAsync("up");
    });
}
