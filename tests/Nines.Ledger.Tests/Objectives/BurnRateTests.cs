using Nines.Ledger.Objectives;
using NodaTime;
using static Nines.Ledger.Tests.History;

namespace Nines.Ledger.Tests.Objectives;

public sealed class BurnRateTests
{
    private const double Day = 86_400;

    internal static Objective Of(decimal target, ObjectiveWindow? window = null) =>
        new() { Name = "shop-up", Component = Shop, Target = target, Window = window ?? new ObjectiveWindow.Rolling(Duration.FromDays(30)) };

    internal static ObjectiveReport Judge(LedgerProjection ledger, Objective objective, Instant? at = null) => Assert.Single(ObjectiveReporter.Make(ledger, objective, at));

    [Theory]
    [InlineData(30, "14.4", "6", "3", "1")]
    [InlineData(28, "13.44", "5.6", "2.8", "0.9333")]
    public void The_factors_of_a_window_are_budget_share_by_period_by_long_window(int days, params string[] factors)
    {
        Assert.Equal(factors.Select(decimal.Parse), BurnPair.All.Select(pair => decimal.Round(pair.Factor(Duration.FromDays(days)), 4)));
        Assert.Equal([5, 30, 120, 360], BurnPair.All.Select(pair => pair.Short.TotalMinutes));
    }

    [Theory]
    [InlineData(0.999, 51.84)] // 0.864 min
    [InlineData(0.9999, 5.184)]
    public void A_total_outage_fires_the_fast_burn_after_just_this_long(decimal target, double seconds)
    {
        const double onset = 40 * Day;
        var ledger = ShopWith(onset + 600, Down(onset, "shop-1"));

        var burning = Judge(ledger, Of(target)).Burn[0];
        Assert.Equal(At(onset + seconds), burning.Since);
        Assert.Equal((burning.Since, burning.Since), (burning.PossiblySince, burning.SurelySince));

        var tick = Duration.FromTicks(1);
        Assert.False(Judge(ledger, Of(target), At(onset + seconds) - tick).Burn[0].IsFiring);
        Assert.True(Judge(ledger, Of(target), At(onset + seconds)).Burn[0].IsFiring);
    }

    [Fact]
    public void A_burn_resets_when_its_short_window_has_seen_enough_good_time()
    {
        const double onset = 40 * Day;
        // A minute of outage: 60 s in 5 min are a rate of 200; the short window falls below 14.4 when only 4.32 s of it are left in there.
        var ledger = ShopWith(onset + 70, Down(onset, "shop-1"), Up(onset + 60));
        var firing = Judge(ledger, Of(0.999m)).Burn[0];
        Assert.Equal(At(onset + 51.84), firing.Since);
        Assert.Equal(At(onset + 60 + 300 - 4.32), firing.Resets);

        var later = ShopWith(onset + 1_000, Down(onset, "shop-1"), Up(onset + 60));
        Assert.False(Judge(later, Of(0.999m)).Burn[0].IsFiring);
        Assert.True(Judge(later, Of(0.999m), At(onset + 355.68)).Burn[0].IsFiring);
        Assert.False(Judge(later, Of(0.999m), At(onset + 355.68) + Duration.FromTicks(10)).Burn[0].IsFiring);
    }

    [Fact]
    public void Uncertain_onset_gives_bounds_on_when_the_burn_began()
    {
        const double onset = 40 * Day;
        var ledger = ShopWith(onset + 600, OutageOf("shop-1", onset, onset + 20, onset + 400, onset + 420));
        var burn = Judge(ledger, Of(0.999m), At(onset + 300)).Burn[0];
        Assert.Equal((At(onset + 51.84), At(onset + 61.84), At(onset + 71.84)), (burn.PossiblySince, burn.Since, burn.SurelySince));
    }

    [Fact]
    public void What_fired_before_in_the_window_is_told_when_it_is_asked_for()
    {
        const double first = 20 * Day, second = 39 * Day;
        var ledger = ShopWith(second + 70, Down(first, "shop-1"), Up(first + 60), Down(second, "shop-2"), Up(second + 60));
        var fast = Assert.Single(new ObjectiveReporter(ledger).Make(Of(0.999m), withFirings: true)).Fired.Where(fired => fired.Pair.Name == "1h");
        Assert.Equal([(At(second + 51.84), null), (At(first + 51.84), At(first + 355.68))], fast.Select(fired => (fired.From, fired.To)));
        Assert.Empty(Judge(ledger, Of(0.999m)).Fired);
    }

    [Theory]
    [InlineData(28, "1h 6h 1d 3d")]
    [InlineData(7, "1h 6h")]
    [InlineData(1, "")]
    public void Where_the_period_is_too_short_for_a_pair_it_does_not_fire_at_a_pace_that_keeps_the_objective(int days, string pairs)
    {
        var ledger = ShopWith(40 * Day, Down(30 * Day, "shop-1"));
        Assert.Equal(pairs, string.Join(' ', Judge(ledger, Of(0.99m, new ObjectiveWindow.Rolling(Duration.FromDays(days)))).Burn.Where(burn => burn.IsFiring).Select(burn => burn.Pair.Name)));
    }

    [Fact]
    public void Both_windows_have_to_burn()
    {
        const double onset = 40 * Day;
        // An hour ago much was lost, and nothing since: the long window burns, the short one does not.
        var ledger = ShopWith(onset + 2_000, Down(onset, "shop-1"), Up(onset + 120));
        var burn = Judge(ledger, Of(0.999m)).Burn[0];
        Assert.True(burn.Long.Likely > burn.Factor);
        Assert.Equal(0, burn.Short.Likely);
        Assert.False(burn.IsFiring);
    }

    [Fact]
    public void A_rate_of_one_uses_the_budget_up_just_in_the_period()
    {
        // 864 s a day are 1 % of the time.
        var ledger = ShopWith(40 * Day, [.. Enumerable.Range(0, 40).SelectMany(day => new[] { Down(day * Day + 100, $"shop-{day}"), Up(day * Day + 964) })]);
        var report = Judge(ledger, Of(0.99m));
        Assert.Equal(1m, report.Burn[3].Long.Likely);
        Assert.Equal(Duration.Zero, report.Budget.Left.Likely);
        Assert.Equal(0.99m, report.Attained!.Value.Likely);
        Assert.Equal(ObjectiveState.Exhausted, report.State);
    }

    [Fact]
    public void The_instant_of_crossing_is_the_same_whenever_one_asks()
    {
        const double onset = 35 * Day;
        var segments = Enumerable.Range(0, 50).SelectMany(i => new[] { Down(onset + i * 37, $"shop-{i}"), Up(onset + i * 37 + 3 + i % 5) }).ToArray();
        var ledger = ShopWith(onset + 3_000, segments);
        var since = Judge(ledger, Of(0.999m), At(onset + 900)).Burn[0].Since;
        Assert.NotNull(since);
        for (var seconds = 901; seconds < 1_500; seconds += 7) Assert.Equal(since, Judge(ledger, Of(0.999m), At(onset + seconds)).Burn[0].Since);
        Assert.True(Judge(ledger, Of(0.999m), since).Burn[0].IsFiring);
        Assert.False(Judge(ledger, Of(0.999m), since!.Value - Duration.FromTicks(100)).Burn[0].IsFiring);
    }
}
