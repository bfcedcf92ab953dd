using Nines.Cli.Watching;
using Nines.Core.Components;
using NodaTime;

namespace Nines.Cli.Tests.Watching;

public sealed class WindowEdgesTests
{
    private static readonly Instant Noon = Instant.FromUtc(2026, 6, 1, 12, 0);
    private static readonly DeclaredWindow Hour = new("w", [new ComponentId("shop"), new ComponentId("site")], Noon, Noon + Duration.FromHours(1), ByHand: false);

    private static int Near(WindowEdges edges, DeclaredWindow window, double secondsAfterNoon) => edges.Near([window], Noon + Duration.FromSeconds(secondsAfterNoon)).Count;

    [Fact]
    public void What_a_window_is_about_is_looked_at_once_just_before_it_begins_and_once_just_before_it_ends()
    {
        var edges = new WindowEdges();
        Assert.Equal([0, 2, 0, 0, 0, 2, 0, 0], new double[] { -3, -1.9, -0.9, 0, 1, 3598.5, 3599.5, 3600 }.Select(second => Near(edges, Hour, second)));
    }

    [Fact]
    public void A_window_that_ends_early_has_its_edge_there_and_one_that_will_not_take_place_has_none()
    {
        Assert.Equal(2, Near(new WindowEdges(), Hour with { EndedAt = Noon + Duration.FromMinutes(5) }, 299));
        Assert.Equal(0, Near(new WindowEdges(), Hour with { EndedAt = Noon }, -1));
        Assert.Equal(0, Near(new WindowEdges(), Hour with { EndedAt = Noon + Duration.FromMinutes(5) }, 3599));
    }

    [Fact]
    public void Windows_that_meet_have_a_component_looked_at_once()
    {
        var next = Hour with { Id = "x", From = Hour.To, To = Hour.To + Duration.FromHours(1) };
        Assert.Equal(2, new WindowEdges().Near([Hour, next], Hour.To - Duration.FromSeconds(1)).Count);
    }
}
