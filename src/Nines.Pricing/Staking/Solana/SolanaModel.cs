using System.Collections.Immutable;
using System.Globalization;
using Nines.Core.Time;
using Nines.Pricing.Losses;
using Nines.Pricing.Money;

namespace Nines.Pricing.Staking.Solana;

/// <summary>Credits lost = lost slots × (usual − late); rewards follow credits. Blocks lost = leader slots in lost time, which come four in a row.</summary>
internal sealed class SolanaModel(ModelSetup setup, SolanaLossOptions options) : LossModel(setup)
{
    /// <summary>NUM_CONSECUTIVE_LEADER_SLOTS.</summary>
    private const int InARow = 4;

    private readonly int usual = SolanaLossOptions.Credits(options.UsualLatency);
    private readonly int late = options.LateLatency is { } latency ? SolanaLossOptions.Credits(latency) : 0;

    public override string Kind => "solana";
    public override Currency Currency => options.EpochReward.Currency;
    public override LossClass Class => LossClass.Stake;

    /// <param name="Drawn">Leader slots that were lost.</param>
    private readonly record struct View(decimal Slots, Bounded<decimal> Drawn);

    public override Loss Price(LostEpisode episode, Working? working = null)
    {
        var (low, likely, high) = Views.Of(episode, Of);
        var votes = Estimate.Spanning(Votes(low), Votes(likely), Votes(high));
        var (least, block, most) = (options.BlockRewardLow?.Value ?? options.BlockReward?.Value ?? 0, options.BlockReward?.Value ?? 0, options.BlockRewardHigh?.Value ?? options.BlockReward?.Value ?? 0);
        var blocks = Estimate.Spanning(low.Drawn.Least * least, likely.Drawn.Expected * block, high.Drawn.Most * most);
        if (working is not null) Write(working, (low, likely, high), votes, blocks);

        var reasons = ImmutableArray.CreateBuilder<SpreadReason>(3);
        var amount = votes + blocks;
        Add(SpreadSource.OutageBounds, Votes(low) + low.Drawn.Expected * block, Votes(high) + high.Drawn.Expected * block, BoundsBecause(episode));
        Add(SpreadSource.Demand, Votes(likely) + likely.Drawn.Expected * least, Votes(likely) + likely.Drawn.Expected * most, "the config says how far fees and tips of a block may lie apart");
        Add(SpreadSource.Model, Votes(likely) + likely.Drawn.Least * block, Votes(likely) + likely.Drawn.Most * block, "which slots the validator was to lead is not known: how many lie in the lost time varies (95 of 100)");
        return Of(amount, reasons.ToImmutable(), Assumptions()) with { Parts = [new LossPart("votes", votes), new LossPart("blocks", blocks)] };

        void Add(SpreadSource source, decimal from, decimal to, string because)
        {
            if (from != to) reasons.Add(new SpreadReason(source, Estimate.Spanning(from, amount.Likely, to), because));
        }
    }

    private View Of(ImmutableArray<LostLayer> layers, int bound)
    {
        var slots = 0m;
        foreach (var layer in layers)
        {
            foreach (var away in layer.Away)
            {
                var exact = (decimal)away.Duration.BclCompatibleTicks / options.SlotTime.BclCompatibleTicks;
                slots += layer.Share * (bound < 0 ? Math.Floor(exact) : bound == 0 ? Math.Round(exact) : Math.Ceiling(exact));
            }
        }
        var rows = Luck.Of(slots * options.LeaderSlots / options.SlotsPerEpoch / InARow);
        return new View(slots, new(rows.Least * InARow, rows.Expected * InARow, Math.Min(slots, rows.Most * InARow)));
    }

    private decimal Votes(View view) => options.EpochReward.Value * (view.Slots * (usual - late)) / ((decimal)options.SlotsPerEpoch * usual) * options.Delegation.CountedOfRewards;

    private ImmutableArray<string> Assumptions()
    {
        var said = ImmutableArray.CreateBuilder<string>();
        said.Add("Rewards follow credits: what others earn more because these were missing is left out.");
        if (options.LeaderSlots == 0) said.Add("Blocks of leader slots are not in it: leader_slots is not given.");
        else said.Add("Fees and tips of blocks are the operator's.");
        return said.ToImmutable();
    }

    private void Write(Working working, (View Low, View Likely, View High) of, Estimate votes, Estimate blocks)
    {
        string Three(Func<View, decimal> value) => string.Create(CultureInfo.InvariantCulture, $"{value(of.Likely):#,##0.###} ({value(of.Low):#,##0.###} – {value(of.High):#,##0.###})");
        working.Input("epoch reward", MoneyText.Of(options.EpochReward.Value, Currency), $"per {options.SlotsPerEpoch:N0} slots", "the config");
        working.Step("lost slots by weight", $"lost time / {DurationText.Print(options.SlotTime)}", Three(view => view.Slots), "", "the ledger, under the policy");
        working.Step("credits a slot", "max(1, 16 − (latency − 2)), usual and in lost time", $"{usual} and {late}", "", "SIMD-0033 timely vote credits; solana-sdk vote-interface, VOTE_CREDITS_MAXIMUM_PER_SLOT");
        working.Step("credits lost", "slots × (usual − in lost time)", Three(view => view.Slots * (usual - late)), "");
        working.Step("votes", $"epoch reward × credits lost / ({options.SlotsPerEpoch:N0} × {usual})", MoneyText.Of(votes, Currency), "");
        if (options.LeaderSlots > 0)
        {
            working.Step("leader slots lost", $"slots × {options.LeaderSlots:N0} / {options.SlotsPerEpoch:N0}", Three(view => view.Drawn.Expected), "expected");
            working.Step("blocks", "leader slots lost × block reward", MoneyText.Of(blocks, Currency), "");
        }
        options.Delegation.Write(working, votes, Estimate.Zero, Currency);
    }
}
