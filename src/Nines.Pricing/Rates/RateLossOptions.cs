using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Nines.Core;
using Nines.Pricing.Losses;
using Nines.Pricing.Money;
using Nines.Pricing.Plan;
using NodaTime;

namespace Nines.Pricing.Rates;

/// <summary>So much in a time, always: what is left when nobody knows more.</summary>
public sealed record RateLossOptions : ILossOptions
{
    [Description("What is lost, such as 12000 USD.")]
    public required Amount Amount { get; init; }

    [Description("In how much time.")]
    [DurationRange("1s", "366d")]
    public Duration Per { get; init; } = Duration.FromHours(1);

    [Description("How far demand may lie from it, as a share: 0.2 is a fifth less to a fifth more.")]
    [Range(0.0, 10.0)]
    public decimal Spread { get; init; }

    public IEnumerable<PlanMistake> Mistakes()
    {
        if (Amount.Value < 0) yield return new PlanMistake("amount", $"is {Amount}: a loss below nothing would be a gain. Write what the component earns.");
    }

    public LossModel Open(ModelSetup setup, PlanSources sources) => new RateModel(setup, this);
}

/// <summary>Loss = lost time × amount / per.</summary>
internal sealed class RateModel(ModelSetup setup, RateLossOptions options) : LossModel(setup)
{
    public override string Kind => "rate";
    public override Currency Currency => options.Amount.Currency;

    public override Loss Price(LostEpisode episode, Working? working = null)
    {
        var because = options.Spread == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"the config says that demand lies within {options.Spread:P0} of the rate");
        var (amount, reasons) = Weighed(episode, Worth, because);
        if (working is not null)
        {
            working.Input("rate", MoneyText.Of(options.Amount.Value, Currency), $"per {Core.Time.DurationText.Print(options.Per)}", "the config");
            if (options.Spread > 0) working.Input("spread of demand", options.Spread.ToString(CultureInfo.InvariantCulture), "share", "the config");
            working.Step("lost time by weight", "Σ weight × length", string.Create(CultureInfo.InvariantCulture, $"{episode.LikelyS:0.###} ({episode.SurelyS:0.###} – {episode.PossiblyS:0.###})"), "s", "the ledger, under the policy");
            working.Step("loss", "lost time × rate × (1 ± spread)", MoneyText.Of(amount, Currency), "");
        }
        return Of(amount, reasons);
    }

    private Estimate Worth(Instant from, Instant to)
    {
        var likely = options.Amount.Value * (to - from).BclCompatibleTicks / options.Per.BclCompatibleTicks;
        return Estimate.Spanning(likely * Math.Max(0, 1 - options.Spread), likely, likely * (1 + options.Spread));
    }
}
