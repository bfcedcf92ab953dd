using System.Collections.Immutable;
using System.Globalization;
using Nines.Core.Time;
using Nines.Pricing.Losses;
using Nines.Pricing.Money;
using Nines.Pricing.Profiles;
using NodaTime;

namespace Nines.Pricing.Venues;

/// <summary>Loss = (Σ lost volume − what was traded later) × take rate.</summary>
internal sealed class VenueModel(ModelSetup setup, VenueLossOptions options, SeasonalProfile profile, SeasonalProfile? market, Currency currency, ImmutableArray<Interval> outages) : LossModel(setup), IProfiled
{
    public override bool LooksBehind => options.Deferred is { Measured: true };
    public override string Kind => "venue";
    public override Currency Currency => currency;
    public SeasonalProfile? Profile => profile;

    public override Loss Price(LostEpisode episode, Working? working = null)
    {
        var lost = LostVolume.Of(episode, profile);
        // What was traded later shows after the outage, not after the window: a window that ends before it has its part of it.
        var entire = episode.Entire;
        var makeUp = options.Deferred is { Measured: true } && !episode.IsOpen ? MakeUp.Measure(profile, entire.To, options.Deferred.Window, outages) : null;
        var whole = makeUp is null || entire == episode ? lost : LostVolume.Of(entire, profile);
        var deferred = ReferenceEquals(whole, lost) ? DeferredOf(lost, makeUp) : PartOf(DeferredOf(whole, makeUp), lost, whole);
        var kept = KeptOf(lost.Volume, deferred, makeUp);
        var amount = kept * options.TakeRate;
        var compared = market is null ? null : MarketComparison.Of(episode, market);
        if (working is not null) Explain(lost, makeUp, deferred, kept, amount, compared, working);
        return Of(amount, Reasons(lost, deferred, makeUp, episode), Assumptions(episode, lost, makeUp, compared));
    }

    /// <summary>In volume. What is measured is no more than what was lost; a share is one of what was lost.</summary>
    private Estimate DeferredOf(LostVolume lost, MakeUp? makeUp) => (options.Deferred, makeUp) switch
    {
        (null, _) => Estimate.Zero,
        (_, { } measured) => Estimate.Spanning(Math.Min(measured.Volume.Low, lost.Volume.High), Math.Min(measured.Volume.Likely, lost.Volume.Likely), Math.Min(measured.Volume.High, lost.Volume.High)),
        ({ } share, null) => Estimate.Spanning(share.Lowest, share.Likely, share.Highest) * lost.Volume.Likely,
    };

    private static Estimate PartOf(Estimate deferred, LostVolume part, LostVolume entire) => entire.Volume.Likely == 0 ? Estimate.Zero : deferred * (part.Volume.Likely / entire.Volume.Likely);

    private Estimate KeptOf(Estimate lost, Estimate deferred, MakeUp? makeUp) => options.Deferred is { } share && makeUp is null
        ? Estimate.Spanning(lost.Low * (1 - share.Highest), lost.Likely * (1 - share.Likely), lost.High * (1 - share.Lowest))
        : Estimate.Spanning(Math.Max(0, lost.Low - deferred.High), Math.Max(0, lost.Likely - deferred.Likely), Math.Max(0, lost.High - deferred.Low));

    private ImmutableArray<SpreadReason> Reasons(LostVolume lost, Estimate deferred, MakeUp? makeUp, LostEpisode episode)
    {
        var reasons = ImmutableArray.CreateBuilder<SpreadReason>(3);
        var likely = deferred.Likely;
        Add(SpreadSource.OutageBounds, lost.ByBounds, BoundsBecause(episode));
        Add(SpreadSource.Demand, lost.ByDemand, ProfileText.SpreadBecause(profile));
        if (deferred.Low != deferred.High)
        {
            var share = options.Deferred!;
            var alone = KeptOf(Estimate.Exact(lost.Volume.Likely), deferred, makeUp);
            reasons.Add(new SpreadReason(SpreadSource.Model, alone * options.TakeRate, makeUp is null ? Text($"between {share.Lowest:P0} and {share.Highest:P0} of it may have been traded later") : "what was traded later is known as well as what was expected then"));
        }
        return reasons.ToImmutable();

        void Add(SpreadSource source, Estimate volume, string because)
        {
            if (volume.Low == volume.High) return;
            reasons.Add(new SpreadReason(source, Estimate.Spanning(Math.Max(0, volume.Low - likely), Math.Max(0, volume.Likely - likely), Math.Max(0, volume.High - likely)) * options.TakeRate, because));
        }
    }

    private ImmutableArray<string> Assumptions(LostEpisode episode, LostVolume lost, MakeUp? makeUp, MarketComparison? compared)
    {
        var said = ImmutableArray.CreateBuilder<string>();
        said.AddRange(ProfileText.Assumptions(profile, episode.From, episode.To));
        if (lost.Covered is > 0 and < 1) said.Add(Text($"{profile.Series.Name} has {lost.Covered:P0} of the time lost: there what was traded all the same is subtracted, elsewhere nothing is."));
        else if (lost.Traded > 0) said.Add($"In the time lost {profile.Series.Print(lost.Traded)} was traded all the same: it is subtracted, and no step's loss is below nothing.");
        if (options.Deferred is null) said.Add("The config names no deferred share: nothing is taken to have been traded later.");
        else if (options.Deferred.Measured && makeUp is null)
            said.Add(Text($"What was traded later cannot be measured{(Unreached(episode) ? " yet" : "")}, for {(episode.IsOpen ? "the outage is open" : Unmeasured(episode))}: {options.Deferred.Lowest:P0} to {options.Deferred.Highest:P0} of the volume is assumed, likely {options.Deferred.Likely:P0}."));
        if (market is not null) said.Add(compared is null ? $"{market.Series.Name} has nothing of the time lost: what the market lost is not known." : Compared(lost, compared));
        return said.ToImmutable();
    }

    /// <summary>Whether what comes after may still be added to the series.</summary>
    private bool Unreached(LostEpisode episode) => episode.IsOpen || profile.Series.To < episode.Entire.To + Duration.FromDays(1);

    private string Unmeasured(LostEpisode episode) =>
        episode.Entire.To < profile.Series.From ? $"{profile.Series.Name} begins after it" : Unreached(episode) ? $"{profile.Series.Name} ends too early" : $"{profile.Series.Name} has nothing of the time after it";

    /// <summary>A venue's loss is not the market's.</summary>
    private string Compared(LostVolume lost, MarketComparison compared)
    {
        var text = Text($"Meanwhile the market traded {compared.Share:P1} of what was expected of it ({(compared.IsNormal ? "within" : "outside")} its spread)");
        return market!.Series.Currency == Currency
            ? text + Text($": it lost {market.Series.Print(compared.Lost)}, this venue {profile.Series.Print(lost.Volume.Likely)} of volume; {compared.MovedOf(lost.Volume.Likely):P0} of that went to other venues.")
            : text + ".";
    }

    private void Explain(LostVolume lost, MakeUp? makeUp, Estimate deferred, Estimate kept, Estimate amount, MarketComparison? compared, Working working)
    {
        ProfileText.Write(profile, working);
        working.Step("expected volume", "Σ over the steps of expected(step), while time was possibly lost", profile.Series.Print(lost.Expected), "");
        working.Step("traded all the same", Text($"Σ of the series' steps; it has {lost.Covered:P0} of the time"), profile.Series.Print(lost.Traded), "", profile.Series.Source);
        working.Step("lost volume", "Σ over the steps of min(weight × expected, max(0, expected − actual))", MoneyText.Of(lost.Volume, Currency), "");
        if (makeUp is not null)
            working.Step("traded later", $"Σ (actual − expected) from {makeUp.From} for {DurationText.Print(makeUp.To - makeUp.From)}, at most what was lost; of an outage that goes beyond the window, its part", MoneyText.Of(deferred, Currency), "", profile.Series.Source);
        else if (options.Deferred is { } share)
            working.Step("traded later", Text($"lost volume × {share.Likely} ({share.Lowest} to {share.Highest})"), MoneyText.Of(deferred, Currency), "", "the config");
        if (compared is not null)
        {
            working.Step("expected of the market", "the same of the market's series", market!.Series.Print(compared.Expected.Likely), "", market.Series.Source);
            working.Step("traded on the market", "Σ of its steps", market.Series.Print(compared.Actual), Text($"{compared.Share:P1} of expected"), market.Series.Source);
            working.Step("lost by the market", "max(0, expected − actual)", market.Series.Print(compared.Lost), "");
            if (market.Series.Currency == Currency) working.Step("went to other venues", "1 − lost by the market / lost volume", Text($"{compared.MovedOf(lost.Volume.Likely):P1}"), "of the lost volume");
        }
        working.Input("take rate", options.TakeRate.ToString(CultureInfo.InvariantCulture), "share of volume", "the config");
        working.Step("volume not regained", "lost volume − traded later", MoneyText.Of(kept, Currency), "");
        working.Step("loss", "volume not regained × take rate", MoneyText.Of(amount, Currency), "");
    }

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
