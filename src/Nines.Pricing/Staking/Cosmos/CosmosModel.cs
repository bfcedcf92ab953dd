using System.Collections.Immutable;
using System.Globalization;
using Nines.Core.Time;
using Nines.Pricing.Losses;
using Nines.Pricing.Money;
using NodaTime;

namespace Nines.Pricing.Staking.Cosmos;

/// <summary>Slash = stake × fraction, rounded down to base units, each time it is jailed; and no rewards until it is unjailed.</summary>
internal sealed class CosmosModel(ModelSetup setup, CosmosLossOptions options) : LossModel(setup)
{
    private const decimal SecondsOfYear = 365 * 86_400;
    private readonly SigningWindow window = new(options);

    public override string Kind => "cosmos";
    public override Currency Currency => options.Stake.Currency;
    public override LossClass Class => LossClass.Stake;

    /// <summary>What one slash takes: x/staking's Slash (x/staking/keeper/slash.go), of whole units of voting power, rounded down to the base unit.</summary>
    private decimal Slash
    {
        get
        {
            var unit = 1m;
            for (var i = 0; i < options.Decimals; i++) unit /= 10;
            var taken = Math.Floor(options.Stake.Value) * (options.SlashFractionDowntime ?? CosmosLossOptions.SdkSlash);
            return taken - taken % unit;
        }
    }

    /// <summary>What stake counts in so many seconds: divided last, so that it is as exact as can be.</summary>
    private decimal Rewards(decimal seconds) => seconds * options.Stake.Value * options.YearlyReward * options.Delegation.CountedOfRewards / SecondsOfYear;

    public override Loss Price(LostEpisode episode, Working? working = null)
    {
        var (low, likely, high) = Views.Of(episode, (layers, bound) => Of(layers, bound switch { < 0 => EarlierMisses.LeaveFirst, 0 => EarlierMisses.Even, > 0 => EarlierMisses.LeaveLast }, episode));
        var penalty = Estimate.Spanning(low.Slashes, likely.Slashes, high.Slashes) * (Slash * options.Delegation.CountedOfStake);
        var forgone = Estimate.Spanning(Rewards(low.JailedS), Rewards(likely.JailedS), Rewards(high.JailedS));
        if (working is not null) Write(working, episode, (low, likely, high), penalty, forgone);
        return Of(penalty + forgone, Reasons(episode, penalty + forgone), Assumptions()) with { Parts = [new LossPart("penalty", penalty), new LossPart("forgone", forgone)] };
    }

    private (decimal Slashes, decimal JailedS) Of(ImmutableArray<LostLayer> layers, EarlierMisses earlier, LostEpisode episode)
    {
        var (slashes, jailed) = (0m, 0m);
        foreach (var layer in layers)
        {
            foreach (var jail in window.Jails(layer.Away, earlier, episode.IsOpen ? episode.To : null))
            {
                slashes += layer.Share;
                jailed += layer.Share * (jail.Until - jail.From).BclCompatibleTicks / NodaConstants.TicksPerSecond;
            }
        }
        return (slashes, jailed);
    }

    private ImmutableArray<SpreadReason> Reasons(LostEpisode episode, Estimate amount)
    {
        var bounds = Views.Of(episode, (layers, _) => Total(Of(layers, EarlierMisses.Even, episode)));
        var reasons = ImmutableArray.CreateBuilder<SpreadReason>(2);
        if (bounds.Low != bounds.High) reasons.Add(new SpreadReason(SpreadSource.OutageBounds, Estimate.Spanning(bounds.Low, amount.Likely, bounds.High), BoundsBecause(episode)));
        var layers = LostLayer.Likely(episode);
        var (first, last) = (Total(Of(layers, EarlierMisses.LeaveFirst, episode)), Total(Of(layers, EarlierMisses.LeaveLast, episode)));
        if (first != last) reasons.Add(new SpreadReason(SpreadSource.Model, Estimate.Spanning(first, amount.Likely, last), "where in the window the misses from before lie is not known, so neither is when they left it"));
        return reasons.ToImmutable();

        decimal Total((decimal Slashes, decimal JailedS) of) => of.Slashes * Slash * options.Delegation.CountedOfStake + Rewards(of.JailedS);
    }

    private ImmutableArray<string> Assumptions()
    {
        var said = ImmutableArray.CreateBuilder<string>();
        string[] missing =
        [
            .. options.SignedBlocksWindow is null ? ["signed_blocks_window 100"] : Array.Empty<string>(), .. options.MinSignedPerWindow is null ? ["min_signed_per_window 0.5"] : Array.Empty<string>(),
            .. options.SlashFractionDowntime is null ? ["slash_fraction_downtime 0.01"] : Array.Empty<string>(), .. options.DowntimeJailDuration is null ? ["downtime_jail_duration 10m"] : Array.Empty<string>(),
        ];
        if (missing.Length > 0) said.Add($"The SDK's defaults hold where the config does not say what the chain has: {string.Join(", ", missing)}.");
        said.Add("A missed block costs nothing by itself: x/distribution pays by voting power until the validator is jailed.");
        said.Add("One unit of voting power is one whole coin (power reduction 10^decimals), the validator was bonded for a whole window before, and it unjails once it is back and its jail is over.");
        return said.ToImmutable();
    }

    private void Write(Working working, LostEpisode episode, ((decimal Slashes, decimal JailedS) Low, (decimal Slashes, decimal JailedS) Likely, (decimal Slashes, decimal JailedS) High) of, Estimate penalty, Estimate forgone)
    {
        working.Input("stake", MoneyText.Of(options.Stake.Value, Currency), "", "the config");
        working.Input("signed blocks window", options.Window.ToString("N0", CultureInfo.InvariantCulture), "blocks", options.SignedBlocksWindow is null ? "cosmos-sdk x/slashing default" : "the config");
        working.Step("misses that a window bears", "window − round(window × min signed)", options.MostMissed.ToString("N0", CultureInfo.InvariantCulture), "blocks", "cosmos-sdk x/slashing HandleValidatorSignature");
        working.Input("missed before", options.MissedBefore.ToString("N0", CultureInfo.InvariantCulture), "blocks", "the config");
        working.Step("lost time by weight", "Σ weight × length", string.Create(CultureInfo.InvariantCulture, $"{episode.LikelyS:0.###} ({episode.SurelyS:0.###} – {episode.PossiblyS:0.###})"), "s", $"the ledger, under the policy; blocks of {DurationText.Print(options.BlockTime)}");
        working.Step("times jailed", "the miss after those, block by block", string.Create(CultureInfo.InvariantCulture, $"{of.Likely.Slashes:0.###} ({of.Low.Slashes:0.###} – {of.High.Slashes:0.###})"), "", "cosmos-sdk x/slashing HandleValidatorSignature");
        working.Step("time in jail", "from that block to the later of jail's end and return, and the unjail delay", string.Create(CultureInfo.InvariantCulture, $"{of.Likely.JailedS:0.###} ({of.Low.JailedS:0.###} – {of.High.JailedS:0.###})"), "s");
        working.Step("penalty", $"times jailed × ⌊whole stake × {options.SlashFractionDowntime ?? CosmosLossOptions.SdkSlash}⌋ in base units", MoneyText.Of(penalty, Currency), "", "cosmos-sdk x/staking Slash");
        working.Step("forgone", $"time in jail × stake × {options.YearlyReward} / 365 d", MoneyText.Of(forgone, Currency), "");
        options.Delegation.Write(working, forgone, penalty, Currency);
    }
}
