using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Ledger;
using Nines.Ledger.Availability;
using Nines.Ledger.Policies;
using Nines.Pricing.Losses;
using Nines.Pricing.Money;
using Nines.Pricing.Plan;
using NodaTime;

namespace Nines.Pricing.Attribution;

/// <summary>Prices what a ledger holds. Reads only.</summary>
public static class Pricer
{
    /// <summary>Every component's losses over [from, to), which is known up to <paramref name="to"/> at most.</summary>
    /// <exception cref="PricingException">A rate or a series does not reach there.</exception>
    public static ImmutableArray<ComponentLoss> Price(LedgerProjection ledger, PricingPlan plan, Policy policy, Instant from, Instant to) =>
        [.. ledger.Components.Where(component => plan.Of(component.Id).Any()).Select(component => Price(component, plan, policy, from, to))];

    public static ComponentLoss Price(ComponentLedger component, PricingPlan plan, Policy policy, Instant from, Instant to)
    {
        var episodes = EpisodesOf(component, policy, from, to);
        return new ComponentLoss(component.Id, plan.Sources.Currency, [.. episodes.Select(episode => Price(episode, plan))]);
    }

    /// <summary>One episode by every model of its component, in the plan's currency.</summary>
    /// <param name="workings">Collects each model's steps by its name; null when nobody asks.</param>
    public static EpisodeLoss Price(LostEpisode episode, PricingPlan plan, Dictionary<string, Working>? workings = null)
    {
        var parts = ImmutableArray.CreateBuilder<PricedLoss>();
        foreach (var model in plan.Of(episode.Component))
        {
            Working? working = null;
            if (workings is not null) workings.Add(model.Name, working = new Working());
            var (loss, rate) = Priced(model, episode, working, plan);
            if (rate.Dated is { } day)
                working?.Step($"in {rate.To}", $"× rate of {day:uuuu-MM-dd}, {rate.Factor} {rate.To} for one {rate.From}", MoneyText.Of(rate.Of(loss.Amount), rate.To), "", plan.Sources.Rates.Source);
            parts.Add(new PricedLoss(loss, model.Kind, rate));
        }
        return new EpisodeLoss(episode, plan.Sources.Currency, parts.ToImmutable());
    }

    /// <summary>Far above all money there is, and far enough below what a decimal holds for sums of any ledger.</summary>
    private const decimal Most = 1_000_000_000_000_000_000_000m;

    /// <exception cref="PricingException">NIN4255: more than <see cref="Most"/>.</exception>
    private static (Loss, Conversion) Priced(LossModel model, LostEpisode episode, Working? working, PricingPlan plan)
    {
        try
        {
            var loss = model.Price(episode, working);
            var rate = plan.Sources.Rates.Between(loss.Currency, plan.Sources.Currency, episode.From);
            if (loss.Amount.High <= Most && rate.Of(loss.Amount).High <= Most) return (loss, rate);
        }
        catch (OverflowException)
        {
            // A decimal ends at 7.9e28: told below, as any other amount that nobody can owe.
        }
        throw new PricingException("NIN4255", $"{model.Name}: what {episode.Component} lost from {episode.From} to {episode.To} comes to more than 1e21, so something in its price or its rates is wrong. Look at its amounts, per, spread, and the rates of that day.");
    }

    /// <summary>
    /// What an open outage costs now: a minute more of the same, as it is likely at the frontier. What models make of a minute alone need
    /// not be what it adds to a long outage (a leak grows); then the difference of two prices is taken.
    /// </summary>
    /// <param name="open">As it is priced so far.</param>
    /// <param name="ahead">How far to look: a minute, an hour.</param>
    public static Estimate Further(EpisodeLoss open, PricingPlan plan, Duration ahead)
    {
        var last = open.Episode.Spans[^1];
        var longer = open.Episode with { Spans = [.. open.Episode.Spans, last with { From = last.To, To = last.To + ahead, Surely = last.Likely, Possibly = last.Likely }] };
        var (now, later) = (open.Total, Price(longer, plan).Total);
        return Estimate.Spanning(Math.Max(0, later.Low - now.Low), Math.Max(0, later.Likely - now.Likely), Math.Max(0, later.High - now.High));
    }

    /// <summary>The lost time of a component as episodes: one an outage, and one for what was lost without an outage.</summary>
    public static ImmutableArray<LostEpisode> EpisodesOf(ComponentLedger component, Policy policy, Instant from, Instant to)
    {
        var open = component.Outages.Where(outage => outage.IsOpen).Select(outage => outage.Id).ToHashSet(StringComparer.Ordinal);
        var earlier = component.Outages.Concat(component.RegionalOutages).Where(outage => outage.From < from && outage.KnownUntil > from)
            .ToDictionary(outage => outage.Id, outage => LostTime.Of(component, policy, outage.From, from).Where(span => span.Outage == outage.Id).ToImmutableArray(), StringComparer.Ordinal);
        var later = component.Outages.Concat(component.RegionalOutages).Where(outage => outage.From < to && outage.KnownUntil > to)
            .ToDictionary(outage => outage.Id, outage => LostTime.Of(component, policy, to, outage.KnownUntil).Where(span => span.Outage == outage.Id).ToImmutableArray(), StringComparer.Ordinal);
        return
        [
            .. LostTime.Of(component, policy, from, to).GroupBy(span => span.Outage ?? LostEpisode.NoOutage, StringComparer.Ordinal)
                .Select(group => new LostEpisode { Id = group.Key, Component = component.Id, Spans = [.. group], Earlier = earlier.GetValueOrDefault(group.Key, []), Later = later.GetValueOrDefault(group.Key, []), IsOpen = open.Contains(group.Key) }),
        ];
    }

    /// <summary>
    /// What each root cost its dependants: their losses, for the share of their lost time that the root accounts for. These are no
    /// further losses: each is part of its dependant's own.
    /// </summary>
    public static ImmutableArray<CascadeShare> AlongCascade(IEnumerable<ComponentLoss> losses)
    {
        var shares = new List<CascadeShare>();
        foreach (var loss in losses)
        {
            foreach (var episode in loss.Episodes)
            {
                var all = episode.Episode.LikelyS;
                if (all == 0) continue;
                foreach (var group in episode.Episode.Spans.Where(span => span.Cause is { Kind: CauseKind.Upstream, Roots.Length: > 0 }).GroupBy(span => span.Cause!.Roots[0]))
                {
                    var share = group.Sum(span => span.Likely * LostEpisode.Seconds(span)) / all;
                    if (share > 0) shares.Add(new CascadeShare(group.Key, loss.Component, episode.Episode.Id, episode.Total * share, share));
                }
            }
        }
        return [.. shares];
    }
}

/// <summary>What a component lost over a window.</summary>
public sealed record ComponentLoss(ComponentId Component, Currency Currency, ImmutableArray<EpisodeLoss> Episodes)
{
    public Estimate Of(LossClass kind) => Estimate.Sum(Episodes.Select(episode => episode.Of(kind)));

    /// <summary>Lost revenue and stake. Liabilities (credits, claims, penalties) are not in it: they are kept apart.</summary>
    public Estimate Total => Estimate.Sum(Episodes.Select(episode => episode.Total));

    /// <summary>Credits, claims and penalties.</summary>
    public Estimate Liabilities => Estimate.Sum(Episodes.Select(episode => episode.Liabilities));
}

/// <summary>What one episode cost, by model.</summary>
public sealed record EpisodeLoss(LostEpisode Episode, Currency Currency, ImmutableArray<PricedLoss> Parts)
{
    public Estimate Of(LossClass kind) => Estimate.Sum(Parts.Where(part => part.Loss.Class == kind).Select(part => part.Amount));

    /// <inheritdoc cref="ComponentLoss.Total"/>
    public Estimate Total => Of(LossClass.Revenue) + Of(LossClass.Stake);

    /// <inheritdoc cref="ComponentLoss.Liabilities"/>
    public Estimate Liabilities => Of(LossClass.Credits) + Of(LossClass.Claims) + Of(LossClass.Penalties);
}

/// <summary>A model's loss, and what it is in the plan's currency.</summary>
public sealed record PricedLoss(Loss Loss, string Kind, Conversion Rate)
{
    public Estimate Amount => Rate.Of(Loss.Amount);
}

/// <summary>The part of a dependant's loss that a root accounts for.</summary>
/// <param name="Share">Of the episode's likely lost time, 0 to 1.</param>
public sealed record CascadeShare(ComponentId Root, ComponentId Dependant, string Episode, Estimate Amount, decimal Share);
