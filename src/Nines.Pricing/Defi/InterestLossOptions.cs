using System.ComponentModel;
using System.Globalization;
using Nines.Pricing.Losses;
using Nines.Pricing.Money;
using Nines.Pricing.Plan;
using NodaTime;

namespace Nines.Pricing.Defi;

/// <summary>Interest that borrowers were charged while they could not repay: a claim of theirs, no lost revenue of the protocol.</summary>
public sealed record InterestLossOptions : ILossOptions
{
    [Description("What is borrowed, such as 42000000 USDC.")]
    public required Amount Debt { get; init; }

    [Description("Interest of a year, as a share: 0.065.")]
    public required decimal YearlyRate { get; init; }

    [Description("The share of it that is waived, 0 to 1, once that is decided. Default: not decided, from nothing to all of it.")]
    public decimal? Waived { get; init; }

    public IEnumerable<PlanMistake> Mistakes()
    {
        if (Debt.Value < 0) yield return new PlanMistake("debt", $"is {Debt}. Write what is borrowed.");
        if (YearlyRate is < 0 or > 100) yield return new PlanMistake("yearly_rate", $"is {YearlyRate}. It is a share of the debt: 0.065 for 6.5 % a year.");
        if (Waived is < 0 or > 1) yield return new PlanMistake("waived", $"is {Waived}. A share is 0 to 1.");
    }

    public LossModel Open(ModelSetup setup, PlanSources sources) => new InterestModel(setup, this);
}

/// <summary>Interest = debt × yearly rate × lost time / 365 d.</summary>
internal sealed class InterestModel(ModelSetup setup, InterestLossOptions options) : LossModel(setup)
{
    private const decimal TicksOfYear = 365m * NodaConstants.TicksPerDay;

    public override string Kind => "interest";
    public override Currency Currency => options.Debt.Currency;
    public override LossClass Class => LossClass.Claims;

    public override Loss Price(LostEpisode episode, Working? working = null)
    {
        var (amount, reasons) = Weighed(episode, Worth, options.Waived is null ? "whether it is waived is not decided: from nothing to all of it" : null);
        if (working is not null)
        {
            working.Input("debt", MoneyText.Of(options.Debt.Value, Currency), "", "the config");
            working.Input("yearly rate", options.YearlyRate.ToString(CultureInfo.InvariantCulture), "", "the config");
            working.Input("waived", options.Waived?.ToString(CultureInfo.InvariantCulture) ?? "not decided", "", "the config");
            working.Step("lost time by weight", "Σ weight × length", string.Create(CultureInfo.InvariantCulture, $"{episode.LikelyS:0.###} ({episode.SurelyS:0.###} – {episode.PossiblyS:0.###})"), "s", "the ledger, under the policy");
            working.Step("interest to waive", "debt × yearly rate × lost time / 365 d × waived", MoneyText.Of(amount, Currency), "");
        }
        return Of(amount, reasons, ["Interest accrues on while nobody can repay, so the protocol loses none of it. What it waives is a claim of borrowers, apart from lost revenue.", "Simple interest: over an outage, compounding is below what is not known of it."]);
    }

    private Estimate Worth(Instant from, Instant to)
    {
        var all = options.Debt.Value * options.YearlyRate * (to - from).BclCompatibleTicks / TicksOfYear;
        return options.Waived is { } share ? Estimate.Exact(all * share) : new Estimate(0, all, all);
    }
}
