using System.Collections.Immutable;
using Nines.Backbone.Journal;
using Nines.Ledger;
using Nines.Ledger.Policies;
using Nines.Ledger.Reports;
using Nines.Pricing.Money;
using Nines.Pricing.Plan;
using NodaTime;

namespace Nines.Pricing.Attribution;

/// <summary>The losses of all components over [From, To) under a policy, as of a journal position.</summary>
public sealed record PricedWindow(JournalPosition AsOf, Instant From, Instant To, Policy Policy, PricingPlan Plan, ImmutableArray<ComponentLoss> Components, ImmutableArray<CascadeShare> Cascade)
{
    public Estimate Total => Estimate.Sum(Components.Select(component => component.Total));
    public Estimate Liabilities => Estimate.Sum(Components.Select(component => component.Liabilities));

    /// <summary>What has to be known beside the figures, as whole sentences.</summary>
    public required ImmutableArray<string> Notes { get; init; }

    /// <param name="from">Null for the first instant watched.</param>
    /// <param name="to">Null, or beyond what is known, for the frontier.</param>
    /// <exception cref="ReportException">There is nothing to price, or the window is empty.</exception>
    /// <exception cref="PricingException">A rate or a series does not reach there.</exception>
    public static PricedWindow Of(LedgerProjection ledger, PricingPlan plan, Policy policy, Instant? from = null, Instant? to = null)
    {
        var (begin, end) = Reporter.WindowOf(ledger, policy, from, to);
        var components = Pricer.Price(ledger, plan, policy, begin, end);
        return new PricedWindow(ledger.Position, begin, end, policy, plan, components, Pricer.AlongCascade(components)) { Notes = [.. NotesOn(ledger, plan, components, begin, end)] };
    }

    private static IEnumerable<string> NotesOn(LedgerProjection ledger, PricingPlan plan, ImmutableArray<ComponentLoss> components, Instant from, Instant to)
    {
        foreach (var model in plan.Models)
            if (ledger.Find(model.Component) is null)
                yield return $"{model.Name} prices {model.Component}, of which nothing is on record: it is in no figure.";
        var unpriced = ledger.Components.Where(component => !plan.Of(component.Id).Any() && component.Outages.Any(outage => outage.Began.Earliest < to && outage.KnownUntil > from)).Select(component => component.Id.Value).ToList();
        if (unpriced.Count > 0) yield return $"Out in this time and without a price: {string.Join(", ", unpriced.Take(10))}{(unpriced.Count > 10 ? $" and {unpriced.Count - 10} more" : "")}.";
        foreach (var sentence in components.SelectMany(component => component.Episodes).SelectMany(episode => episode.Parts).SelectMany(part => part.Loss.Assumptions.Select(assumption => $"{part.Loss.Model}: {assumption}")).Distinct(StringComparer.Ordinal).Take(MostAssumptions))
            yield return sentence;
    }

    private const int MostAssumptions = 50;
}
