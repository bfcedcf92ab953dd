using System.Collections.Immutable;
using System.Globalization;
using Nines.Pricing.Losses;
using Nines.Pricing.Money;

namespace Nines.Pricing.Staking.Polkadot;

/// <summary>Era points follow time. A slash comes with a whole session offline; an era's heaviest counts, once.</summary>
internal sealed class PolkadotModel(ModelSetup setup, PolkadotLossOptions options) : LossModel(setup)
{
    private readonly decimal fraction = options.Unresponsiveness ? PolkadotLossOptions.SlashFraction(options.Offline, options.Validators!.Value) : 0;

    public override string Kind => "polkadot";
    public override Currency Currency => options.Stake.Currency;
    public override LossClass Class => LossClass.Stake;

    /// <param name="Sessions">Whole sessions offline: at least, on average, at most, by where the sessions begin.</param>
    private readonly record struct View(decimal Eras, Bounded<decimal> Sessions);

    public override Loss Price(LostEpisode episode, Working? working = null)
    {
        var (low, likely, high) = Views.Of(episode, (layers, _) => Of(layers));
        var forgone = Estimate.Spanning(low.Eras, likely.Eras, high.Eras) * (options.EraReward.Value * options.Delegation.CountedOfRewards);
        var slash = options.Stake.Value * fraction * options.Delegation.CountedOfStake;
        var penalty = Estimate.Spanning(Slashes(low.Sessions.Least), Slashes(likely.Sessions.Expected), Slashes(high.Sessions.Most)) * slash;
        if (working is not null) Write(working, (low, likely, high), penalty, forgone);

        var amount = penalty + forgone;
        var reasons = ImmutableArray.CreateBuilder<SpreadReason>(2);
        var (less, more) = (Total(low, low.Sessions.Expected), Total(high, high.Sessions.Expected));
        if (less != more) reasons.Add(new SpreadReason(SpreadSource.OutageBounds, Estimate.Spanning(less, amount.Likely, more), BoundsBecause(episode)));
        var (least, most) = (Total(likely, likely.Sessions.Least), Total(likely, likely.Sessions.Most));
        if (least != most) reasons.Add(new SpreadReason(SpreadSource.Model, Estimate.Spanning(least, amount.Likely, most), "where in the lost time sessions begin is not known, so neither is how many were missed as a whole"));
        return Of(amount, reasons.ToImmutable(), Assumptions()) with { Parts = [new LossPart("penalty", penalty), new LossPart("forgone", forgone)] };

        decimal Total(View view, decimal sessions) => view.Eras * options.EraReward.Value * options.Delegation.CountedOfRewards + Slashes(sessions) * slash;
    }

    /// <summary>An era's heaviest offence counts, so one an era.</summary>
    private decimal Slashes(decimal sessions) => sessions < 0.5m ? 0 : Math.Ceiling(sessions / options.SessionsPerEra);

    private View Of(ImmutableArray<LostLayer> layers)
    {
        var (eras, least, expected, most) = (0m, 0m, 0m, 0m);
        foreach (var layer in layers)
        {
            foreach (var away in layer.Away)
            {
                var sessions = (decimal)away.Duration.BclCompatibleTicks / options.Session.BclCompatibleTicks;
                eras += layer.Share * sessions / options.SessionsPerEra;
                least += layer.Share * Math.Max(0, Math.Floor(sessions) - 1);
                expected += layer.Share * Math.Max(0, sessions - 1);
                most += layer.Share * Math.Floor(sessions);
            }
        }
        return new View(eras, new(least, expected, most));
    }

    private ImmutableArray<string> Assumptions() =>
    [
        options.Unresponsiveness
            ? $"The chain's metadata has the offence of unresponsiveness: so the config says. {options.Offline} of {options.Validators} validators were offline together."
            : "The chain does not slash for being offline: so the config says.",
        "Era points are earned evenly over an era.",
    ];

    private void Write(Working working, (View Low, View Likely, View High) of, Estimate penalty, Estimate forgone)
    {
        working.Input("stake", MoneyText.Of(options.Stake.Value, Currency), "", "the config");
        working.Input("era reward", MoneyText.Of(options.EraReward.Value, Currency), "", "the config");
        working.Step("eras lost by weight", "lost time / (session × sessions in an era)", string.Create(CultureInfo.InvariantCulture, $"{of.Likely.Eras:0.######} ({of.Low.Eras:0.######} – {of.High.Eras:0.######})"), "", "the ledger, under the policy");
        working.Step("forgone", "eras × era reward", MoneyText.Of(forgone, Currency), "");
        if (options.Unresponsiveness)
        {
            working.Step("slash fraction", "min(3 × (k − (⌊n / 10⌋ + 1)) / n, 1) × 7 %", fraction.ToString(CultureInfo.InvariantCulture), $"with k = {options.Offline} and n = {options.Validators}", "polkadot-sdk pallet-im-online, UnresponsivenessOffence");
            working.Step("whole sessions offline", "lost time / session, less where they begin", string.Create(CultureInfo.InvariantCulture, $"{of.Likely.Sessions.Expected:0.###} ({of.Low.Sessions.Least:0.###} – {of.High.Sessions.Most:0.###})"), "");
            working.Step("penalty", "stake × fraction, once an era", MoneyText.Of(penalty, Currency), "");
        }
        options.Delegation.Write(working, forgone, penalty, Currency);
    }
}
