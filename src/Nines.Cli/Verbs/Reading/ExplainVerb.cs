using System.CommandLine;
using Nines.Cli.Output;
using Nines.Cli.Verbs.Pricing;
using Nines.Core;
using Nines.Ledger;
using Nines.Ledger.Explanations;
using Nines.Ledger.Outages;

namespace Nines.Cli.Verbs.Reading;

/// <summary><c>nines explain outage ID</c>: from observations to transition to cause, step by step, with the facts that say so.</summary>
public static class ExplainVerb
{
    public static Command Create(ReadContext context)
    {
        var id = new Argument<string>("id") { Description = "The outage's name, as `nines get outages` lists it", HelpName = "ID" };
        id.CompletionSources.Add(Suggestions.Outages(context, open: false));
        var outage = ReadVerb.Create(context, "outage", "Why an outage is on record, and what its bounds rest on", [id], async (parsed, ledger, journal, cancellation) =>
        {
            var found = Find(parsed.GetValue(id)!, ledger);
            return Show(await new Explainer(found, ledger).ExplainAsync(journal, cancellation));
        });
        return new Command("explain", "How a figure came about") { outage, ExplainLossVerb.Create(context) };
    }

    /// <exception cref="Fault">NIN4007: none of that name is on record.</exception>
    internal static Outage Find(string id, LedgerProjection ledger)
    {
        if (ledger.FindOutage(id) is { } found) return found;
        var near = DidYouMean.Closest(id, ledger.Components.SelectMany(component => component.Outages.Concat(component.RegionalOutages)).Select(outage => outage.Id));
        throw new Fault("NIN4007", ExitCode.CalledWrong,
            $"outage: none on record is named '{id}'. {(near is null ? "See `nines get outages`." : $"Did you mean '{near}'?")}");
    }

    private static Result Show(Explanation explanation) => Result.Of(explanation, "steps", null, ExplanationText.Lines(explanation));
}
