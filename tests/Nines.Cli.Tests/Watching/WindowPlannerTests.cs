using Nines.Cli.Watching;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Maintenance;
using NodaTime;

namespace Nines.Cli.Tests.Watching;

public sealed class WindowPlannerTests
{
    private static readonly Instant Noon = Instant.FromUtc(2026, 6, 1, 12, 0);

    private static MaintenanceRule Once(int fromMinute, int toMinute, string component = "shop") =>
        new MaintenanceRule.Once("move", [new ComponentId(component)], Noon + Duration.FromMinutes(fromMinute), Noon + Duration.FromMinutes(toMinute));

    [Fact]
    public void A_window_entered_late_excludes_nothing_before_its_entry()
    {
        var (windows, facts) = new WindowPlanner([Once(-30, 30)], []).Place(Noon);
        Assert.Equal(Noon, Assert.Single(windows).From);
        Assert.Equal(Noon, Assert.IsType<MaintenanceEntered>(Assert.Single(facts)).From);
    }

    [Fact]
    public void A_window_that_was_over_before_it_was_entered_excludes_nothing_at_all() =>
        Assert.Empty(new WindowPlanner([Once(-60, -30)], []).Place(Noon).Windows);

    [Fact]
    public void A_rule_that_an_earlier_run_knew_keeps_its_whole_window()
    {
        var entered = new Dictionary<string, Instant>();
        new WindowPlanner([Once(-30, 30)], entered).Place(Noon - Duration.FromHours(1));
        var (windows, _) = new WindowPlanner([Once(-30, 30)], entered).Place(Noon);
        Assert.Equal(Noon - Duration.FromMinutes(30), Assert.Single(windows).From);
    }

    [Fact]
    public void A_rule_that_was_changed_is_a_new_one()
    {
        var entered = new Dictionary<string, Instant>();
        new WindowPlanner([Once(-30, 30)], entered).Place(Noon - Duration.FromHours(1));
        var (windows, _) = new WindowPlanner([Once(-30, 30, "other")], entered).Place(Noon);
        Assert.Equal(Noon, Assert.Single(windows).From);
    }

    [Fact]
    public void A_window_is_told_once_however_often_it_is_placed()
    {
        var planner = new WindowPlanner([Once(10, 30)], []);
        Assert.Single(planner.Place(Noon).Facts);
        Assert.Empty(planner.Place(Noon + Duration.FromMinutes(5)).Facts);
    }
}
