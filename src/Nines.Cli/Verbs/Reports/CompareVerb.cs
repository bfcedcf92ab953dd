using System.Collections.Immutable;
using System.CommandLine;
using Nines.Cli.Output;
using Nines.Cli.Verbs.Pricing;
using Nines.Cli.Verbs.Reading;
using Nines.Reports.Comparison;

namespace Nines.Cli.Verbs.Reports;

/// <summary><c>nines report compare --period A --period B</c>: two periods side by side.</summary>
internal static class CompareVerb
{
    public static Command Create(ReadContext context)
    {
        var period = new Option<string[]>("--period") { Description = "Twice: the one before and the one after, as 2026-09 or 2026-W41", HelpName = "PERIOD", Required = true };
        var (zone, asOf, filter) = (PeriodOptions.ZoneOption(), PeriodOptions.AsOf(), new ComponentFilter());
        var (named, pricing) = (PolicyOption.Create(), PricingOption.Create());
        return ReadVerb.Create(context, "compare", "Two periods side by side: differences, and whether they are more than chance", [period, zone, asOf, .. filter.Options, named, pricing], async (parsed, latest, journal, cancellation) =>
        {
            var ledger = await PeriodOptions.LedgerAsync(parsed.GetValue(asOf), latest, journal, cancellation);
            var asked = parsed.GetValue(period) ?? [];
            if (asked.Length != 2) throw new Fault("NIN4291", ExitCode.CalledWrong, $"--period: two periods are compared, and {asked.Length} {(asked.Length == 1 ? "was" : "were")} given. Write --period 2026-09 --period 2026-10.");
            var days = PeriodOptions.ZoneOf(parsed.GetValue(zone)!);
            var compared = new ComparisonMaker(
                ledger, PolicyOption.ReadOne(parsed, named, ledger), PricingOption.OpenIfAny(parsed, pricing, ledger), filter.IsGiven(parsed) ? [.. filter.Apply(parsed, ledger).Select(component => component.Id)] : null)
                .Make(PeriodOptions.Parse(asked[0], "--period", days), PeriodOptions.Parse(asked[1], "--period", days), filter.Text(parsed));
            return Result.Of(compared, "components", ComparisonPage.Of(compared));
        }, isPage: true);
    }
}
