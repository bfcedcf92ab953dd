using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Nines.Core;
using Nines.Core.Time;
using Nines.Pricing.Losses;
using Nines.Pricing.Plan;
using NodaTime;

namespace Nines.Pricing.Profiles;

/// <summary>What to do with two weeks of data or less.</summary>
public enum ShortSeries
{
    /// <summary>An error that says how much there is.</summary>
    Refuse,
    /// <summary>The mean of each time of day, with half to double as the spread.</summary>
    Accept,
}

/// <summary>How a profile is learnt from a series.</summary>
public abstract record ProfileOptions
{
    [Description("How finely the week is cut: an hour or a whole part of one, not shorter than the series' steps. A daily series has days.")]
    [DurationRange("1m", "1h")]
    public Duration Slot { get; init; } = Duration.FromHours(1);

    [Description("How much of what was seen in the back-test lies between low and high, in percent.")]
    [Range(50, 99)]
    public int Level { get; init; } = 80;

    [Description("Two weeks of data or less: refuse, or accept them with a spread of half to double. Default: refuse.")]
    public ShortSeries Short { get; init; }

    [Description("What a holiday is like: learnt (as a Sunday, times what the series' holidays were against Sundays), sunday, or ordinary. Default: learnt.")]
    public HolidayRule Holiday { get; init; }

    internal IEnumerable<PlanMistake> SlotMistakes()
    {
        if (Duration.FromHours(1).BclCompatibleTicks % Slot.BclCompatibleTicks != 0) yield return new PlanMistake("slot", $"is {DurationText.Print(Slot)}, not a whole part of an hour. Try 1h, 30m, 15m or 5m.");
    }
}
