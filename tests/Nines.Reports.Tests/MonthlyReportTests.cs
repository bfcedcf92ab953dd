using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Timelines;
using Nines.Ledger;
using Nines.Ledger.Documents;
using Nines.Ledger.Policies;
using Nines.Ledger.Reports;
using Nines.Pricing.Attribution;
using Nines.Pricing.Money;
using Nines.Pricing.Plan;
using Nines.Pricing.Rates;
using Nines.Reports.Monthly;
using Nines.Reports.Pages;
using Nines.Reports.Periods;
using NodaTime;

namespace Nines.Reports.Tests;

public sealed class MonthlyReportTests
{
    internal static readonly DateTimeZone Zurich = DateTimeZoneProviders.Tzdb["Europe/Zurich"];
    private static readonly Instant Start = Instant.FromUtc(2026, 7, 3, 8, 0);

    internal static LedgerProjection History(int seed, int days = 130, string[]? sayings = null) => Year.Fold(new Year(seed, Start, days) { Sayings = sayings ?? ["connection refused", "timed out after 5 s"] }.Facts(
        ("app", ComponentKind.Dapp, ["rpc"], 6), ("exchange", ComponentKind.Venue, [], 5), ("rpc", ComponentKind.Node, [], 4), ("quiet", ComponentKind.Infra, [], 0.01)));

    internal static PricingPlan Prices(LedgerProjection ledger) => PricingPlan.Open(new PricingOptions { Losses = [Rate("app", 1200), Rate("exchange", 5400)] }, ledger, _ => throw new InvalidOperationException("no file is named"));

    private static LossOptions Rate(string component, decimal amount) => new()
    {
        Component = new ComponentId(component), Rate = new RateLossOptions { Amount = new Amount(amount, Currency.Usd), Per = Duration.FromHours(1), Spread = 0.2m },
    };

    internal static MonthlyReport Make(LedgerProjection ledger, string period, DateTimeZone? zone = null, bool priced = true, ImmutableHashSet<ComponentId>? only = null) =>
        MonthlyMaker.Make(ledger, new MonthlyRequest(ReportPeriod.Parse(period, zone ?? Zurich)!, ShippedPolicies.Strict) { Plan = priced ? Prices(ledger) : null, Only = only });

    [Fact]
    public void Losses_add_up_however_they_are_cut()
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            var report = Make(History(seed), "2026-09");
            var losses = report.Losses!;
            foreach (var cut in new[] { losses.ByComponent, losses.ByCause, losses.ByClass })
            {
                Assert.Equal((double)report.Summary.Loss!.Likely, (double)cut.Sum(line => line.Loss.Likely), 1e-9);
                Assert.Equal((double)report.Summary.Loss.High, (double)cut.Sum(line => line.Loss.High), 1e-9);
            }
            Assert.Equal(report.Summary.Loss!.Likely, report.Components.Sum(component => component.Loss?.Likely ?? 0));
            Assert.True(losses.Cascade.Sum(line => line.Loss.Likely) <= report.Summary.Loss.Likely);
        }
    }

    [Fact]
    public void Every_figure_is_that_of_the_ledger_and_of_the_price()
    {
        for (var seed = 1; seed <= 10; seed++)
        {
            var ledger = History(seed);
            var (report, period) = (Make(ledger, "2026-08"), ReportPeriod.Month(2026, 8, Zurich));
            var figures = Reporter.Make(ledger, ShippedPolicies.Strict, period.From, period.To);
            foreach (var (section, row) in report.Components.Zip(figures.Components))
            {
                Assert.Equal(JsonSerializer.Serialize(ComponentReportDocument.Of(row), DocumentJson.Options), JsonSerializer.Serialize(section.Figures, DocumentJson.Options));
                Assert.Equal(section.Figures.AvailabilityLikely, section.Availability?.Likely);
                Assert.Equal(row.Outages, report.Outages.Count(outage => outage.Component == row.Component));
            }
            var priced = PricedWindow.Of(ledger, Prices(ledger), ShippedPolicies.Strict, period.From, period.To);
            Assert.Equal((priced.Total.Low, priced.Total.Likely, priced.Total.High), (report.Summary.Loss!.Low, report.Summary.Loss.Likely, report.Summary.Loss.High));
            Assert.Equal(report.Trend[^1].Loss!.Likely, report.Summary.Loss.Likely);
            Assert.Equal(report.Trend[^1].Availability, report.Summary.Availability);
        }
    }

    [Fact]
    public void The_trend_counts_an_outage_in_each_month_in_which_it_was_seen_though_its_onset_was_corrected()
    {
        // August ends in Zurich at 22:00 UTC: seen down from 21:00 on, said to have begun at 23:00. Strict counts what was surely seen.
        var (begun, app) = (Instant.FromUtc(2026, 8, 31, 21, 0), new ComponentId("app"));
        var (end, said) = (begun + Duration.FromHours(3), begun + Duration.FromHours(2));
        static Segment Held(Instant from, State state, string? outage = null) => new(from, state, state, state) { Outage = outage };
        var ledger = Year.Fold(
        [
            new ConfigLoaded(Start, "digest", "{}", "0.1.0", "2026a", [new ComponentSummary(app, ComponentKind.Dapp, ImmutableSortedDictionary<string, string>.Empty, [], ["eu"], Duration.FromSeconds(35))]),
            new WatchStarted(Start, "run-1", "host"),
            new TimelineRevised(end, app, null, Start, [Held(Start, State.Up), Held(begun, State.Down, "app-1"), Held(end, State.Up)]),
            new Watched(Instant.FromUtc(2026, 10, 2, 0, 0), "run-1", []),
            new OutageCorrected(Instant.FromUtc(2026, 10, 2, 0, 0), "app-1", "ada", CorrectionClaim.Bounds, "a post-mortem") { Began = new Bounds(said, said) },
        ]);
        Assert.Equal([("2026-08", 1), ("2026-09", 1)], Make(ledger, "2026-09", priced: false).Trend.TakeLast(2).Select(point => (point.Period, point.Outages)));
        Assert.Single(Make(ledger, "2026-08", priced: false).Outages);
    }

    [Fact]
    public void Days_make_up_the_month_and_hold_all_of_its_time()
    {
        var report = Make(History(3), "2026-10");
        foreach (var component in report.Components)
        {
            Assert.Equal(31, component.Days.Length);
            Assert.Equal(745m * 3600, component.Days.Sum(day => day.LengthS));
            foreach (var state in Enum.GetValues<State>())
                Assert.Equal(component.Figures.InStateS[state.Word().Replace(' ', '_')], component.Days.Sum(day => day.Of(state)));
        }
    }

    [Fact]
    public void The_worst_outages_are_those_that_cost_most()
    {
        var report = Make(History(4), "2026-09");
        var worst = report.Summary.Worst.Select(id => report.Outages.Single(outage => outage.Id == id)).ToList();
        Assert.Equal(MonthlyMaker.WorstNamed, worst.Count);
        Assert.Equal(worst.Select(outage => outage.Loss!.Likely), report.Outages.Select(outage => outage.Loss?.Likely ?? 0).OrderDescending().Take(5));
    }

    [Fact]
    public void A_month_before_anybody_watched_is_unknown_and_not_up()
    {
        var report = Make(History(5), "2026-05");
        Assert.Null(report.Summary.Availability);
        Assert.Equal(0, report.Summary.Coverage);
        Assert.Empty(report.Trend);
        Assert.All(report.Components, component => Assert.All(component.Days, day => Assert.Equal(day.LengthS, day.Of(State.Unknown))));
        Assert.Contains("nothing is known of", report.Summary.Sentences[0]);
        Assert.DoesNotContain("class=\"u\" x=", HtmlPage.Of(MonthlyPage.Of(report)));
        Assert.Contains(new string('?', 31), MarkdownPage.Of(MonthlyPage.Of(report)).Replace("`", ""));
    }

    [Fact]
    public void A_month_that_was_watched_in_part_says_so()
    {
        var report = Make(History(5), "2026-07");
        var unseen = Start - report.Period.From;
        Assert.InRange(report.Summary.Coverage, 0.9m, 1 - (decimal)(unseen / (report.Period.To - report.Period.From)));
        Assert.Contains(report.Notes, note => note.StartsWith("Watching began at 2026-07-03 08:00:00", StringComparison.Ordinal));
        Assert.Contains(report.Summary.Sentences, sentence => sentence.Contains("nobody looked"));
    }

    [Fact]
    public void A_month_in_progress_claims_nothing_of_what_is_to_come()
    {
        var ledger = History(6);
        var report = Make(ledger, "2026-11");
        Assert.True(report.Period.InProgress);
        Assert.Equal(ledger.Frontier, report.Period.KnownUntil);
        Assert.All(report.Components, component => Assert.Empty(component.Days[^1].InStateS));
        Assert.Contains(", up to 2026-11-10 08:00 UTC", report.Summary.Sentences[0]);
        Assert.EndsWith(".", BlockChart.Of((Block.Days)MonthlyPage.Of(report).Sections.SelectMany(section => section.Blocks).First(block => block is Block.Days)));
    }

    [Fact]
    public void A_month_to_come_is_refused() => Assert.Equal("NIN4012", Assert.Throws<ReportException>(() => Make(History(6), "2027-02")).Code);

    [Fact]
    public void What_is_not_asked_for_is_not_named()
    {
        var report = Make(History(7), "2026-09", only: [new ComponentId("exchange")]);
        Assert.Equal(["exchange"], report.Components.Select(component => component.Component.Value));
        var json = JsonSerializer.Serialize(report, DocumentJson.Options);
        Assert.DoesNotContain("rpc", json);
        Assert.DoesNotContain("\"app", json);
    }

    [Fact]
    public void Without_prices_losses_are_not_told_as_nothing()
    {
        var report = Make(History(8), "2026-09", priced: false);
        Assert.Null(report.Summary.Loss);
        Assert.Contains(report.Notes, note => note.Contains("and not zero"));
        Assert.Contains("nothing says what things cost", HtmlPage.Of(MonthlyPage.Of(report)));
    }

    [Fact]
    public void What_the_network_did_to_users_is_counted_where_users_are()
    {
        var report = Make(History(9), "2026-09");
        Assert.Equal(["app", "exchange", "quiet"], report.Summary.UsedByUsers.Select(id => id.Value));
        Assert.Contains(report.Notes, note => note.Contains("app, exchange, quiet"));
    }

    [Fact]
    public void Maintenance_says_what_overran()
    {
        var found = false;
        for (var seed = 1; seed <= 30 && !found; seed++)
        {
            var report = Make(History(seed), "2026-Q3");
            foreach (var window in report.Maintenance.Where(window => !window.OverranBy.IsEmpty))
            {
                found = true;
                Assert.Equal(window.Ended, report.Outages.Single(outage => outage.Id == window.OverranBy[0].Outage).BeganEarliest);
                Assert.True(window.NotUpS > 0);
                Assert.Equal(CauseKind.Maintenance, report.Outages.Single(outage => outage.Id == window.OverranBy[0].Outage).Cause);
            }
        }
        Assert.True(found);
    }

    [Fact]
    public void Together_components_are_the_mean_of_their_time_and_never_whole_when_one_is_not()
    {
        var ledger = History(10);
        var figures = Reporter.Make(ledger, ShippedPolicies.Strict).Components;
        var pooled = Pooled.Availability(figures.Select(one => one.Seen))!.Value;
        Assert.InRange(pooled.Likely, figures.Min(one => one.Availability!.Value.Likely), figures.Max(one => one.Availability!.Value.Likely));
        Assert.True(pooled.Low <= pooled.Likely && pooled.Likely <= pooled.High && pooled.High < 1);
        Assert.Equal(figures[0].Availability, Pooled.Availability([figures[0].Seen]));
        Assert.Null(Pooled.Availability([]));
    }

    [Fact]
    public void The_same_position_policy_and_pricing_give_the_same_report()
    {
        string Json() => JsonSerializer.Serialize(Make(History(11), "2026-10"), DocumentJson.Options);
        Assert.Equal(Json(), Json());
        Assert.Contains("--as-of", Make(History(11), "2026-10").Method[^1]);
    }
}
