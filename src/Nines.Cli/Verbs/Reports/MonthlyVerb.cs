using System.Collections.Immutable;
using System.CommandLine;
using Nines.Cli.Output;
using Nines.Cli.Verbs.Pricing;
using Nines.Cli.Verbs.Reading;
using Nines.Reports.Monthly;

namespace Nines.Cli.Verbs.Reports;

/// <summary><c>nines report monthly</c>: a month, or any other period, as a document for people.</summary>
internal static class MonthlyVerb
{
    /// <summary>From so many components on it takes long enough to be worth a bar.</summary>
    private const int Many = 200;

    public static Command Create(ReadContext context)
    {
        var (period, filter) = (new PeriodOptions(), new ComponentFilter());
        var (named, pricing) = (PolicyOption.Create(), PricingOption.Create());
        var rows = new Option<string>("--rows") { Description = "What a row of -o csv is", DefaultValueFactory = _ => "components" };
        rows.AcceptOnlyFromAmong("components", "outages", "trend", "budgets", "maintenance");
        return ReadVerb.Create(context, "monthly", "A month or another period for people: first page, then detail", [.. period.Options, .. filter.Options, named, pricing, rows], async (parsed, latest, journal, cancellation) =>
        {
            var ledger = await period.LedgerAsync(parsed, latest, journal, cancellation);
            var policy = PolicyOption.ReadOne(parsed, named, ledger);
            var bar = ledger.Components.Count >= Many && context.Screen.IsTerminal ? new ProgressBar(context.Screen.Error) : null;
            var report = MonthlyMaker.Make(ledger, new MonthlyRequest(period.Read(parsed, ledger, context.Now), policy)
            {
                Plan = PricingOption.OpenIfAny(parsed, pricing, ledger),
                Only = filter.IsGiven(parsed) ? [.. filter.Apply(parsed, ledger).Select(component => component.Id)] : null,
                Selection = filter.Text(parsed),
                Progress = bar is null ? null : share => bar.Report("reporting", share),
            });
            bar?.Clear();
            return Result.Of(report, parsed.GetValue(rows)!, MonthlyPage.Of(report));
        }, isPage: true);
    }
}
