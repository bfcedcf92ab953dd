using System.Collections.Immutable;
using System.Globalization;
using Nines.Core;
using Nines.Ledger.Availability;
using Nines.Ledger.Text;
using NodaTime;

namespace Nines.Ledger.History.Upptime;

/// <summary>
/// Ours beside what Upptime publishes. It adds up the lifetimes of the issues that it opened, over the time since it knows the site: what
/// its commits say and no issue does is not in its figure, and the other way round. Pure; every reason is read out of the two records.
/// </summary>
/// <param name="writtenAt">When the publisher's figures were reckoned.</param>
/// <param name="deletesShort">Whether it deletes issues that were closed within 15 minutes, as it does unless its config says otherwise.</param>
public sealed class UpptimeComparison(Instant writtenAt, bool deletesShort)
{
    /// <summary>Issues that were closed sooner are deleted.</summary>
    private static readonly Duration ShortIssue = Duration.FromMinutes(15);

    /// <summary>An issue begins and ends with a commit, which comes after the change; minutes are rounded for each issue and day.</summary>
    private const decimal DayMargin = 6;

    /// <summary>Points beyond which nothing is put down to rounding: it stays unexplained, and is shown so.</summary>
    private const decimal MostRounding = 0.03m;

    /// <summary>What downtime is divided by; what it is added up over is that much of the calendar. A month is one twelfth of a year here.</summary>
    private static readonly (string Name, Period Back, Duration? Divisor)[] Periods =
    [
        ("all", Period.Zero, null), ("day", Period.FromDays(1), Duration.FromDays(1)), ("week", Period.FromWeeks(1), Duration.FromDays(7)),
        ("month", Period.FromMonths(1), Duration.FromSeconds(2_628_288)), ("year", Period.FromYears(1), Duration.FromDays(365)),
    ];

    /// <summary>When the figures were reckoned: where an issue is open they count minutes up to that instant of their last day.</summary>
    /// <param name="otherwise">Where none is open.</param>
    public static Instant WrittenAt(IEnumerable<UpptimeFigure> figures, Instant otherwise)
    {
        var open = figures.Where(figure => figure.Status != "up" && figure.MinutesDown.Count > 0).Select(figure => figure.MinutesDown.Last()).Where(day => day.Value < 1_440)
            .Select(day => day.Key.AtMidnight().InUtc().ToInstant() + Duration.FromMinutes(day.Value)).Append(otherwise).Max();
        return open - otherwise < Duration.FromDays(2) ? open : otherwise;
    }

    public IEnumerable<FigureBeside> Compare(TargetHistory ours, UpptimeSite? site, UpptimeFigure theirs)
    {
        foreach (var (name, back, divisor) in Periods)
        {
            var published = name switch { "day" => theirs.UptimeDay, "week" => theirs.UptimeWeek, "month" => theirs.UptimeMonth, "year" => theirs.UptimeYear, _ => theirs.Uptime };
            var begun = site?.Started ?? ours.From;
            var from = divisor is null ? begun : Instant.Max(begun, (writtenAt.InUtc().LocalDateTime - back).InUtc().ToInstant());
            if (published is null || from >= Instant.Min(writtenAt, ours.To)) continue;
            var divided = divisor is { } length && length < writtenAt - begun ? length : writtenAt - begun;
            yield return new Account(ours, theirs, from, writtenAt, deletesShort).Of(name, published.Value, divided, wholeRecord: divisor is null);
        }
    }

    /// <summary>One figure's difference, taken apart.</summary>
    private sealed class Account
    {
        private const string StillDown = "still_down";

        private readonly TargetHistory ours;
        private readonly UpptimeFigure theirs;
        private readonly Instant from, until, end;
        private readonly bool deletesShort;
        private readonly Track track = new();
        private readonly List<Interval> outages, degraded;
        private readonly decimal minutes;
        private readonly SortedDictionary<string, (decimal Minutes, HashSet<Interval> Outages, SortedSet<LocalDate> Days)> found = new(StringComparer.Ordinal);

        public Account(TargetHistory ours, UpptimeFigure theirs, Instant from, Instant until, bool deletesShort)
        {
            (this.ours, this.theirs, this.from, this.until, this.deletesShort) = (ours, theirs, from, until, deletesShort);
            end = Instant.Min(until, ours.To);
            minutes = Minutes(until - from);
            track.Revise(ours.From, ours.Segments);
            outages = In(state => state.IsDown());
            degraded = In(state => state == State.Degraded);
            List<Interval> In(Func<State, bool> which) => [.. Tally.Join(track.Within(ours.From, ours.To).Where(stretch => which(stretch.Segment.Likely)).Select(stretch => new Interval(stretch.From, stretch.To)))];
        }

        /// <param name="divisor">What theirs divides downtime by.</param>
        public FigureBeside Of(string period, decimal published, Duration divisor, bool wholeRecord)
        {
            // What it would be over the time that it was added up over. Theirs stops at zero: what lay below nobody can tell.
            var even = published == 0 ? 0 : Math.Clamp(100 - (100 - published) * Minutes(divisor) / minutes, 0, 100);
            var same = Shares(Instant.Max(from, ours.From), end);
            var whole = wholeRecord ? Shares(ours.From, ours.To) : same;
            var reasons = new List<DifferenceReason>();
            if (wholeRecord && (ours.From < from - Duration.FromHours(1) || ours.From > from + Duration.FromHours(1)))
                reasons.Add(new DifferenceReason("other_start", whole.Likely - same.Likely, $"our record begins {InstantText.Of(ours.From)}, theirs {InstantText.Of(from)}, the startTime of its file"));
            else if (wholeRecord) whole = same;
            if (Math.Abs(even - published) >= 0.0005m)
                reasons.Add(new DifferenceReason("period_length", even - published, $"theirs adds up {SpokenDuration.Of(until - from)} and divides by {SpokenDuration.Of(divisor)}"));
            ByDay(even);
            // Ours leaves out of both sides of the fraction what it does not know: unknown time, and what came after its last commit. Theirs knows all.
            var outOfKnown = same.Likely - (100 - same.Down / minutes * 100);
            foreach (var (rule, what) in found)
                reasons.Add(new DifferenceReason(rule, -what.Minutes / minutes * 100 + (rule == StillDown && same.Unknown <= DayMargin ? outOfKnown : 0), Sentence(rule, what.Minutes, what.Outages.Count, what.Days)));
            if (same.Unknown > DayMargin) reasons.Add(new DifferenceReason("unknown_time", outOfKnown, $"{Whole(same.Unknown)} min are unknown in ours and count neither up nor down; theirs counts them as up"));
            var rest = whole.Likely - published - reasons.Sum(reason => reason.Points);
            if (Math.Abs(rest) is >= 0.0005m and <= MostRounding)
                reasons.Add(new DifferenceReason("rounding", rest, $"theirs is rounded to whole minutes for each issue and to two digits, and begins and ends an issue when the look is committed"));
            return new FigureBeside(ours.Target, period, Rounded(whole.Likely), Rounded(whole.Low), Rounded(whole.High), published,
                [.. reasons.Where(reason => Math.Abs(reason.Points) >= 0.0005m).OrderByDescending(reason => Math.Abs(reason.Points)).ThenBy(reason => reason.Rule, StringComparer.Ordinal)]);
        }

        private void ByDay(decimal published)
        {
            var first = Instant.Max(from, until - Duration.FromDays(365)).InUtc().Date;
            if (first.AtMidnight().InUtc().ToInstant() < until - Duration.FromDays(365)) first = first.PlusDays(1);
            var told = theirs.MinutesDown.Where(day => day.Key >= first).Sum(day => Clip(day.Key, day.Value));
            var before = first.AtMidnight().InUtc().ToInstant();
            if (before > from) Compare(new Interval(from, before), Math.Max(0, (100 - published) / 100 * minutes - told), DayMargin + minutes * 0.00005m, first.PlusDays(-1));
            for (var day = first; day.AtMidnight().InUtc().ToInstant() < until; day = day.PlusDays(1))
                Compare(Within(day), Clip(day, theirs.MinutesDown.GetValueOrDefault(day)), DayMargin, day);
        }

        /// <summary>Theirs has a day's minutes as one number: of a day that the window cuts no more can be in it than the window leaves.</summary>
        private decimal Clip(LocalDate day, decimal down) => Math.Min(down, Minutes(Within(day).Duration));

        private Interval Within(LocalDate day)
        {
            var begin = Instant.Max(day.AtMidnight().InUtc().ToInstant(), from);
            return new Interval(begin, Instant.Max(begin, Instant.Min(day.PlusDays(1).AtMidnight().InUtc().ToInstant(), until)));
        }

        private void Compare(Interval when, decimal told, decimal margin, LocalDate day)
        {
            var hit = outages.FindAll(outage => outage.Start < when.End && outage.End > when.Start);
            decimal In(Interval outage) => Minutes(Instant.Min(outage.End, when.End) - Instant.Max(outage.Start, when.Start));
            var more = hit.Sum(In) - told;
            if (more > 0 && deletesShort)
                foreach (var outage in hit.Where(outage => outage.Duration < ShortIssue))
                {
                    if (more < In(outage) / 2) break;
                    Find("deleted_issues", Math.Min(more, In(outage)), outage, day);
                    more -= Math.Min(more, In(outage));
                }
            if (more > margin)
            {
                foreach (var outage in hit.Where(outage => !deletesShort || outage.Duration >= ShortIssue).OrderByDescending(In))
                {
                    if (more <= 0) break;
                    Find("no_issue", Math.Min(more, In(outage)), outage, day);
                    more -= Math.Min(more, In(outage));
                }
            }
            else if (more < 0)
            {
                var tail = outages.Count > 0 && outages[^1].End == ours.To && when.End > ours.To ? Math.Min(-more, Minutes(when.End - Instant.Max(ours.To, when.Start))) : 0;
                if (tail > 0) Find(StillDown, -tail, outages[^1], day);
                // An issue is opened for a degraded site too, and counts like one that is down.
                var slow = Math.Min(-more - tail, degraded.Where(one => one.Start < when.End && one.End > when.Start).Sum(In));
                if (slow > 0) Find("degraded_counts", -slow, null, day);
                if (-more - tail - slow > margin) Find("only_theirs", more + tail + slow, null, day);
            }
        }

        private void Find(string rule, decimal more, Interval? outage, LocalDate day)
        {
            var before = found.TryGetValue(rule, out var known) ? known : (0m, [], []);
            if (outage is { } one) before.Item2.Add(one);
            // What lies before the days that theirs keeps is compared at once; an outage knows its own day.
            before.Item3.Add(outage is { } hit ? LocalDate.Max(hit.Start.InUtc().Date, from.InUtc().Date) : day);
            found[rule] = (before.Item1 + more, before.Item2, before.Item3);
        }

        private string Sentence(string rule, decimal more, int count, SortedSet<LocalDate> days)
        {
            var span = days.Count switch
            {
                1 => $"{days.Min:uuuu'-'MM'-'dd}",
                <= 3 => string.Join(", ", days.Select(day => $"{day:uuuu'-'MM'-'dd}")),
                _ => $"{days.Count} days from {days.Min:uuuu'-'MM'-'dd} to {days.Max:uuuu'-'MM'-'dd}",
            };
            var outages = count == 1 ? "1 outage" : $"{count.ToString(CultureInfo.InvariantCulture)} outages";
            return rule switch
            {
                "deleted_issues" => $"{outages} shorter than 15 min ({Whole(more)} min, {span}): Upptime deletes issues that were closed within 15 min, and counts issues only",
                "no_issue" => $"{outages} ({Whole(more)} min, {span}): its commits say down, its figure has no minutes of them: no issue of them is left",
                "degraded_counts" => $"theirs counts {Whole(-more)} min ({span}) in which it was degraded as if it had been down",
                StillDown => $"still down at the last commit: theirs counts {Whole(-more)} min more, until it was reckoned at {InstantText.Of(until)}",
                _ => $"theirs counts {Whole(-more)} min ({span}) in which its own commits say up: an issue that no commit opened",
            };
        }

        private (decimal Low, decimal Likely, decimal High, decimal Down, decimal Unknown) Shares(Instant begin, Instant finish)
        {
            decimal surely = 0, likely = 0, possibly = 0, known = 0, unknown = 0;
            foreach (var stretch in track.Within(begin, finish))
            {
                var length = Minutes(stretch.Length);
                if (stretch.Segment.Likely == State.Unknown)
                {
                    unknown += length;
                    continue;
                }
                known += length;
                if (stretch.Segment.Best.IsDown()) surely += length;
                if (stretch.Segment.Likely.IsDown()) likely += length;
                if (stretch.Segment.Worst.IsDown()) possibly += length;
            }
            return known == 0 ? default : (100 - possibly / known * 100, 100 - likely / known * 100, 100 - surely / known * 100, likely, unknown);
        }

        private static decimal Minutes(Duration length) => (decimal)length.BclCompatibleTicks / NodaConstants.TicksPerMinute;

        private static string Whole(decimal value) => decimal.Round(value).ToString(CultureInfo.InvariantCulture);

        private static decimal Rounded(decimal percent) => decimal.Round(percent, 4, MidpointRounding.ToZero);
    }
}
