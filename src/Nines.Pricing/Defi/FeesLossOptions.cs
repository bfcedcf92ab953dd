using System.ComponentModel;
using System.Globalization;
using Nines.Core;
using Nines.Core.Time;
using Nines.Pricing.Losses;
using Nines.Pricing.Money;
using Nines.Pricing.Plan;
using Nines.Pricing.Series;
using NodaTime;

namespace Nines.Pricing.Defi;

/// <summary>Fees that a protocol did not take, by the block or as a series has them.</summary>
public sealed record FeesLossOptions : ILossOptions
{
    [Description("What a block brings, such as 14.20 USD. This or series.")]
    public Amount? PerBlock { get; init; }

    [Description("How long a block takes. Needed with per_block.")]
    [DurationRange("10ms", "1h")]
    public Duration? BlockTime { get; init; }

    [Description("A series under pricing.series of what would have been earned: another deployment's fees, or the market's. This or per_block.")]
    public string? Series { get; init; }

    [Description("The protocol's share of the series or block, above 0.")]
    public decimal Share { get; init; } = 1;

    [Description("How far demand may lie from it, as a share: 0.2 is a fifth less to a fifth more.")]
    public decimal Spread { get; init; }

    public IEnumerable<PlanMistake> Mistakes()
    {
        if (PerBlock is null == Series is null) yield return new PlanMistake("per_block", "or series: give one of them.");
        if (PerBlock is not null && BlockTime is null) yield return new PlanMistake("block_time", "is missing: without it nobody knows how many blocks were lost.");
        if (PerBlock is { Value: < 0 }) yield return new PlanMistake("per_block", $"is {PerBlock}: a loss below nothing would be a gain. Write what a block brings.");
        if (Share is <= 0 or > 1_000) yield return new PlanMistake("share", $"is {Share}. Write more than 0, at most 1000.");
        if (Spread is < 0 or > 10) yield return new PlanMistake("spread", $"is {Spread}. Write 0 to 10.");
    }

    IEnumerable<(string Key, string Series)> ILossOptions.NamedSeries => Series is null ? [] : [("series", Series)];

    public LossModel Open(ModelSetup setup, PlanSources sources)
    {
        if (Series is null) return new FeesModel(setup, this, null);
        var series = sources.Series.Open(Series);
        return series.Currency is null ? throw new PricingException("NIN4277", $"{setup.Name}: the series {Series} is a count of things. Fees need one in a currency: unit: USD.") : new FeesModel(setup, this, series);
    }
}

/// <summary>Fees = lost blocks × what one brings, or the series over the lost time.</summary>
internal sealed class FeesModel(ModelSetup setup, FeesLossOptions options, ValueSeries? series) : LossModel(setup)
{
    public override string Kind => "fees";
    public override Currency Currency => series?.Currency ?? options.PerBlock!.Value.Currency;

    public override Loss Price(LostEpisode episode, Working? working = null)
    {
        var because = options.Spread == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"the config says that demand lies within {options.Spread:P0} of it");
        var (amount, reasons) = Weighed(episode, Worth, because);
        if (working is not null)
        {
            if (series is null) working.Input("fees of a block", MoneyText.Of(options.PerBlock!.Value.Value, Currency), $"every {DurationText.Print(options.BlockTime!.Value)}", "the config");
            else working.Input("series", series.Name, $"in {Currency}", series.Source);
            if (options.Share != 1) working.Input("share", options.Share.ToString(CultureInfo.InvariantCulture), "", "the config");
            working.Step("lost time by weight", "Σ weight × length", string.Create(CultureInfo.InvariantCulture, $"{episode.LikelyS:0.###} ({episode.SurelyS:0.###} – {episode.PossiblyS:0.###})"), "s", "the ledger, under the policy");
            working.Step("fees", series is null ? "lost time / block time × fees of a block × share" : "Σ steps: value × the step's part in lost time × share", MoneyText.Of(amount, Currency), "");
        }
        return Of(amount, reasons, series is null ? ["Every block of the lost time would have brought the same."] : ["The series says what would have been earned, evenly within a step.", .. series.Notes]);
    }

    private Estimate Worth(Instant from, Instant to)
    {
        var likely = options.Share * (series is null ? options.PerBlock!.Value.Value * (to - from).BclCompatibleTicks / options.BlockTime!.Value.BclCompatibleTicks : Over(series, from, to));
        return Estimate.Spanning(likely * Math.Max(0, 1 - options.Spread), likely, likely * (1 + options.Spread));
    }

    private decimal Over(ValueSeries of, Instant from, Instant to)
    {
        var sum = 0m;
        for (var step = of.Steps.IndexOf(from); of.Steps.StartOf(step) < to; step++)
        {
            var (start, end) = (of.Steps.StartOf(step), of.Steps.EndOf(step));
            var value = of.At(step) ?? throw new PricingException("NIN4277", $"{Name}: the series {of.Name} has no value for {start}, and a gap is not zero. Add it, or price this stream with profile, which learns what is usual.");
            sum += value * (Instant.Min(end, to) - Instant.Max(start, from)).BclCompatibleTicks / (end - start).BclCompatibleTicks;
        }
        return sum;
    }
}
