using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Timelines;
using Nines.Ledger.Objectives;
using Nines.Ledger.Policies;
using Nines.Ledger.Reports;
using Nines.Testing;
using NodaTime;
using static Nines.Ledger.Tests.History;
using static Nines.Ledger.Tests.Objectives.BurnRateTests;

namespace Nines.Ledger.Tests.Objectives;

public sealed class ObjectivePropertyTests
{
    private const double Day = 86_400;

    private static Segment[] Some(Random random, double from, double to)
    {
        var segments = new List<Segment>();
        State[] states = [State.Up, State.Degraded, State.EffectivelyDown, State.Down];
        for (var at = from; at < to; at += random.Next(1, random.Next(2) == 0 ? 400 : 40_000))
        {
            var three = new[] { states[random.Next(4)], states[random.Next(4)], states[random.Next(4)] }.Order().ToArray();
            if (random.Next(3) > 0) three = [State.Up, State.Up, State.Up];
            segments.Add(random.Next(12) == 0 ? Unseen(at) : new Segment(At(at), three[0], three[1], three[2])
            {
                Outage = three[1].IsDown() ? $"shop-{segments.Count}" : null,
                Window = random.Next(15) == 0 ? "patch" : null,
            });
        }
        return [.. segments];
    }

    [Fact]
    public void Figures_keep_their_order_and_agree_with_the_report_of_the_same_window()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var ledger = ShopWith(40 * Day, Some(random, 1, 40 * Day));
            var policy = ShippedPolicies.All[random.Next(ShippedPolicies.All.Length)];
            var at = At(random.Next(1, (int)(40 * Day)));
            var objective = Of(0.99m, new ObjectiveWindow.Rolling(Duration.FromHours(random.Next(1, 24 * 35))));
            var report = Assert.Single(ObjectiveReporter.Make(ledger, objective, at, policy));

            // What the report of availability says of the same time, down to the tick.
            var from = Instant.Max(Zero, report.Window.Start);
            var same = Reporter.Make(ledger.Components.Single(), policy, from, at);
            if (policy.Regions != RegionRule.Weighted)
            {
                Assert.Equal((long)decimal.Round(same.Tally.LostLikely), report.Budget.Spent.Likely.BclCompatibleTicks);
                Assert.Equal((long)decimal.Round(same.Tally.LostPossibly), report.Budget.Spent.Longest.BclCompatibleTicks);
            }
            Assert.True(report.Budget.Spent.Shortest <= report.Budget.Spent.Likely && report.Budget.Spent.Likely <= report.Budget.Spent.Longest, $"seed {seed}");
            Assert.InRange(report.Coverage, 0, 1);
            Assert.True(report.Forecast is not { Kept: { } kept } forecast || forecast.KeptLow <= kept + 1e-9 && kept <= forecast.KeptHigh + 1e-9, $"seed {seed}");
            var parts = report.ByOutage.Aggregate(Length.Zero, (sum, one) => sum + one.Lost);
            Assert.InRange((parts.Likely - report.Budget.Spent.Likely).BclCompatibleTicks, -report.ByOutage.Length, report.ByOutage.Length);
            foreach (var burn in report.Burn)
            {
                Assert.True(burn.Long.Low <= burn.Long.Likely && burn.Long.Likely <= burn.Long.High, $"seed {seed}");
                // What surely burns likely does, and what likely does possibly does: and no later.
                Assert.True(burn.SurelySince is not { } surely || burn.Since <= surely, $"seed {seed}");
                Assert.True(burn.Since is not { } since || burn.PossiblySince <= since, $"seed {seed}");
                Assert.Equal(burn.IsFiring, burn.CanFire && burn.Long.Likely >= burn.Factor && burn.Short.Likely >= burn.Factor);
            }
        }
    }

    [Fact]
    public void Slices_keep_the_order_of_the_three_timelines_and_never_lose_more_than_was_seen()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var ledger = ShopWith(10 * Day, Some(random, 1, 10 * Day));
            var objective = Of(0.99m, new ObjectiveWindow.Rolling(Duration.FromDays(9))) with { Slices = new Slices(Duration.FromMinutes(random.Next(1, 200)), 0.5m + random.Next(51) / 100m) };
            var report = Judge(ledger, objective, At(10 * Day - random.Next(10_000)));
            Assert.True(report.Budget.Spent.Shortest <= report.Budget.Spent.Likely && report.Budget.Spent.Likely <= report.Budget.Spent.Longest, $"seed {seed}");
            Assert.True(report.Budget.Spent.Longest <= report.Elapsed - report.Unknown + Duration.FromTicks(1), $"seed {seed}");
        }
    }

    [Fact]
    public void The_instant_of_a_crossing_is_found_where_stepping_through_time_finds_it()
    {
        for (var seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            var at = 0.0;
            var segments = new List<Segment>();
            while (at < 20_000)
            {
                at += random.Next(1, 600);
                segments.Add(Down(at, $"shop-{segments.Count}"));
                at += random.Next(1, 60);
                segments.Add(Up(at));
            }
            var ledger = ShopWith(26_000, [.. segments]);
            var objective = Of(0.97m);
            Instant? began = null;
            for (var second = 4_000; second < 24_000; second += 50)
            {
                var burn = Judge(ledger, objective, At(second)).Burn[0];
                if (!burn.IsFiring) began = null;
                else
                {
                    began ??= burn.Since;
                    Assert.Equal(began, burn.Since);
                    Assert.InRange(burn.Since!.Value, Zero, At(second));
                    // Just before it it did not, and there it does.
                    Assert.False(Judge(ledger, objective, burn.Since.Value - Duration.FromMilliseconds(1)).Burn[0].IsFiring);
                    Assert.True(Judge(ledger, objective, burn.Since.Value).Burn[0].IsFiring);
                    // It resets no sooner than foretold.
                    Assert.True(burn.Resets > At(second - 1));
                }
            }
        }
    }

    [Fact]
    public void Regions_that_are_weighted_spend_their_share()
    {
        var ledger = new History().Config(0, "shop").Started(0).Revised(1, 0, Up(0))
            .RevisedFor("shop", "eu", 1, 0, Up(0), Down(1_000, "shop-eu-1"), Up(1_600)).RevisedFor("shop", "us", 1, 0, Up(0)).Watched(40 * Day).Fold();
        var report = Assert.Single(ObjectiveReporter.Make(ledger, Of(0.999m), At(10_000), ShippedPolicies.Observed));
        Assert.Equal(300, report.Budget.Spent.Likely.TotalSeconds);
        Assert.Equal("shop-eu-1", Assert.Single(report.ByOutage).Outage);
        Assert.Equal(0, Assert.Single(ObjectiveReporter.Make(ledger, Of(0.999m), At(10_000))).Budget.Spent.Likely.TotalSeconds);
    }

    [Fact]
    public void Objectives_over_a_year_of_flapping_are_judged_without_walking_it_for_each_window()
    {
        const int components = 2, objectives = 100;
        var names = Enumerable.Range(0, components).Select(i => $"c{i}").ToArray();
        var history = new History().Config(0, names).Started(0);
        // Every half an hour a minute down: 17,520 outages in the year, of each component.
        foreach (var name in names)
            history.RevisedFor(name, null, 1, 0, [Up(0), .. Enumerable.Range(1, 17_519).SelectMany(i => new[] { Down(i * 1_800, $"{name}-{i}"), Up(i * 1_800 + 60) })]);
        var ledger = history.Watched(365 * Day).Fold();
        var all = Enumerable.Range(0, objectives).Select(i => Of(0.9m + i % 9 / 100m, i % 3 == 0 ? ObjectiveWindow.Calendar.Aligned(CalendarUnit.Month, 1, DateTimeZone.Utc) : new ObjectiveWindow.Rolling(Duration.FromDays(28 + i % 2))) with { Name = $"o{i}", Component = new ComponentId(names[i % components]) }).ToList();
        var took = OwnTime.Of(() =>
        {
            var reporter = new ObjectiveReporter(ledger);
            Assert.Equal(objectives, all.SelectMany(objective => reporter.Make(objective)).Count());
        });
        // About 7 ms each; walks that grow with the square of the outages would take minutes.
        Assert.True(took < TimeSpan.FromSeconds(30), $"{took}");
    }
}
