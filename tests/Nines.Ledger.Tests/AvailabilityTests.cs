using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Facts;
using Nines.Core.Timelines;
using Nines.Ledger.Availability;
using Nines.Ledger.Documents;
using Nines.Ledger.Policies;
using Nines.Ledger.Reports;
using Nines.Ledger.Text;
using NodaTime;
using static Nines.Ledger.Tests.History;

namespace Nines.Ledger.Tests;

public sealed class AvailabilityTests
{
    private static ComponentReport Only(LedgerProjection ledger, Policy policy, double? from = null, double? to = null) =>
        Assert.Single(Reporter.Make(ledger, policy, from is { } f ? At(f) : null, to is { } t ? At(t) : null).Components);

    [Theory]
    [InlineData(30, "0.999", 2_592)]
    [InlineData(365, "0.999", 31_536)]
    [InlineData(30, "0.9999", 259.2)]
    [InlineData(365, "0.9999", 3_153.6)]
    [InlineData(30, "0.99999", 25.92)]
    [InlineData(365, "0.99999", 315.36)]
    public void So_many_nines_over_a_window_are_so_many_seconds_down(int days, string share, double down)
    {
        var report = Only(ShopWith(days * 86_400, Down(1_000, "shop-1"), Up(1_000 + down)), ShippedPolicies.Strict);

        Assert.Equal(decimal.Parse(share, System.Globalization.CultureInfo.InvariantCulture), report.Availability!.Value.Likely);
    }

    [Fact]
    public void Low_comes_from_possibly_and_high_from_surely()
    {
        var share = Only(ShopWith(1_000, OutageOf("shop-1", 100, 120, 200, 240)), ShippedPolicies.Strict).Availability!.Value;

        Assert.Equal((0.86m, 0.89m, 0.92m), (share.Low, share.Likely, share.High));
    }

    [Fact]
    public void Unknown_time_is_neither_up_nor_down_and_shows_as_coverage()
    {
        var report = Only(ShopWith(1_000, Down(100, "shop-1"), Up(200), Unseen(600)), ShippedPolicies.Strict);

        Assert.Equal(500m / 600m, report.Availability!.Value.Likely);
        Assert.Equal(0.6m, report.Coverage);
    }

    [Fact]
    public void Nothing_seen_is_not_a_hundred_per_cent_but_no_figure_at_all()
    {
        var report = Only(ShopWith(1_000, Up(1)), ShippedPolicies.Strict, from: -500, to: 0);

        Assert.Null(report.Availability);
        Assert.Equal(0m, report.Coverage);
    }

    [Fact]
    public void Nothing_is_claimed_beyond_the_frontier()
    {
        var ledger = ShopWith(1_000, Down(900, "shop-1"));
        var report = Reporter.Make(ledger, ShippedPolicies.Strict, At(0), At(5_000));

        Assert.Equal(At(1_000), report.To);
        Assert.Equal(Seconds(100), report.Components[0].Tally.Down.Longest);
    }

    [Fact]
    public void The_smallest_loss_is_never_rounded_up_to_a_hundred_per_cent()
    {
        Assert.Equal("99.999 %", PercentText.Of(0.999996m));
        Assert.Equal("100.000 %", PercentText.Of(1m));

        var tick = new Segment(At(100), State.Down, State.Down, State.Down) { Outage = "shop-1" };
        var report = Only(ShopWith(1_000_000_000, tick, Up(100) with { From = At(100) + Duration.FromTicks(1) }), ShippedPolicies.Strict);
        Assert.True(report.Availability!.Value.High < 1m);
        Assert.True(ComponentReportDocument.Of(report).AvailabilityHigh < 1m);
    }

    [Fact]
    public void Degraded_counts_only_where_the_policy_says_so()
    {
        var ledger = ShopWith(1_000, new Segment(At(100), State.Degraded, State.Degraded, State.Degraded), Up(200));

        Assert.Equal(1m, Only(ledger, ShippedPolicies.Strict).Availability!.Value.Likely);
        Assert.Equal(0.97m, Only(ledger, ShippedPolicies.Observed).Availability!.Value.Likely);
        Assert.Equal(Duration.Zero, Only(ledger, ShippedPolicies.Observed).Tally.Down.Longest);
    }

    [Fact]
    public void Planned_maintenance_counts_strictly_and_is_taken_out_leniently()
    {
        var ledger = ShopWith(1_000, Down(100, "x") with { Outage = null, Window = "patch@1" }, Up(300) with { Window = "patch@1" }, Up(500), Down(600, "shop-1"), Up(680));

        Assert.Equal(0.72m, Only(ledger, ShippedPolicies.Strict).Availability!.Value.Likely);
        Assert.Equal(720m / 800m, Only(ledger, ShippedPolicies.Lenient).Availability!.Value.Likely);
        Assert.Equal(0.92m, Only(ledger, ShippedPolicies.Lenient with { Maintenance = MaintenanceCounts.AsUp }).Availability!.Value.Likely);
        Assert.Equal(1m, Only(ledger, ShippedPolicies.Lenient).Coverage);
        Assert.Equal(1, Only(ledger, ShippedPolicies.Strict).Outages);
    }

    [Fact]
    public void A_blip_weighs_nothing_unless_the_policy_says_so()
    {
        var history = new History().Config(0, "shop").Started(0).Revised(1, 0, Up(0))
            .Add(new Core.Facts.BlipSeen(At(130), new(Shop, "page"), new("eu-1"), State.Down, Between(100, 120), Refused, [])).Watched(1_000);

        Assert.Equal(new Share(1, 1, 1), Only(history.Fold(), ShippedPolicies.Strict).Availability);
        Assert.Equal(new Share(0.98m, 0.99m, 1), Only(history.Fold(), ShippedPolicies.Strict with { Blip = 1 }).Availability);
        Assert.Equal(1, Only(history.Fold(), ShippedPolicies.Strict).Blips);
    }

    [Fact]
    public void A_regional_outage_counts_for_its_regions_share_where_regions_are_weighted()
    {
        var ledger = new History().Config(0, "shop").Started(0).Revised(1, 0, Up(0))
            .RevisedFor("shop", "eu", 1, 0, Up(0))
            .RevisedFor("shop", "us", 1, 0, Up(0), Down(100, "shop@us-1"), Up(300)).Watched(1_000).Fold();
        var weighted = ShippedPolicies.Observed with { RegionWeights = ImmutableSortedDictionary<string, decimal>.Empty.Add("us", 3) };

        Assert.Equal(1m, Only(ledger, ShippedPolicies.Strict).Availability!.Value.Likely);
        Assert.Equal(0.9m, Only(ledger, ShippedPolicies.Observed).Availability!.Value.Likely);
        Assert.Equal(0.85m, Only(ledger, weighted).Availability!.Value.Likely);
        Assert.Equal(1, Only(ledger, ShippedPolicies.Strict).RegionalOutages);
    }

    [Fact]
    public void A_policy_whose_weights_fall_as_states_get_worse_is_refused()
    {
        Assert.Throws<ReportException>(() => Reporter.Make(ShopWith(100), ShippedPolicies.Strict with { Degraded = 1, EffectivelyDown = 0.5m }));
        Assert.All(ShippedPolicies.All, policy => Assert.Empty(policy.Mistakes()));
    }

    [Fact]
    public void A_report_adds_up_outages_causes_and_repair_times()
    {
        var congested = new Cause(CauseKind.Congestion, "fees above the limit") { Code = "base_fee" };
        var report = Only(ShopWith(1_000, Down(100, "shop-1"), Up(160), Down(300, "shop-2", cause: congested), Up(320), Down(980, "shop-3")), ShippedPolicies.Strict);

        Assert.Equal((3, 1), (report.Outages, report.OpenOutages));
        Assert.Equal("shop-1", report.Longest!.Id);
        Assert.Equal(Seconds(40), report.MeanTimeToRepair!.Value.Likely);
        var longRun = Confidence.LongRunAvailability(report.Outages - report.OpenOutages, (report.Tally.Counted - report.Tally.Down.Likely).TotalSeconds, report.Tally.Down.Likely.TotalSeconds);
        Assert.Equal(longRun.Low, (double)report.LongRunAvailability!.Low, 12);
        Assert.Equal(longRun.High, (double)report.LongRunAvailability.High, 12);
        Assert.InRange((double)report.Availability!.Value.Likely, longRun.Low, longRun.High);
        Assert.Equal(Seconds(80), report.Tally.DownByCause[(int)CauseKind.Technical]);
        Assert.Equal(Seconds(20), report.Tally.DownByCause[(int)CauseKind.Congestion]);
        Assert.Equal(Seconds(20), report.Tally.DownByCode["base_fee"]);
        Assert.Equal(Seconds(35), report.Resolution);
    }

    [Theory]
    [InlineData(0, 2_374.7, null)]
    [InlineData(1, 1_572.2, 346_001.5)]
    [InlineData(3, 999.2, 14_159.4)]
    [InlineData(5, 750.7, 5_395.8)]
    [InlineData(10, 476.3, 1_826.8)]
    public void A_year_with_so_many_outages_allows_so_wide_an_interval(int outages, double low, double? high)
    {
        var interval = Confidence.MeanTimeBetweenFailures(outages, 8_760);

        Assert.Equal(low, interval.Low, 1);
        if (high is null) Assert.Null(interval.High);
        else Assert.Equal(high.Value, interval.High!.Value, 1);
    }

    [Fact]
    public void Five_outages_of_an_hour_in_a_year_leave_this_interval_on_availability()
    {
        var (low, high) = Confidence.LongRunAvailability(5, 8_755, 5);

        Assert.Equal(0.997882, low, 6);
        Assert.Equal(0.999846, high, 6);
    }

    [Theory]
    [InlineData(1, 1, 0.2711, 39.4979)]
    [InlineData(5, 5, 0.4882, 3.0798)]
    [InlineData(10, 5, 0.2927, 1.0427)]
    public void So_many_repairs_allow_so_wide_an_interval_on_their_mean(int repairs, double down, double low, double high)
    {
        var interval = Confidence.MeanTimeToRepair(repairs, down);
        Assert.Equal((low, high), (Math.Round(interval.Low, 4), Math.Round(interval.High, 4)));
    }

    [Fact]
    public void Times_to_detect_notify_and_acknowledge_run_from_the_onset_and_have_its_bounds()
    {
        var ledger = new History().Config(0, "shop").Started(0).Revised(1, 0, Up(0))
            .Revised(165, 100, Down(100, "shop-1", State.Up, State.Up), Down(110, "shop-1", State.Up), Down(120, "shop-1"))
            .Add(new NoticeSent(At(166), "shop-1", "opened", "hook", "timed out")).Add(new NoticeSent(At(170), "shop-1", "opened", "chat", null)).Add(new NoticeSent(At(180), "shop-1", "opened", "hook", null))
            .Add(new OutageAcknowledged(At(410), "shop-1", "ann", null))
            .Revised(700, 600, Up(600)).Revised(805, 800, Down(800, "shop-2")).Revised(905, 900, Up(900)).Watched(1_000).Fold();
        var report = Only(ledger, ShippedPolicies.Strict);

        Assert.Equal(new TimeTo(new Length(Seconds(25), Seconds(30), Seconds(35)), Seconds(55), 2), report.MeanTimeToDetect);
        Assert.Equal(new TimeTo(new Length(Seconds(50), Seconds(60), Seconds(70)), Seconds(60), 1), report.MeanTimeToNotify);
        Assert.Equal(new TimeTo(new Length(Seconds(290), Seconds(300), Seconds(310)), Seconds(300), 1), report.MeanTimeToAcknowledge);
        Assert.InRange(report.MeanTimeToRepair!.Value.Likely, report.MeanTimeToRepairLimits!.Low, report.MeanTimeToRepairLimits.High);
        Assert.Null(Only(ShopWith(100), ShippedPolicies.Strict).MeanTimeToDetect);
    }
}
