using System.Collections.Immutable;
using Nines.Pricing.Money;
using Nines.Pricing.Profiles;
using NodaTime;

namespace Nines.Pricing.Venues;

/// <summary>What was traded above the expected after an outage: demand that had waited.</summary>
/// <param name="Volume">Not below 0. Low against the upper end of what is expected, high against the lower.</param>
/// <param name="To">Where the look ended.</param>
internal sealed record MakeUp(Estimate Volume, Instant From, Instant To)
{
    /// <summary>Where no window is given the look ends with the first slot within the profile's spread, or here.</summary>
    private static readonly Duration Longest = Duration.FromDays(1);

    /// <param name="window">How long; null until volume is back within the spread.</param>
    /// <param name="outages">Steps that another outage touches are left out.</param>
    /// <returns>Null when the series does not reach over it, or has nothing of the time in which the look would be: nothing seen is not nothing traded.</returns>
    public static MakeUp? Measure(SeasonalProfile profile, Instant ended, Duration? window, ImmutableArray<Interval> outages)
    {
        var steps = profile.Series.Steps;
        var at = steps.IndexOf(ended);
        if (steps.StartOf(at) < ended) at++; // the step in which it ended is the outage's
        var from = steps.StartOf(at);
        if (from < profile.Series.From) return null;
        var until = from + (window ?? Longest);
        var (low, likely, high) = (0m, 0m, 0m);
        var (seen, known) = (from, false);
        while (steps.StartOf(at) < until)
        {
            var slotEnd = Instant.Min(profile.Grid.EndOf(profile.Grid.IndexOf(steps.StartOf(at))), until);
            var (actual, expected, any) = (0m, Estimate.Zero, false);
            for (; steps.StartOf(at) < slotEnd; at++)
            {
                if (steps.EndOf(at) > profile.Series.To) return null;
                if (profile.Series.At(at) is not { } traded || Touches(outages, steps.StartOf(at), steps.EndOf(at))) continue;
                (actual, expected, any) = (actual + traded, expected + profile.Over(steps.StartOf(at), steps.EndOf(at)), true);
            }
            known |= any;
            if (window is null && any && !SeasonalProfile.IsAbove(expected, actual)) break;
            (low, likely, high) = (low + actual - expected.High, likely + actual - expected.Likely, high + actual - expected.Low);
            seen = steps.StartOf(at);
        }
        if (!known) return null;
        return new MakeUp(Estimate.Spanning(Math.Max(0, low), Math.Max(0, likely), Math.Max(0, high)), from, seen);
    }

    private static bool Touches(ImmutableArray<Interval> outages, Instant from, Instant to) => outages.Any(outage => outage.Start < to && outage.End > from);
}
