using System.Collections.Immutable;
using System.Globalization;
using Nines.Core.Time;
using Nines.Pricing.Losses;
using NodaTime;

namespace Nines.Pricing.Profiles;

/// <summary>What a profile says of itself: in workings, and as assumptions of a result.</summary>
public static class ProfileText
{
    public static string SpreadBecause(SeasonalProfile profile) => profile.Test is null
        ? "the series is short: demand is taken to lie between half and double of it"
        : $"{profile.Options.Level} % of the slots of the back-test lay within it";

    /// <summary>The steps that any figure of a profile rests on.</summary>
    public static void Write(SeasonalProfile profile, Working working)
    {
        var (series, bins) = (profile.Series, profile.Bins);
        working.Input($"series {series.Name}", Number($"{series.Known:N0} steps of {DurationText.Print(series.Steps.Length)}, {Day(series.From, profile)} to {Day(series.To - Duration.Epsilon, profile)}"), series.Unit, series.Source);
        if (bins.InOutages > 0) working.Step("left out of learning", "slots that an outage of the component touches", Number($"{bins.InOutages:N0}"), "slots", "the ledger");
        working.Step("profile", $"level(week) × shape(slot of the week, {series.Steps.Zone.Id})", Number($"{bins.Known:N0} slots of {DurationText.Print(profile.Grid.Length)} learnt"), "", "docs/concepts/loss-models.md");
        if (profile.Fit.Slope != 0) working.Step("trend", "median of the slopes between all pairs of weeks (Theil–Sen)", Number($"{profile.Fit.Slope * profile.Grid.Classes:+0.##;-0.##}"), $"{series.Unit} a week, each week");
        if (!series.Holidays.IsEmpty) working.Step("holidays", HolidayFormula(profile), Number($"{profile.Fit.HolidayFactor:0.###}"), "× Sunday");
        if (profile.Test is { } test) working.Step("back-test", Number($"{test.Slots:N0} slots of {test.Weeks} held-out weeks, each forecast from what lies before it"), ErrorsOf(test), "");
    }

    /// <summary>What was taken for granted for a figure over [from, to).</summary>
    public static ImmutableArray<string> Assumptions(SeasonalProfile profile, Instant from, Instant to)
    {
        var said = ImmutableArray.CreateBuilder<string>();
        var series = profile.Series;
        said.AddRange(series.Notes);
        if (profile.Test is null) said.Add(Number($"{series.Source} has {profile.Bins.Known / (double)profile.Grid.ClassesADay:0.#} known days, too few to test a profile on: the mean of each time of day counts, and half to double of it as the spread, as the config accepts."));
        else if (!profile.Test.IsBetter) said.Add($"On held-out weeks the profile of {series.Name} is not better than simpler forecasts: {ErrorsOf(profile.Test)}.");
        else if (profile.Test.Weeks < 2) said.Add($"The back-test of {series.Name} has one held-out week or a part of one: {ErrorsOf(profile.Test)}.");
        var (after, before) = (profile.WeeksBeyond(to), from < series.From);
        if (before) said.Add($"{series.Name} begins on {Day(series.From, profile)}, after this: its first weeks' level is taken.");
        else if (after > 0) said.Add(Number($"{series.Name} ends on {Day(series.To - Duration.Epsilon, profile)}, {after:0.#} weeks before the end of this: its last level is drawn on{(profile.Fit.Slope == 0 ? "" : Number($" with the trend of at most {profile.Fit.TrendWeeks:0.#} weeks"))}, and the spread grows with the root of the weeks."));
        Never(profile, from, to, said);
        HolidaysIn(profile, from, to, said);
        if (profile.Grid.IsDaily) said.Add($"{series.Name} has a value a day: it is spread evenly over the day.");
        return said.ToImmutable();
    }

    /// <summary><c>MAPE 8.1 %, WAPE 7.0 %; flat rate 35.2 %, 33.0 %; same time last week 11.0 %, 10.4 %</c>.</summary>
    public static string ErrorsOf(BackTest test) =>
        $"MAPE {Percent(test.Profile.Mape)}, WAPE {Percent(test.Profile.Wape)}; a flat rate {Percent(test.Flat.Mape)}, {Percent(test.Flat.Wape)}; the same time last week {Percent(test.LastWeek.Mape)}, {Percent(test.LastWeek.Wape)}{(test.Zeros > 0 ? Number($" ({test.Zeros:N0} slots of nothing are in WAPE only)") : "")}";

    public static string Percent(double? share) => share is { } value ? Number($"{value * 100:0.0} %") : "none";

    private static void Never(SeasonalProfile profile, Instant from, Instant to, ImmutableArray<string>.Builder said)
    {
        if (profile.Test is null || to - from > Duration.FromDays(400)) return;
        var (first, last) = (profile.Grid.IndexOf(from), profile.Grid.IndexOf(to - Duration.Epsilon));
        for (var index = first; index <= last && index < first + profile.Grid.Classes; index++)
        {
            if (profile.Fit.Saw(profile.Grid.ClassOf(index))) continue;
            said.Add($"{profile.Series.Name} has no value at all for some of these times of the week: likely nothing is sold then, at most the mean. If they are closed times, say missing: zero.");
            return;
        }
    }

    private static void HolidaysIn(SeasonalProfile profile, Instant from, Instant to, ImmutableArray<string>.Builder said)
    {
        if (profile.Options.Holiday != HolidayRule.Learnt || profile.Series.Holidays.IsEmpty || profile.Fit.HolidaysLearnt >= 2) return;
        var (first, last) = (from.InZone(profile.Grid.Zone).Date, (to - Duration.Epsilon).InZone(profile.Grid.Zone).Date);
        if (profile.Series.Holidays.Any(day => day >= first && day <= last))
            said.Add($"A holiday lies in this, and {profile.Series.Name} has {profile.Fit.HolidaysLearnt} to learn from, of two that are needed: it is taken as a Sunday.");
    }

    private static string HolidayFormula(SeasonalProfile profile) => profile.Options.Holiday switch
    {
        HolidayRule.Learnt when profile.Fit.HolidaysLearnt >= 2 => $"median over {profile.Fit.HolidaysLearnt} holidays of their value / a Sunday's",
        HolidayRule.Learnt => "fewer than two in the series: as a Sunday",
        HolidayRule.Sunday => "as a Sunday, the config says",
        HolidayRule.Ordinary => "as any day, the config says",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>The local day.</summary>
    public static string Day(Instant at, SeasonalProfile profile) => at.InZone(profile.Grid.Zone).Date.ToString("uuuu-MM-dd", CultureInfo.InvariantCulture);

    private static string Number(FormattableString text) => FormattableString.Invariant(text);
}
