using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Conditions;
using Nines.Core.Facts;
using static Nines.Judging.Tests.Scene;

namespace Nines.Judging.Tests;

/// <summary>What would settle a suspicion is said while it stands, and that is what then settles it.</summary>
public sealed class SuspicionTests
{
    private static Suspicion? Of(Scene scene) => scene.Judge.SuspicionsOf(new("shop")).FirstOrDefault();

    [Fact]
    public void A_first_bad_look_waits_for_one_more_that_agrees()
    {
        var scene = new Scene(Probed("shop")).Good("shop", 0);
        Assert.Null(Of(scene));
        scene.Refused("shop", 10);
        Assert.Equal((State.Down, 1, At(0), At(10.1)), (Of(scene)!.Suspected, Of(scene)!.StillToAgree, Of(scene)!.When.Earliest, Of(scene)!.When.Latest));
        scene.Refused("shop", 11);
        Assert.Null(Of(scene));
        Assert.Equal("shop-1", scene.Outages("shop"));
    }

    [Fact]
    public void A_good_look_leaves_a_blip_and_nothing_is_suspected()
    {
        var scene = new Scene(Probed("shop")).Good("shop", 0).Refused("shop", 10).Good("shop", 11);
        Assert.Null(Of(scene));
        Assert.Single(scene.Facts.OfType<BlipSeen>());
    }

    [Fact]
    public void A_condition_that_counts_after_four_in_a_row_says_how_many_are_still_to_agree()
    {
        var scene = new Scene(Probed("shop", conditions: IsOk with { InARow = 4 })).Good("shop", 0);
        for (var wrong = 1; wrong <= 3; wrong++)
        {
            scene.Wrong("shop", wrong * 10);
            Assert.Equal(4 - wrong, Of(scene)!.StillToAgree);
        }
        Assert.Equal("", scene.Outages("shop"));
        scene.Wrong("shop", 40);
        Assert.Null(Of(scene));
        Assert.Equal("shop-1", scene.Outages("shop"));
    }

    [Fact]
    public void Of_what_is_not_watched_nothing_is_suspected() => Assert.Empty(new Scene(Probed("shop")).Judge.SuspicionsOf(new ComponentId("other")));
}
