using System.Collections.Immutable;
using Nines.Backbone.Journal;
using Nines.Core.Components;
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

    /// <summary>Components with a price that could not be reckoned: they are in no figure.</summary>
    public required ImmutableArray<NotPriced> NotPriced { get; init; }

    /// <summary>What has to be known beside the figures, as whole sentences.</summary>
    public required ImmutableArray<string> Notes { get; init; }

    /// <param name="from">Null for the first instant watched.</param>
    /// <param name="to">Null, or beyond what is known, for the frontier.</param>
    /// <param name="only">Nothing else is priced or named; null for all.</param>
    /// <exception cref="ReportException">There is nothing to price, or the window is empty.</exception>
    /// <exception cref="PricingException">Nothing can be priced: of all components a rate or a series is missing.</exception>
    public static PricedWindow Of(LedgerProjection ledger, PricingPlan plan, Policy policy, Instant? from = null, Instant? to = null, IReadOnlySet<ComponentId>? only = null)
    {
        var (begin, end) = Reporter.WindowOf(ledger, policy, from, to);
        ImmutableArray<ComponentLedger> asked = [.. ledger.Components.Where(component => only?.Contains(component.Id) != false)];
        var (priced, not, first) = (new List<ComponentLoss>(), new List<NotPriced>(), (PricingException?)null);
        foreach (var component in asked.Where(component => plan.Of(component.Id).Any()))
        {
            try
            {
                priced.Add(Pricer.Price(component, plan, policy, begin, end));
            }
            catch (PricingException why)
            {
                first ??= why;
                not.Add(new NotPriced(component.Id, why.Code, why.Message)); // one that cannot be priced does not hide what the others cost
            }
        }
        if (priced.Count == 0 && first is not null) throw first;
        ImmutableArray<ComponentLoss> components = [.. priced];
        return new PricedWindow(ledger.Position, begin, end, policy, plan, components, Pricer.AlongCascade(components))
        {
            NotPriced = [.. not],
            Notes = [.. not.Select(one => one.ToString()), .. NotesOn(ledger, asked, plan, components, begin, end, only)],
        };
    }

    private static IEnumerable<string> NotesOn(LedgerProjection ledger, ImmutableArray<ComponentLedger> asked, PricingPlan plan, ImmutableArray<ComponentLoss> components, Instant from, Instant to, IReadOnlySet<ComponentId>? only)
    {
        foreach (var model in plan.Models)
            if (only?.Contains(model.Component) != false && ledger.Find(model.Component) is null)
                yield return $"{model.Name} prices {model.Component}, of which nothing is on record: it is in no figure.";
        var unpriced = asked.Where(component => !plan.Of(component.Id).Any() && component.Outages.Any(outage => outage.Began.Earliest < to && outage.KnownUntil > from)).Select(component => component.Id.Value).ToList();
        if (unpriced.Count > 0) yield return $"Out in this time and without a price: {string.Join(", ", unpriced.Take(10))}{(unpriced.Count > 10 ? $" and {unpriced.Count - 10} more" : "")}.";
        foreach (var sentence in components.SelectMany(component => component.Episodes).SelectMany(episode => episode.Parts).SelectMany(part => part.Loss.Assumptions.Select(assumption => $"{part.Loss.Model}: {assumption}")).Distinct(StringComparer.Ordinal).Take(MostAssumptions))
            yield return sentence;
    }

    private const int MostAssumptions = 50;
}

/// <summary>A component whose price could not be reckoned.</summary>
/// <param name="Because">Where, what, why and how to mend it.</param>
public sealed record NotPriced(ComponentId Component, string Code, string Because)
{
    public override string ToString() => $"{Component} could not be priced and is in no figure: {Code}: {Because}";
}
