using System.Collections.Immutable;
using Nines.Ledger;
using Nines.Ledger.Policies;
using Nines.Pricing.Money;
using Nines.Pricing.Plan;
using NodaTime;

namespace Nines.Pricing.Attribution;

/// <summary>What an open outage has cost so far, and what it costs if it goes on as it is.</summary>
/// <param name="Minute">What a minute more adds.</param>
/// <param name="Hour">What an hour more adds.</param>
public sealed record OpenLoss(EpisodeLoss Loss, Estimate Minute, Estimate Hour)
{
    /// <summary>Every open outage of a component with a price, the dearest by the minute first.</summary>
    /// <exception cref="PricingException">A rate or a series does not reach there.</exception>
    public static ImmutableArray<OpenLoss> Of(LedgerProjection ledger, PricingPlan plan, Policy policy)
    {
        return [.. ledger.Components.Select(component => Of(component, plan, policy)).OfType<OpenLoss>().OrderByDescending(one => one.Minute.Likely).ThenByDescending(one => one.Loss.Total.Likely)];
    }

    /// <returns>Null while no outage of it is open, it has no price, or nothing of it counts under the policy.</returns>
    /// <inheritdoc cref="Of(LedgerProjection, PricingPlan, Policy)"/>
    public static OpenLoss? Of(ComponentLedger component, PricingPlan plan, Policy policy)
    {
        if (!plan.Of(component.Id).Any() || component.Frontier is not { } frontier || component.Outages.LastOrDefault(outage => outage.IsOpen) is not { } outage || outage.From >= frontier) return null;
        var episode = Pricer.EpisodesOf(component, policy, outage.From, frontier).FirstOrDefault(episode => episode.IsOpen);
        if (episode is null) return null;
        var loss = Pricer.Price(episode, plan);
        return new OpenLoss(loss, Pricer.Further(loss, plan, Duration.FromMinutes(1)), Pricer.Further(loss, plan, Duration.FromHours(1)));
    }
}
