using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using static Nines.Judging.Tests.Scene;

namespace Nines.Judging.Tests;

/// <summary>Maintenance windows.</summary>
public sealed class WindowTests
{
    [Fact]
    public void Inside_a_window_up_stays_up_and_what_is_not_up_is_maintenance_with_what_was_seen_under_it()
    {
        var scene = One().Window("shop", 5, 30).Good("shop", 0).Pass(5).Refused("shop", 10).Refused("shop", 11).Good("shop", 20).Pass(31);
        Assert.Equal("unknown 0, up 0.1, maintenance 5.05, up 15.55", scene.Likely("shop"));
        Assert.Equal("", scene.Outages("shop"));
        Assert.Equal(State.Down, scene.Timeline("shop").At(At(12))!.Likely);
    }

    [Fact]
    public void An_overrun_is_an_unplanned_outage_with_cause_maintenance_from_the_windows_end()
    {
        var scene = One().Window("shop", 5, 30).Good("shop", 0).Good("shop", 4).Pass(5).Refused("shop", 10).Refused("shop", 11);
        for (var t = 12; t < 45; t++) scene.Refused("shop", t).Pass(t + 0.5);
        scene.Good("shop", 45);
        Assert.Equal("shop-1", scene.Outages("shop"));
        Assert.Null(scene.Timeline("shop").At(At(29.9))!.Outage);
        Assert.Equal("shop-1", scene.Timeline("shop").At(At(30))!.Outage);
        Assert.Equal(CauseKind.Maintenance, scene.CauseAt("shop", 31)!.Kind);
    }

    [Fact]
    public void What_was_down_before_a_window_is_one_outage_around_it()
    {
        var scene = One().Window("shop", 15, 20).Good("shop", 0).Refused("shop", 10).Refused("shop", 11);
        for (var t = 12; t < 30; t++) scene.Refused("shop", t).Pass(t + 0.5);
        scene.Good("shop", 30);
        Assert.Equal("shop-1", scene.Outages("shop"));
        Assert.Null(scene.Timeline("shop").At(At(17))!.Outage);
        Assert.Equal(CauseKind.Technical, scene.CauseAt("shop", 25)!.Kind);
    }

    [Fact]
    public void A_window_that_is_older_than_a_day_still_covers_the_outage_that_began_in_it()
    {
        var scene = One().Window("shop", 5, 30).Good("shop", 0).Good("shop", 4).Pass(5);
        for (var t = 10; t < 100_000; t += 20) scene.Refused("shop", t).Pass(t + 1);
        scene.Judge.SetWindows([]);   // more than a day later it is no longer given
        scene.Good("shop", 100_001).Good("shop", 100_010);
        Assert.Equal("planned@5", scene.Timeline("shop").At(At(20))!.Window);
        Assert.Null(scene.Timeline("shop").At(At(20))!.Outage);
        Assert.Equal(CauseKind.Maintenance, scene.CauseAt("shop", 90_000)!.Kind);
        Assert.Equal("shop-1", scene.Outages("shop"));
    }

    private static Scene One() => new(Probed("shop"));
}
