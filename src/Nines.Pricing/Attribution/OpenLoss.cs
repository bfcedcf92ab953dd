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
        var open = ImmutableArray.CreateBuilder<OpenLoss>();
        foreach (var component in ledger.Components)
        {
            if (!plan.Of(component.Id).Any() || component.Frontier is not { } frontier) continue;
            var first = component.Outages.Where(outage => outage.IsOpen).Select(outage => (Instant?)outage.Began.Earliest).Min();
            if (first is not { } from || from >= frontier) continue;
            foreach (var episode in Pricer.EpisodesOf(component, policy, from, frontier).Where(episode => episode.IsOpen))
                open.Add(new OpenLoss(Pricer.Price(episode, plan), Pricer.Further(episode, plan, Duration.FromMinutes(1)), Pricer.Further(episode, plan, Duration.FromHours(1))));
        }
        return [.. open.OrderByDescending(one => one.Minute.Likely).ThenByDescending(one => one.Loss.Total.Likely)];
    }
}
