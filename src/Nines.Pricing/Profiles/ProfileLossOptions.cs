using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Nines.Pricing.Losses;
using Nines.Pricing.Money;
using Nines.Pricing.Plan;
using Nines.Pricing.Series;
using NodaTime;

namespace Nines.Pricing.Profiles;

/// <summary>What the component earned in past weeks is what it would have earned.</summary>
public sealed record ProfileLossOptions : ProfileOptions, ILossOptions
{
    [Description("The series of what was earned, in a currency.")]
    public required string Series { get; init; }

    [Description("How much of the series this component earns, as a share.")]
    [Range(0.0, 1.0)]
    public decimal Share { get; init; } = 1;

    public IEnumerable<PlanMistake> Mistakes() => SlotMistakes();

    IEnumerable<(string Key, string Series)> ILossOptions.NamedSeries => [("series", Series)];

    public LossModel Open(ModelSetup setup, PlanSources sources)
    {
        var series = sources.Series.Open(Series);
        var currency = series.Currency ?? throw new PricingException("NIN4266", $"{setup.Name}: series {Series} counts things, and a profile needs what they earned. Use action: with the value of one, or give the series its currency.");
        return new ProfileModel(setup, this, SeasonalProfile.Learn(series, this, sources.OutagesOf(setup.Component)), currency);
    }
}

/// <summary>Loss = Σ over the lost time of weight × expected × share.</summary>
internal sealed class ProfileModel(ModelSetup setup, ProfileLossOptions options, SeasonalProfile profile, Currency currency) : LossModel(setup), IProfiled
{
    public override string Kind => "profile";
    public override Currency Currency => currency;
    public SeasonalProfile? Profile => profile;

    public override Loss Price(LostEpisode episode, Working? working = null)
    {
        var (amount, reasons) = Weighed(episode, (from, to) => profile.Over(from, to) * options.Share, ProfileText.SpreadBecause(profile));
        if (working is not null) Explain(episode, amount, working);
        return Of(amount, reasons, ProfileText.Assumptions(profile, episode.From, episode.To));
    }

    private void Explain(LostEpisode episode, Estimate amount, Working working)
    {
        ProfileText.Write(profile, working);
        working.Step("expected", "Σ over the slots of expected(slot) × part of the slot", profile.Series.Print(episode.Spans.Aggregate(Estimate.Zero, (sum, span) => sum + profile.Over(span.From, span.To)).Likely), "while time was possibly lost");
        if (options.Share != 1) working.Input("share of the series", options.Share.ToString(System.Globalization.CultureInfo.InvariantCulture), "share", "the config");
        working.Step("loss", options.Share == 1 ? "Σ weight × expected" : "Σ weight × expected × share", MoneyText.Of(amount, Currency), "");
    }
}
