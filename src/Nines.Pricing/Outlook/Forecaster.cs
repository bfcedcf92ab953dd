using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Nines.Core.Components;
using Nines.Ledger;
using Nines.Ledger.Availability;
using Nines.Ledger.Policies;
using Nines.Ledger.Reports;
using Nines.Ledger.Text;
using Nines.Pricing.Attribution;
using Nines.Pricing.Losses;
using Nines.Pricing.Money;
using Nines.Pricing.Plan;
using NodaTime;

namespace Nines.Pricing.Outlook;

/// <summary>Makes outlooks of a ledger's history. Reads only; the same position, policy, plan and window give the same outlook.</summary>
public static class Forecaster
{
    /// <summary>Less than this is no history to foretell a year from.</summary>
    public static readonly Duration LeastKnown = Duration.FromDays(30);

    private static readonly Duration Year = Duration.FromDays(365);

    /// <param name="from">Null for the first instant watched.</param>
    /// <param name="to">Null, or beyond what is known, for the frontier.</param>
    /// <param name="ahead">Above 0.</param>
    /// <param name="level">Above 0 and below 1.</param>
    /// <exception cref="ReportException">Nothing was watched, or the window is empty.</exception>
    /// <exception cref="PricingException">A rate or a series does not reach there.</exception>
    public static LossOutlook Of(LedgerProjection ledger, PricingPlan plan, Policy policy, Instant? from, Instant? to, Duration ahead, double level, IReadOnlySet<ComponentId>? wanted = null)
    {
        var (begin, end) = Reporter.WindowOf(ledger, policy, from, to);
        // What a ledger answers is kept until it moves, so it is asked by one; simulating is what takes time.
        var histories = ledger.Components.Where(component => wanted?.Contains(component.Id) != false).Select(component => PricedHistory.Of(component, plan, policy, begin, end, level)).ToList();
        PricedHistory[] foretold = [.. histories.Where(history => history.Without is null)];
        var outlooks = new (ComponentOutlook Outlook, LossSimulation Run)[foretold.Length];
        Parallel.For(0, foretold.Length, i => outlooks[i] = Foretell(foretold[i], plan.Sources.Currency, ahead, level));

        ImmutableArray<ComponentOutlook> components = [.. outlooks.Select(one => one.Outlook).OrderByDescending(outlook => outlook.Expected.Likely).ThenBy(outlook => outlook.Component)];
        return new LossOutlook(
            ahead, level, begin, end, components, [.. histories.Select(history => history.Without).OfType<WithoutOutlook>()],
            components.Sum(outlook => outlook.Expected.Likely), Together(ledger, foretold, outlooks, plan.Sources.Currency, ahead, level));
    }

    private static (ComponentOutlook, LossSimulation) Foretell(PricedHistory history, Currency currency, Duration ahead, double level)
    {
        var (years, aheadYears, tail) = (history.Known / Year, ahead / Year, (1 - level) / 2);
        var run = LossSimulation.Run(history.Simulated(years), aheadYears, SeedOf(history.Component));
        var mean = history.Past.Likely * (decimal)(aheadYears / years);
        double[] means = [.. run.Expected.Order()], losses = [.. run.Losses.Order()];
        var expected = Spanning(LossSimulation.Quantile(means, tail), mean, LossSimulation.Quantile(means, 1 - tail), currency);
        var (full, settled) = (WidthOf(losses), WidthOf(run.Settled));
        var (between, longest) = Confidence.MeanTimeBetweenFailures(history.Outages, years, level);
        var outages = Estimate.Spanning((decimal)(aheadYears / longest!.Value), (decimal)(aheadYears * history.Outages / years), (decimal)(aheadYears / between));
        // Steady loss goes on whether outages are fewer or shorter.
        var byOutages = history.Past.Likely == 0 ? 0 : history.PastOutages / history.Past.Likely;
        return (new ComponentOutlook
        {
            Component = history.Component,
            Known = history.Known,
            Outages = history.Outages,
            CostlyOutages = history.Costly.Length,
            Past = history.Past,
            OutagesAhead = outages,
            Expected = expected,
            Loss = Spanning(LossSimulation.Quantile(losses, 0.05), Money(LossSimulation.Quantile(losses, 0.5), currency), LossSimulation.Quantile(losses, 0.95), currency),
            ParameterShare = full == 0 ? 0 : (decimal)Math.Round(Math.Clamp(1 - settled / full, 0, 1), 4),
            NoOutage = Estimate.Spanning(Chance(outages.High), Chance(outages.Likely), Chance(outages.Low)),
            Costs = run.Costs,
            Availability = history.Availability,
            LongRun = history.LongRun,
            OneMoreNine = expected * 0.9m,
            HalfTheOutages = expected * (byOutages / 2),
            HalfTheLength = expected * (byOutages * (1 - history.HalfLengthShare)),
            Liabilities = history.Liabilities * (decimal)(aheadYears / years),
            Trend = history.Trend,
            Said = [.. history.Said],
        }, run);
    }

    private static decimal Chance(decimal outages) => (decimal)Math.Round(Math.Exp(-(double)outages), 6);

    private static double WidthOf(double[] sorted) => LossSimulation.Quantile(sorted, 0.95) - LossSimulation.Quantile(sorted, 0.05);

    /// <summary>The total in each way in which it may be taken, from independent to what overlapped; none of no component.</summary>
    private static ImmutableArray<TotalOutlook> Together(LedgerProjection ledger, PricedHistory[] histories, (ComponentOutlook Outlook, LossSimulation Run)[] outlooks, Currency currency, Duration ahead, double level)
    {
        if (histories.Length == 0) return [];
        var (years, tail, expected) = (histories.Max(history => history.Known / Year), (1 - level) / 2, outlooks.Sum(one => one.Outlook.Expected.Likely));
        LossSimulation[] runs = [.. outlooks.Select(one => one.Run)];
        return [.. Enum.GetValues<Togetherness>().Select(by =>
        {
            var shared = SharedOutages.Of(ledger, histories, by);
            var (means, losses) = JointSimulation.Sum(runs, shared, years, ahead / Year, SeedOfTotal);
            var inEvents = shared.Events.SelectMany(together => together).GroupBy(own => own.Key).Sum(own => outlooks[own.Key].Outlook.Expected.Likely * ShareOf((decimal)own.Sum(one => one.Value), histories[own.Key].Past.Likely));
            return new TotalOutlook(by, shared.Events.Count, shared.Outages, Math.Clamp(ShareOf(inEvents, expected), 0, 1),
                Spanning(LossSimulation.Quantile(means, tail), expected, LossSimulation.Quantile(means, 1 - tail), currency),
                Spanning(LossSimulation.Quantile(losses, 0.05), Money(LossSimulation.Quantile(losses, 0.5), currency), LossSimulation.Quantile(losses, 0.95), currency));
        })];
    }

    private const int SeedOfTotal = 20_260_101;

    private static decimal ShareOf(decimal part, decimal whole) => whole == 0 ? 0 : part / whole;

    private static Estimate Spanning(double low, decimal likely, double high, Currency currency) => Estimate.Spanning(Money(low, currency), likely, Money(high, currency));

    /// <summary>A simulated amount: to the currency's decimals, for more would only look exact.</summary>
    private static decimal Money(double value, Currency currency) => Math.Round((decimal)Math.Min(value, (double)Amount.Greatest), currency.Decimals);

    /// <summary>FNV-1a over the name: a component's draws do not depend on which others there are.</summary>
    private static int SeedOf(ComponentId component)
    {
        unchecked
        {
            var hash = 2_166_136_261u;
            foreach (var octet in Encoding.UTF8.GetBytes(component.Value)) hash = (hash ^ octet) * 16_777_619;
            return (int)(hash & 0x7fff_ffff);
        }
    }
}
