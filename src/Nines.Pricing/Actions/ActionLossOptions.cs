using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Nines.Core;
using Nines.Core.Time;
using Nines.Pricing.Losses;
using Nines.Pricing.Money;
using Nines.Pricing.Plan;
using Nines.Pricing.Profiles;
using NodaTime;

namespace Nines.Pricing.Actions;

/// <summary>A dApp earns so much with each action of its users.</summary>
public sealed record ActionLossOptions : ProfileOptions, ILossOptions
{
    [Description("What one action is worth, such as 1.20 USD.")]
    public required Amount Value { get; init; }

    [Description("The series that counts the actions. Either this or rate.")]
    public string? Series { get; init; }

    [Description("How many actions there are in per, always. Either this or series.")]
    [Range(0.0, 1e12)]
    public decimal? Rate { get; init; }

    [Description("What rate is for. Default: 1h.")]
    [DurationRange("1s", "366d")]
    public Duration Per { get; init; } = Duration.FromHours(1);

    [Description("The share of actions that fail while the component is not usable. Default: 1.")]
    [Range(0.0, 1.0)]
    public decimal FailedShare { get; init; } = 1;

    [Description("The share of users who come back and do it later. Default: 0.")]
    [Range(0.0, 1.0)]
    public decimal TakeBack { get; init; }

    [Description("That share at least. Default: take_back.")]
    [Range(0.0, 1.0)]
    public decimal? TakeBackLow { get; init; }

    [Description("That share at most. Default: take_back.")]
    [Range(0.0, 1.0)]
    public decimal? TakeBackHigh { get; init; }

    public IEnumerable<PlanMistake> Mistakes()
    {
        if (Value.Value < 0) yield return new PlanMistake("value", $"is {Value}: an action that costs more than it brings is no loss when it fails.");
        if (Series is null && Rate is null) yield return new PlanMistake("", "Nothing says how many actions there are. Give series, or rate.");
        if (Series is not null && Rate is not null) yield return new PlanMistake("rate", "is given beside series. Actions come from one of them.");
        if ((TakeBackLow ?? TakeBack) > TakeBack || (TakeBackHigh ?? TakeBack) < TakeBack) yield return new PlanMistake("take_back", $"is {TakeBack}, and not between take_back_low and take_back_high.");
        foreach (var mistake in SlotMistakes()) yield return mistake;
    }

    IEnumerable<(string Key, string Series)> ILossOptions.NamedSeries => Series is null ? [] : [("series", Series)];

    public LossModel Open(ModelSetup setup, PlanSources sources)
    {
        if (Series is null) return new ActionModel(setup, this, null);
        var series = sources.Series.Open(Series);
        if (series.Currency is { } currency) throw new PricingException("NIN4266", $"{setup.Name}: series {Series} is in {currency}, and actions are counted. Write unit: count, or use profile: for what is earned.");
        return new ActionModel(setup, this, SeasonalProfile.Learn(series, this, sources.OutagesOf(setup.Component)));
    }
}

/// <summary>Loss = Σ weight × expected actions × failed share × (1 − take-back) × value.</summary>
internal sealed class ActionModel(ModelSetup setup, ActionLossOptions options, SeasonalProfile? profile) : LossModel(setup), IProfiled
{
    public override string Kind => "action";
    public override Currency Currency => options.Value.Currency;
    public SeasonalProfile? Profile => profile;

    private decimal Least => options.TakeBackLow ?? options.TakeBack;
    private decimal Most => options.TakeBackHigh ?? options.TakeBack;

    public override Loss Price(LostEpisode episode, Working? working = null)
    {
        var each = options.Value.Value * options.FailedShare;
        var (gross, reasons) = Weighed(episode, (from, to) => Actions(from, to) * each, profile is null ? null : ProfileText.SpreadBecause(profile));
        var amount = Estimate.Spanning(gross.Low * (1 - Most), gross.Likely * (1 - options.TakeBack), gross.High * (1 - Least));
        reasons = [.. reasons.Select(reason => reason with { Alone = reason.Alone * (1 - options.TakeBack) })];
        if (Least != Most && gross.Likely > 0)
            reasons = reasons.Add(new SpreadReason(SpreadSource.Model, Estimate.Spanning(gross.Likely * (1 - Most), amount.Likely, gross.Likely * (1 - Least)), Text($"between {Least:P0} and {Most:P0} of the users come back, the config says")));
        if (working is not null) Explain(episode, gross, amount, working);
        return Of(amount, reasons, profile is null ? [Text($"Actions come at {options.Rate} per {DurationText.Print(options.Per)} at any time, the config says.")] : ProfileText.Assumptions(profile, episode.From, episode.To));
    }

    private Estimate Actions(Instant from, Instant to) =>
        profile?.Over(from, to) ?? Estimate.Exact(options.Rate!.Value * (to - from).BclCompatibleTicks / options.Per.BclCompatibleTicks);

    private void Explain(LostEpisode episode, Estimate gross, Estimate amount, Working working)
    {
        if (profile is not null) ProfileText.Write(profile, working);
        else working.Input("actions", Text($"{options.Rate}"), $"per {DurationText.Print(options.Per)}", "the config");
        working.Step("expected actions", "Σ over the lost time", Text($"{episode.Spans.Sum(span => Actions(span.From, span.To).Likely):#,##0.###}"), "actions");
        working.Input("value of an action", options.Value.ToString(), "", "the config");
        working.Input("share that fails", Text($"{options.FailedShare}"), "share", "the config");
        working.Step("failed actions' value", "Σ weight × actions × share that fails × value", MoneyText.Of(gross, Currency), "");
        working.Input("take-back", Text($"{options.TakeBack} ({Least} to {Most})"), "share of users who come back", "the config");
        working.Step("loss", "failed actions' value × (1 − take-back)", MoneyText.Of(amount, Currency), "");
    }

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
