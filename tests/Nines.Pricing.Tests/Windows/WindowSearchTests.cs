using System.Collections.Immutable;
using Nines.Backbone.Journal;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Ledger;
using Nines.Pricing.Money;
using Nines.Pricing.Plan;
using Nines.Pricing.Profiles;
using Nines.Pricing.Rates;
using Nines.Pricing.Series;
using Nines.Pricing.Tests.Series;
using Nines.Pricing.Windows;
using NodaTime;
using static Nines.Pricing.Tests.Series.Sold;

namespace Nines.Pricing.Tests.Windows;

public sealed class WindowSearchTests
{
    /// <summary>The Wednesday after six weeks of a series, at a time that is no multiple of anything.</summary>
    private static readonly Instant Now = At(Monday.PlusDays(44), 10) + Duration.FromSeconds(617);

    private static readonly string Csv = "time,value\n" + string.Concat(Enumerable.Range(0, 42 * 24).Select(hour => FormattableString.Invariant($"{At(Monday, 0) + Duration.FromHours(hour)},{Usual((At(Monday, 0) + Duration.FromHours(hour)).InUtc()) - (hour % 168 is 99 or 100 ? 30 : 0)}\n")));

    private static readonly LedgerProjection Ledger = LedgerOf("""{"components":[{"name":"shop","needs":{"at_least":2,"of":["node","page"]}},{"name":"node"},{"name":"page"},{"name":"stats","needs":"node"}]}""");

    private static LedgerProjection LedgerOf(string config)
    {
        var ledger = new LedgerProjection();
        ledger.Apply(new JournalEntry(new JournalPosition(1), "config", 1, new ConfigLoaded(At(Monday, 0), "d", config, "0.4.0", "2026a", [])));
        return ledger;
    }

    private static PricingPlan Plan(params ImmutableArray<LossOptions> more) => PricingPlan.Open(
        new PricingOptions { Series = [Dollars], Losses = [new LossOptions { Component = Shop, Profile = new ProfileLossOptions { Series = "sales" } }, .. more] },
        Ledger, _ => System.Text.Encoding.UTF8.GetBytes(Csv));

    private static WindowRequest Request => new()
    {
        Now = Now,
        Length = Duration.FromHours(2),
        Horizon = Duration.FromDays(14),
        Every = Duration.FromMinutes(15),
        Zone = DateTimeZone.Utc,
    };

    private static string Refused(WindowRequest request)
    {
        var refused = Assert.Throws<PricingException>(() => WindowSearch.Of(Ledger, Plan(), request));
        Assert.Equal("NIN4268", refused.Code);
        return refused.Message;
    }

    [Fact]
    public void The_cheapest_window_is_found_and_every_start_costs_what_an_outage_there_would()
    {
        var plan = Plan();
        var search = WindowSearch.Of(Ledger, plan, Request);
        // Friday 03:00 to 05:00 costs 10 an hour; a weekend night 20.
        Assert.Equal("2026-02-20T03:00:00Z", search.Cheapest[0].From.ToString());
        Assert.Equal(20m, Math.Round(search.Cheapest[0].Loss.Likely, 6));
        Assert.Equal("2026-02-27T03:00:00Z", search.Cheapest[1].From.ToString());
        Assert.Equal(400m, Math.Round(search.Dearest.Loss.Likely, 6));
        Assert.Equal(400m, Math.Round(search.Now.Loss.Likely, 6));
        Assert.Equal(Now, search.Now.From);
        foreach (var start in search.Starts.Where((_, index) => index % 37 == 0))
            Assert.Equal(plan.Models[0].Price(Lost(start.From, start.To)).Amount, start.Loss);
        Assert.All(search.Starts, start => Assert.True(start.From >= Now && start.To <= Now + Request.Horizon && start.From.InUtc().Minute % 15 == 0));
        Assert.Equal((14 * 24 - 2) * 4, search.Starts.Length);
    }

    [Fact]
    public void The_best_five_do_not_overlap()
    {
        var best = WindowSearch.Of(Ledger, Plan(), Request).Cheapest;
        Assert.Equal(5, best.Length);
        foreach (var (one, other) in best.SelectMany(one => best.Where(other => other != one).Select(other => (one, other)))) Assert.True(one.To <= other.From || one.From >= other.To);
        Assert.Equal(best.Select(window => window.Loss.Likely), best.Select(window => window.Loss.Likely).Order());
    }

    [Fact]
    public void What_needs_the_component_costs_too_and_what_has_no_price_is_named()
    {
        var plan = Plan(new LossOptions { Component = new("page"), Rate = new RateLossOptions { Amount = new Amount(7, Currency.Usd) } });
        var node = WindowSearch.Of(Ledger, plan, Request with { Component = new("node") });
        Assert.Equal([Shop], node.Priced);
        Assert.Equal(["node", "stats"], node.Unpriced.Select(id => id.Value));
        var page = WindowSearch.Of(Ledger, plan, Request with { Component = new("page") });
        Assert.Equal(["page", "shop"], page.Priced.Select(id => id.Value));
        Assert.Equal(14m + 20m, Math.Round(page.Cheapest[0].Loss.Likely, 6));
        Assert.Equal(node.Cheapest[0].From, page.Cheapest[0].From);
    }

    [Theory]
    [InlineData("22:00", "06:00", 22, 4)]
    [InlineData("09:00", "17:00", 9, 15)]
    [InlineData("22:00", "00:00", 22, 22)]
    public void The_window_lies_within_the_hours_that_are_allowed(string from, string to, int first, int last)
    {
        static LocalTime Time(string text) => NodaTime.Text.LocalTimePattern.CreateWithInvariantCulture("HH:mm").Parse(text).Value;
        var starts = WindowSearch.Of(Ledger, Plan(), Request with { Zone = Berlin, Hours = (Time(from), Time(to)) }).Starts;
        Assert.NotEmpty(starts);
        Assert.Contains(starts, start => start.From.InZone(Berlin).TimeOfDay == new LocalTime(first, 0));
        Assert.Contains(starts, start => start.From.InZone(Berlin).TimeOfDay == new LocalTime(last, 0));
        Assert.All(starts, start =>
        {
            var (begins, ends) = (start.From.InZone(Berlin).TimeOfDay, (start.To - Duration.Epsilon).InZone(Berlin).TimeOfDay);
            foreach (var time in new[] { begins, ends }) Assert.True(Time(from) < Time(to) ? time >= Time(from) && time < Time(to) : time >= Time(from) || time < Time(to), $"{begins} to {ends}");
        });
    }

    [Fact]
    public void It_begins_on_the_days_that_are_allowed() =>
        Assert.All(WindowSearch.Of(Ledger, Plan(), Request with { Days = [IsoDayOfWeek.Saturday] }).Starts, start => Assert.Equal(IsoDayOfWeek.Saturday, start.From.InUtc().DayOfWeek));

    [Fact]
    public void A_coming_holiday_is_priced_as_one()
    {
        var holiday = Monday.PlusDays(51);
        var plan = PricingPlan.Open(
            new PricingOptions { Series = [Dollars with { Holidays = [$"{holiday:uuuu-MM-dd}"] }], Losses = [new LossOptions { Component = Shop, Profile = new ProfileLossOptions { Series = "sales" } }] },
            Ledger, _ => System.Text.Encoding.UTF8.GetBytes(Csv));
        var search = WindowSearch.Of(Ledger, plan, Request);
        Assert.Equal(200m, Math.Round(search.Starts.Single(start => start.From == At(holiday, 10)).Loss.Likely, 6));
        Assert.Equal(400m, Math.Round(search.Starts.Single(start => start.From == At(holiday.PlusDays(1), 10)).Loss.Likely, 6));
        Assert.Contains(search.Assumptions, sentence => sentence.Contains("it is taken as a Sunday"));
    }

    [Fact]
    public void A_plan_that_is_open_has_learnt_and_reads_its_ledger_no_more() => Assert.Throws<InvalidOperationException>(() => Plan().Sources.OutagesOf(Shop));

    [Fact]
    public void Rates_of_now_count_for_what_is_to_come()
    {
        var plan = PricingPlan.Open(
            new PricingOptions
            {
                Rates = new RatesOptions { Days = [new RateOptions { Date = Now, Currency = Currency.Eth, Rate = 3000 }] },
                Losses = [new LossOptions { Component = Shop, Rate = new RateLossOptions { Amount = new Amount(1, Currency.Eth) } }],
            }, Ledger, _ => throw new InvalidOperationException("No file is named."));
        var search = WindowSearch.Of(Ledger, plan, Request);
        Assert.Equal(6000m, search.Starts[^1].Loss.Likely);
        Assert.Contains(search.Assumptions, sentence => sentence.Contains("one ETH is taken to be worth 3000 USD throughout, the rate of 2026-02-18"));
    }

    [Fact]
    public void What_cannot_be_met_is_said()
    {
        Assert.Contains("does not fit into the next 1h", Refused(Request with { Horizon = Duration.FromHours(1) }));
        Assert.Contains("cannot be tried", Refused(Request with { Length = Duration.Zero }));
        Assert.Contains("farther than 92d", Refused(Request with { Horizon = Duration.FromDays(100) }));
        Assert.Contains("more than 50,000 starts", Refused(Request with { Horizon = Duration.FromDays(90), Every = Duration.FromMinutes(1) }));
        Assert.Contains("has room for the window", Refused(Request with { Hours = (new LocalTime(1, 0), new LocalTime(2, 0)) }));
        Assert.Contains("either stats nor what needs it has a price", Refused(Request with { Component = new("stats") }));
    }

    [Fact]
    public void The_chart_has_a_row_a_day_and_its_highest_block_for_the_dearest()
    {
        var chart = WindowChart.Of(WindowSearch.Of(Ledger, Plan(), Request));
        Assert.Equal(2 + 15, chart.Length);
        // The cheapest start in the hour from 18:00 is 18:45: an hour and a quarter of 200, three quarters of 40.
        Assert.Equal("Thu 2026-02-19  ▂▂▂▂▂▂▂▅██████████▆▃▂▂▂▂", chart[3]);
        Assert.StartsWith("Wed 2026-02-18  ··········", chart[2]);
    }
}
