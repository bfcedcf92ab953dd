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
        var (windows, facts) = new WindowPlanner([Once(-30, 30)], [], new()).Place(Noon);
        Assert.Equal(Noon, Assert.Single(windows).From);
        Assert.Equal(Noon, Assert.IsType<MaintenanceEntered>(Assert.Single(facts)).From);
    }

    [Fact]
    public void A_window_that_was_over_before_it_was_entered_excludes_nothing_at_all() =>
        Assert.Empty(new WindowPlanner([Once(-60, -30)], [], new()).Place(Noon).Windows);

    [Fact]
    public void A_rule_that_an_earlier_run_knew_keeps_its_whole_window()
    {
        var entered = new Dictionary<string, Instant>();
        new WindowPlanner([Once(-30, 30)], entered, new()).Place(Noon - Duration.FromHours(1));
        var (windows, _) = new WindowPlanner([Once(-30, 30)], entered, new()).Place(Noon);
        Assert.Equal(Noon - Duration.FromMinutes(30), Assert.Single(windows).From);
    }

    [Fact]
    public void A_rule_that_was_changed_is_a_new_one()
    {
        var entered = new Dictionary<string, Instant>();
        new WindowPlanner([Once(-30, 30)], entered, new()).Place(Noon - Duration.FromHours(1));
        var (windows, _) = new WindowPlanner([Once(-30, 30, "other")], entered, new()).Place(Noon);
        Assert.Equal(Noon, Assert.Single(windows).From);
    }

    [Fact]
    public void A_window_made_longer_after_its_end_excludes_nothing_between_its_end_and_then()
    {
        var (entered, orders) = (new Dictionary<string, Instant>(), new StandingOrders());
        new WindowPlanner([Once(-60, -30)], entered, orders).Place(Noon - Duration.FromHours(2));
        var longer = new WindowPlanner([Once(-60, 30)], entered, orders);
        var (windows, facts) = longer.Place(Noon);
        Assert.Equal([(-60.0, -30.0), (0.0, 30.0)], windows.Select(window => ((window.From - Noon).TotalMinutes, (window.To - Noon).TotalMinutes)));
        Assert.Equal(Noon, Assert.IsType<MaintenanceEntered>(Assert.Single(facts)).From);
        Assert.Empty(longer.Place(Noon + Duration.FromMinutes(1)).Facts);
    }

    [Fact]
    public void A_window_made_longer_while_it_lasts_goes_on()
    {
        var (entered, orders) = (new Dictionary<string, Instant>(), new StandingOrders());
        new WindowPlanner([Once(-60, 10)], entered, orders).Place(Noon - Duration.FromHours(2));
        var window = Assert.Single(new WindowPlanner([Once(-60, 30)], entered, orders).Place(Noon).Windows);
        Assert.Equal((-60.0, 30.0), ((window.From - Noon).TotalMinutes, (window.To - Noon).TotalMinutes));
    }

    [Fact]
    public void A_rule_that_was_away_and_comes_back_within_its_window_excludes_nothing_before()
    {
        var (entered, orders) = (new Dictionary<string, Instant>(), new StandingOrders());
        new WindowPlanner([Once(-30, 30)], entered, orders).Place(Noon - Duration.FromDays(9));
        new WindowPlanner([], entered, orders).Place(Noon - Duration.FromDays(8));
        Assert.Empty(entered);
        Assert.Equal(Noon, Assert.Single(new WindowPlanner([Once(-30, 30)], entered, orders).Place(Noon).Windows).From);
    }

    [Fact]
    public void A_window_is_told_once_however_often_it_is_placed()
    {
        var planner = new WindowPlanner([Once(10, 30)], [], new());
        Assert.Single(planner.Place(Noon).Facts);
        Assert.Empty(planner.Place(Noon + Duration.FromMinutes(5)).Facts);
    }

    [Fact]
    public void A_window_that_was_told_is_not_told_again_by_the_next_run()
    {
        var orders = new StandingOrders();
        Assert.Single(new WindowPlanner([Once(10, 30)], [], orders).Place(Noon).Facts);
        Assert.Empty(new WindowPlanner([Once(10, 30)], [], orders).Place(Noon + Duration.FromMinutes(15)).Facts);
    }

    [Fact]
    public void A_window_whose_rule_is_gone_excludes_what_it_did_until_then_and_no_more()
    {
        var orders = new StandingOrders();
        new WindowPlanner([Once(-30, 30)], new() { }, orders).Place(Noon - Duration.FromHours(1));
        var (windows, facts) = new WindowPlanner([], [], orders).Place(Noon);
        Assert.Equal(Noon, Assert.Single(windows).To);
        Assert.Null(Assert.IsType<MaintenanceEnded>(Assert.Single(facts)).By);
        var (again, told) = new WindowPlanner([Once(-30, 30)], [], orders).Place(Noon + Duration.FromMinutes(5));
        Assert.Equal([Noon - Duration.FromMinutes(30), Noon + Duration.FromMinutes(5)], again.Select(window => window.From));
        Assert.Single(told);
    }

    [Fact]
    public void A_window_declared_by_hand_begins_now_and_ends_when_somebody_says_so()
    {
        var orders = new StandingOrders();
        var planner = new WindowPlanner([], [], orders);
        var entered = orders.Declare([new ComponentId("shop")], Noon, Noon, Noon + Duration.FromHours(2), "ada", null);
        Assert.Equal((Noon, Noon + Duration.FromHours(2)), (entered.From, entered.To));
        Assert.Equal(Noon + Duration.FromHours(2), Assert.Single(planner.Place(Noon).Windows).To);
        orders.End(entered.Window, Noon + Duration.FromMinutes(3), "ada");
        var (windows, facts) = planner.Place(Noon + Duration.FromMinutes(3));
        Assert.Equal((Noon, Noon + Duration.FromMinutes(3)), (windows[0].From, windows[0].To));
        Assert.Empty(facts);
        Assert.Empty(planner.Place(Noon + Duration.FromDays(3)).Windows);
    }

    [Fact]
    public void A_window_planned_by_hand_excludes_nothing_before_it_begins_and_can_be_called_off()
    {
        var orders = new StandingOrders();
        var planner = new WindowPlanner([], [], orders);
        var (from, to) = (Noon + Duration.FromDays(40), Noon + Duration.FromDays(40) + Duration.FromHours(2));
        var entered = orders.Declare([new ComponentId("shop")], Noon, from, to, "ada", "disks");
        Assert.Equal((Noon, from, to), (entered.At, entered.From, entered.To));
        Assert.Equal((from, to), (Assert.Single(planner.Place(Noon).Windows).From, planner.Place(Noon + Duration.FromDays(30)).Windows[0].To));
        orders.End(entered.Window, Noon + Duration.FromDays(1), "ada");
        Assert.Empty(planner.Place(Noon + Duration.FromDays(1)).Windows);
    }

    [Fact]
    public void A_window_of_a_rule_that_was_ended_by_hand_stays_ended()
    {
        var orders = new StandingOrders();
        var planner = new WindowPlanner([Once(-30, 30)], [], orders);
        planner.Place(Noon - Duration.FromHours(1));
        orders.End(Assert.Single(orders.Windows.Keys), Noon, "ada");
        Assert.Equal(Noon, Assert.Single(planner.Place(Noon + Duration.FromMinutes(1)).Windows).To);
    }

    [Fact]
    public void Another_component_in_a_window_under_way_is_covered_from_now_on_and_the_first_until_now()
    {
        var orders = new StandingOrders();
        new WindowPlanner([Once(-30, 30)], [], orders).Place(Noon - Duration.FromHours(1));
        var (windows, _) = new WindowPlanner([Once(-30, 30, "other")], [], orders).Place(Noon);
        Assert.Equal([("shop", -30.0, 0.0), ("other", 0.0, 30.0)], windows.Select(window => (window.Components[0].Value, (window.From - Noon).TotalMinutes, (window.To - Noon).TotalMinutes)));
    }
}
