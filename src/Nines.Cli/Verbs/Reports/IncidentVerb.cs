using System.Collections.Immutable;
using System.CommandLine;
using Nines.Cli.Output;
using Nines.Cli.Verbs.Pricing;
using Nines.Cli.Verbs.Reading;
using Nines.Core;
using Nines.Ledger.Explanations;
using Nines.Reports.Incidents;

namespace Nines.Cli.Verbs.Reports;

/// <summary><c>nines report incident OUTAGE</c>: one outage from its first sign to its cost.</summary>
internal static class IncidentVerb
{
    public static Command Create(ReadContext context)
    {
        var id = new Argument<string>("outage") { Description = "The outage's name, as `nines get outages` lists it", HelpName = "OUTAGE" };
        id.CompletionSources.Add(Suggestions.Outages(context, open: false));
        var (named, pricing, asOf) = (PolicyOption.Create(), PricingOption.Create(), PeriodOptions.AsOf());
        return ReadVerb.Create(context, "incident", "One outage: timeline, cause, cost, who was told", [id, named, pricing, asOf], async (parsed, latest, journal, cancellation) =>
        {
            var ledger = await PeriodOptions.LedgerAsync(parsed.GetValue(asOf), latest, journal, cancellation);
            var outage = ExplainVerb.Find(parsed.GetValue(id)!, ledger);
            var explained = await new Explainer(outage, ledger).ExplainAsync(journal, cancellation);
            var report = IncidentMaker.Make(ledger, new IncidentRequest(outage, PolicyOption.ReadOne(parsed, named, ledger), PricingOption.OpenIfAny(parsed, pricing, ledger))).With(explained);
            return Result.Of(report, "timeline", IncidentPage.Of(report));
        }, isPage: true);
    }
}
