using System.Collections.Immutable;
using Nines.Core.Components;
using Nines.Ledger.Availability;
using Nines.Pricing.Money;
using Nines.Pricing.Plan;
using NodaTime;

namespace Nines.Pricing.Losses;

/// <summary>
/// Says what lost time cost. One is for one component's one stream; several add up. Pure: everything that it needs was read when it was
/// opened, so the same episode always costs the same.
/// </summary>
public abstract class LossModel(ModelSetup setup)
{
    public ComponentId Component { get; } = setup.Component;

    /// <summary>Unique in a plan.</summary>
    public string Name { get; } = setup.Name;

    /// <summary>What it is, in a word: rate, profile, venue, ethereum, …</summary>
    public abstract string Kind { get; }

    /// <summary>What its losses are in.</summary>
    public abstract Currency Currency { get; }

    public virtual LossClass Class => LossClass.Revenue;

    /// <summary>True when it reckons with what happened after the lost time: then nothing says what a shorter one would have cost.</summary>
    public virtual bool LooksBehind => false;

    /// <param name="working">Collects the steps; null when nobody asks for them. It changes nothing of the result.</param>
    public abstract Loss Price(LostEpisode episode, Working? working = null);

    /// <summary>
    /// What a stream that flows in time lost over an episode: low where it was surely lost and demand was low, likely, and high where it
    /// was possibly lost and demand was high; with what each of the two reasons makes of it alone.
    /// </summary>
    /// <param name="over">What the stream would have been worth over [from, to).</param>
    /// <param name="demandBecause">Why demand has a spread; null when it has none.</param>
    protected static (Estimate Amount, ImmutableArray<SpreadReason> Reasons) Weighed(LostEpisode episode, Func<Instant, Instant, Estimate> over, string? demandBecause)
    {
        decimal low = 0, likely = 0, high = 0, surely = 0, possibly = 0, little = 0, much = 0;
        foreach (var span in episode.Spans)
        {
            var worth = over(span.From, span.To);
            low += span.Surely * worth.Low;
            likely += span.Likely * worth.Likely;
            high += span.Possibly * worth.High;
            surely += span.Surely * worth.Likely;
            possibly += span.Possibly * worth.Likely;
            little += span.Likely * worth.Low;
            much += span.Likely * worth.High;
        }
        var reasons = ImmutableArray.CreateBuilder<SpreadReason>(2);
        if (surely != possibly) reasons.Add(new SpreadReason(SpreadSource.OutageBounds, Estimate.Spanning(surely, likely, possibly), BoundsBecause(episode)));
        if (demandBecause is not null && little != much) reasons.Add(new SpreadReason(SpreadSource.Demand, Estimate.Spanning(little, likely, much), demandBecause));
        return (Estimate.Spanning(low, likely, high), reasons.ToImmutable());
    }

    /// <summary>How far the lost time is known, in words.</summary>
    protected static string BoundsBecause(LostEpisode episode) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"the time lost by weight is {episode.LikelyS:0.###} s, surely {episode.SurelyS:0.###} s, possibly {episode.PossiblyS:0.###} s");

    /// <summary>A loss of this model.</summary>
    protected Loss Of(Estimate amount, ImmutableArray<SpreadReason> reasons, ImmutableArray<string> assumptions = default) => new()
    {
        Model = Name,
        Component = Component,
        Class = Class,
        Currency = Currency,
        Amount = amount,
        Reasons = reasons,
        Assumptions = assumptions.IsDefault ? [] : assumptions,
    };
}

/// <summary>Which stream a model is for.</summary>
public sealed record ModelSetup(ComponentId Component, string Name);

/// <summary>A model as the config chooses it: its options, which the config binds by their names.</summary>
public interface ILossOptions
{
    /// <summary>What is wrong with them; empty when nothing is.</summary>
    IEnumerable<PlanMistake> Mistakes();

    /// <summary>The options that name series, with the names that they give.</summary>
    IEnumerable<(string Key, string Series)> NamedSeries => [];

    /// <exception cref="PricingException">What it needs (a series, rates) is missing or cannot be used.</exception>
    LossModel Open(ModelSetup setup, PlanSources sources);
}

/// <param name="Key">The option, in snake_case.</param>
/// <param name="Message">What, why and how to mend it; follows the key.</param>
public sealed record PlanMistake(string Key, string Message);
