using System.Collections.Immutable;
using System.Globalization;
using Nines.Core;
using Nines.Core.Timelines;
using Nines.Ledger.Text;
using NodaTime;

namespace Nines.Ledger.History.Gatus;

/// <summary>
/// From Gatus's store to timelines. It keeps the last results (100) and events (50) of an endpoint, and totals by hour of 30 days: looks come from
/// results, changes before them from events, and what is older than the events that are left from totals, to the hour or day. Pure.
/// </summary>
public static class GatusHistory
{
    private const string Tool = "Gatus";

    private static readonly Duration Hour = Duration.FromHours(1), Day = Duration.FromDays(1);

    /// <summary>Where no results tell how often it looks: what Gatus takes where its config does not say.</summary>
    private static readonly Duration Usual = Duration.FromMinutes(1);

    /// <summary>Longest that a look takes where nobody says: Gatus's own time-out.</summary>
    private static readonly Duration Timeout = Duration.FromSeconds(10);

    /// <param name="cadence">As the call says; null learns it for each endpoint.</param>
    public static (ReadHistory History, ImmutableArray<FigureBeside> Beside) Build(IReadOnlyList<GatusRecord> records, Duration? cadence, RowAccount rows, Instant now)
    {
        var targets = ImmutableArray.CreateBuilder<TargetHistory>();
        var beside = ImmutableArray.CreateBuilder<FigureBeside>();
        var cadences = new List<Duration>();
        foreach (var record in records)
        {
            foreach (var row in record.Events.Select(one => one.Row).Concat(record.Results.Select(one => one.Row)).Concat(record.Totals.Select(one => one.Row)).Order()) rows.Add(row);
            var every = cadence ?? CadenceOf(record);
            cadences.Add(every);
            if (new Endpoint(record, every, rows, now).History() is not { } target) continue;
            targets.Add(target);
            if (Figure(record, target) is { } figure) beside.Add(figure);
        }
        return (new ReadHistory(targets.ToImmutable(), rows, [.. Assumptions(cadences, cadence is not null)]), beside.ToImmutable());
    }

    private static IEnumerable<string> Assumptions(List<Duration> cadences, bool isGiven)
    {
        if (cadences.Count > 0)
            yield return isGiven ? $"Gatus looks every {SpokenDuration.Of(cadences[0])}, as the call says." : $"Gatus looks every {SpokenDuration.Of(cadences.Min())}{(cadences.Min() == cadences.Max() ? "" : $" to {SpokenDuration.Of(cadences.Max())}")}, learnt from its results for each endpoint.";
        yield return "Results are looks. Before the first that is left, an event is the first look that saw another state; hours and days in which at least 80 % of the looks that were due are counted are watched, others unknown.";
        yield return "Before the first event that is left only totals tell: an hour (or day) with both healthy and failed looks was possibly down all of it and surely at no instant, and likely for the share of its looks that failed.";
        yield return "A single failed look is a blip and weighs nothing.";
    }

    private static Duration CadenceOf(GatusRecord record)
    {
        var gaps = record.Results.Zip(record.Results.Skip(1), (a, b) => b.At - a.At).Where(gap => gap > Duration.Zero).Order().ToList();
        if (gaps.Count > 0) return gaps[gaps.Count / 2];
        return record.Totals.Count > 0 && record.Totals.Max(total => total.Looks) is > 0 and var most ? Hour / most : Usual;
    }

    /// <summary>Its uptime is healthy looks over all, whatever time lay between them.</summary>
    private static FigureBeside? Figure(GatusRecord record, TargetHistory ours)
    {
        var (looks, healthy) = (record.Totals.Sum(total => total.Looks), record.Totals.Sum(total => total.Healthy));
        if (looks == 0 || Kuma.KumaComparison.Shares(ours, ours.From, ours.To) is not { } share) return null;
        var theirs = (decimal)healthy / looks * 100;
        var reason = new DifferenceReason("counts_looks", share.Likely - theirs, string.Create(CultureInfo.InvariantCulture, $"theirs is {healthy} healthy of {looks} looks, each the same whatever time lay between them; ours is time, and leaves out a single failed look"));
        return new FigureBeside(ours.Target, "all", decimal.Round(share.Likely, 4), decimal.Round(share.Low, 4), decimal.Round(share.High, 4), decimal.Round(theirs, 4), Math.Abs(reason.Points) >= 0.0005m ? [reason] : []);
    }

    /// <summary>One endpoint's record, put together.</summary>
    private sealed class Endpoint(GatusRecord record, Duration every, RowAccount rows, Instant now)
    {
        private readonly IReadOnlyList<(GatusTotal Total, Duration Length)> totals = Lengths(record.Totals, every);

        public TargetHistory? History()
        {
            var looks = Looks();
            var told = LookTimelines.Build(looks, new LookSource { Tool = Tool, Records = LooksRecorded.Every, Cadence = every, Timeout = Timeout }, rows, now).Targets.FirstOrDefault();
            var border = told?.From ?? totals.Select(total => total.Total.From + total.Length).Append(Instant.MinValue).Max();
            var (early, outages) = ByTotals(Instant.Min(border, now));
            if (early.Count == 0) return told;
            if (told is null) return new TargetHistory(record.Name, early[0].From, Instant.Min(border, now), Hour, [.. Timeline.Of(early)]);
            // An outage that reaches over the border is one.
            var joins = early[^1].Outage is not null && told.Segments[0].Outage is not null;
            var later = told.Segments.Select(segment => segment.Outage is null ? segment
                : segment with { Outage = Name(int.Parse(segment.Outage, CultureInfo.InvariantCulture) + outages - (joins ? 1 : 0)) });
            return told with { From = early[0].From, Resolution = Hour, Segments = [.. Timeline.Of([.. early, .. later])] };
        }

        /// <summary>A day's total looks like the hour of its midnight, but has more looks than an hour can.</summary>
        private static List<(GatusTotal, Duration)> Lengths(IReadOnlyList<GatusTotal> totals, Duration every)
        {
            var found = new List<(GatusTotal, Duration)>();
            for (var i = 0; i < totals.Count; i++)
            {
                var most = i + 1 < totals.Count ? totals[i + 1].From - totals[i].From : Day;
                var isDay = totals[i].Looks * every.TotalSeconds > 1.2 * Hour.TotalSeconds;
                found.Add((totals[i], Duration.Min(isDay ? Day : Hour, most)));
            }
            return found;
        }

        private List<Look> Looks()
        {
            var first = record.Results.Count > 0 ? record.Results[0].At : Instant.MaxValue;
            var watched = new WatchedTime(totals.Select(total => (total.Total.From, total.Length, total.Total.Looks)), every);
            var looks = new List<Look>();
            foreach (var change in record.Events)
            {
                // A result of the same look says more.
                if (change.IsHealthy is not { } isHealthy || change.At >= first - Timeout) continue;
                if (totals.Count == 0 || change.At < totals[0].Total.From)
                {
                    rows.Note(change.Row, record.Name, RepairRule.Pruned, RowFate.Rejected, $"{(isHealthy ? "healthy" : "unhealthy")} at {change.At}", "left out: there are no totals of that time, so nobody can say whether it was watched until the next");
                    continue;
                }
                Bridge(looks, watched, change.At - Timeout);
                looks.Add(new Look(record.Name, change.At - Timeout, isHealthy ? State.Up : State.Down, "", change.Row) { Took = Timeout });
            }
            if (record.Results.Count > 0) Bridge(looks, watched, record.Results[0].At);
            looks.AddRange(record.Results.Select(result => new Look(record.Name, result.At, result.IsHealthy ? State.Up : State.Down, result.Errors, result.Row) { Took = result.Took }));
            return looks;
        }

        /// <summary>Looks that were made and deleted saw what the last event says, until just before the next.</summary>
        private void Bridge(List<Look> looks, WatchedTime watched, Instant next)
        {
            if (looks.Count == 0) return;
            var last = looks[^1];
            var before = Instant.Max(last.At, next - every - Timeout);
            void Vouch(Instant until)
            {
                if (until <= looks[^1].At) return;
                looks[^1] = looks[^1] with { Holds = true };
                looks.Add(last with { At = until, Took = Duration.Zero, Holds = false });
            }
            var vouched = last.At;
            foreach (var gap in watched.Gaps(last.At, before))
            {
                Vouch(gap.Start);
                if (gap.End < before) looks.Add(last with { At = gap.End, Took = Duration.Zero, Holds = false });
                vouched = gap.End;
            }
            if (vouched < before) Vouch(before);
        }

        private static string Name(int number) => number.ToString(CultureInfo.InvariantCulture);

        /// <summary>What totals alone say, up to where events or results begin.</summary>
        private (List<Segment> Segments, int Outages) ByTotals(Instant border)
        {
            var segments = new List<Segment>();
            var outages = 0;
            for (var i = 0; i < totals.Count && totals[i].Total.From < border; i++)
            {
                var (total, length) = totals[i];
                var until = Instant.Min(total.From + length, border);
                Fill(total, length, until, i > 0 ? totals[i - 1].Total.Failed : 0, i + 1 < totals.Count ? totals[i + 1].Total.Failed : 0, IsDown(i - 1), IsDown(i + 1), segments, ref outages);
                if (i + 1 < totals.Count ? totals[i + 1].Total.From > until : border > until) segments.Add(Segment.Unseen(until));
            }
            segments.RemoveAll(segment => segment.From >= border);
            return (segments, outages);
        }

        private bool IsDown(int i) => i >= 0 && i < totals.Count && totals[i].Total is { Looks: > 0, Healthy: <= 0 };

        private void Fill(GatusTotal total, Duration length, Instant until, long failedBefore, long failedAfter, bool isDownBefore, bool isDownAfter, List<Segment> segments, ref int outages)
        {
            var (from, failed) = (total.From, total.Failed);
            if (total.Looks * every.TotalSeconds < 0.8 * length.TotalSeconds)
            {
                segments.Add(Segment.Unseen(from));
                return;
            }
            if (failed == 1 && failedBefore == 0 && failedAfter == 0 && total.Looks > 1)
            {
                rows.Note(total.Row, record.Name, RepairRule.SingleLook, RowFate.Repaired, $"1 of {total.Looks} looks failed from {from} on", "a blip: no second look agreed");
                failed = 0;
            }
            var isInOutage = segments.Count > 0 && segments[^1].Outage is not null;
            if (failed <= 0)
            {
                // Its first healthy look came up to one look after the hour began: so long the outage before may have lasted.
                if (isInOutage) segments.Add(segments[^1] with { From = from, Best = State.Up, Likely = State.Up, Worst = State.Down });
                segments.Add(new Segment(isInOutage ? from + every : from, State.Up, State.Up, State.Up));
                return;
            }
            if (!isInOutage) outages++;
            var because = new Cause(CauseKind.Unexplained, string.Create(CultureInfo.InvariantCulture, $"Gatus saw {failed} of {total.Looks} looks fail in {SpokenDuration.Of(length)}."));
            var count = outages;
            Segment Named(Instant at, State best, State likely, State worst) => new(at, best, likely, worst) { Cause = because, Outage = Name(count) };
            // The last healthy look lies up to one look before the hour.
            if (!isInOutage && segments.Count > 0 && segments[^1].Likely == State.Up && from - every - Timeout > segments[^1].From) segments.Add(Named(from - every - Timeout, State.Up, State.Up, State.Down));
            if (failed >= total.Looks)
            {
                if (!isDownBefore) segments.Add(Named(from, State.Up, State.Down, State.Down));
                var (surely, edge) = (isDownBefore ? from : from + every, isDownAfter ? until : until - every - Timeout);
                if (surely < edge) segments.Add(Named(surely, State.Down, State.Down, State.Down));
                if (!isDownAfter && edge > from) segments.Add(Named(Instant.Max(edge, surely), State.Up, State.Down, State.Down));
                return;
            }
            var down = Duration.FromTicks((until - from).TotalTicks * failed / total.Looks);
            var begins = isDownAfter ? until - down : isDownBefore ? from : from + (until - from - down) / 2;
            segments.Add(Named(from, State.Up, begins > from ? State.Up : State.Down, State.Down));
            if (begins > from) segments.Add(Named(begins, State.Up, State.Down, State.Down));
            if (begins + down < until) segments.Add(Named(begins + down, State.Up, State.Up, State.Down));
        }
    }
}
