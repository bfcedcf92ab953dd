using Nines.Ledger.Availability;
using Nines.Pricing.Losses;
using Nines.Pricing.Money;
using Nines.Pricing.Profiles;
using NodaTime;

namespace Nines.Pricing.Venues;

/// <summary>
/// What was not traded in an episode: in each step of the series weight × expected, but no more than expected − actual where the series
/// has the step, for what was traded all the same is not lost; never below nothing.
/// </summary>
/// <param name="Volume">With all that is not known.</param>
/// <param name="ByBounds">If only the outage's bounds were not known.</param>
/// <param name="ByDemand">If only demand was not known.</param>
/// <param name="Expected">Over the time lost, whatever its weight; likely.</param>
/// <param name="Traded">Of it, in the steps that the series has.</param>
/// <param name="Covered">The share of the time that the series has, 0 to 1.</param>
internal sealed record LostVolume(Estimate Volume, Estimate ByBounds, Estimate ByDemand, decimal Expected, decimal Traded, decimal Covered)
{
    public static LostVolume Of(LostEpisode episode, SeasonalProfile profile)
    {
        var steps = profile.Series.Steps;
        var sum = new Sums();
        (long Index, decimal Surely, decimal Likely, decimal Possibly) open = (long.MinValue, 0, 0, 0);
        foreach (var span in episode.Spans)
        {
            var (known, end) = (profile.Series.From, profile.Series.To);
            if (span.From < known) sum.AddUnseen(span, span.From, Instant.Min(span.To, known), profile);
            if (span.To > end) sum.AddUnseen(span, Instant.Max(span.From, end), span.To, profile);
            var to = Instant.Min(span.To, end);
            for (var at = Instant.Max(span.From, known); at < to;)
            {
                var index = steps.IndexOf(at);
                if (index != open.Index)
                {
                    sum.Close(open, profile);
                    open = (index, 0, 0, 0);
                }
                var until = Instant.Min(steps.EndOf(index), to);
                var share = (decimal)(until - at).BclCompatibleTicks / (steps.EndOf(index) - steps.StartOf(index)).BclCompatibleTicks;
                open = (index, open.Surely + span.Surely * share, open.Likely + span.Likely * share, open.Possibly + span.Possibly * share);
                sum.See(profile, index, share, until - at);
                at = until;
            }
        }
        sum.Close(open, profile);
        return sum.Result;
    }

    private sealed class Sums
    {
        private decimal low, likely, high, surely, possibly, little, much, expected, traded, seenS, allS;

        public LostVolume Result => new(
            Estimate.Spanning(low, likely, high), Estimate.Spanning(surely, likely, possibly), Estimate.Spanning(little, likely, much),
            expected, traded, allS == 0 ? 0 : seenS / allS);

        public void AddUnseen(LostSpan span, Instant from, Instant to, SeasonalProfile profile)
        {
            var worth = profile.Over(from, to);
            Add((span.Surely, span.Likely, span.Possibly), worth, null);
            expected += worth.Likely;
            allS += (decimal)(to - from).TotalSeconds;
        }

        public void See(SeasonalProfile profile, long step, decimal share, Duration length)
        {
            var seconds = (decimal)length.TotalSeconds;
            allS += seconds;
            expected += profile.Over(profile.Series.Steps.StartOf(step), profile.Series.Steps.EndOf(step)).Likely * share;
            if (profile.Series.At(step) is not { } actual) return;
            seenS += seconds;
            traded += actual * share;
        }

        public void Close((long Index, decimal Surely, decimal Likely, decimal Possibly) step, SeasonalProfile profile)
        {
            if (step.Index == long.MinValue) return;
            var steps = profile.Series.Steps;
            Add((step.Surely, step.Likely, step.Possibly), profile.Over(steps.StartOf(step.Index), steps.EndOf(step.Index)), profile.Series.At(step.Index));
        }

        private void Add((decimal Surely, decimal Likely, decimal Possibly) weight, Estimate worth, decimal? actual)
        {
            low += Lost(weight.Surely, worth.Low, actual);
            likely += Lost(weight.Likely, worth.Likely, actual);
            high += Lost(weight.Possibly, worth.High, actual);
            surely += Lost(weight.Surely, worth.Likely, actual);
            possibly += Lost(weight.Possibly, worth.Likely, actual);
            little += Lost(weight.Likely, worth.Low, actual);
            much += Lost(weight.Likely, worth.High, actual);
        }

        private static decimal Lost(decimal weight, decimal worth, decimal? actual) =>
            actual is { } traded ? Math.Min(weight * worth, Math.Max(0, worth - traded)) : weight * worth;
    }
}
