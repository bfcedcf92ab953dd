using System.Collections.Immutable;
using System.Globalization;
using Nines.Core;
using Nines.Core.Timelines;
using Nines.Ledger.Text;
using NodaTime;

namespace Nines.Ledger.History;

/// <summary>From incidents that people told to timelines with honest bounds. Pure: the same incidents give the same segments.</summary>
public static class IncidentTimelines
{
    /// <param name="now">Nothing after it is believed.</param>
    public static ReadHistory Build(IReadOnlyList<Incident> incidents, IncidentSource source, RowAccount rows, Instant now)
    {
        // One to come tells nothing of the time until now: what is open for ever does not last until then for it.
        var to = Instant.Min(now, source.To ?? incidents.Where(one => one.Start <= now).SelectMany(one => new[] { one.Start, one.End ?? one.Start }).Append(Instant.MinValue).Max());
        var begun = new List<Told>();
        foreach (var incident in incidents)
            if (Mended(incident, source, rows, to) is { } told) begun.Add(told);
        var from = source.From ?? begun.Select(told => told.Possibly.Start).Append(Instant.MaxValue).Min();
        var targets = ImmutableArray.CreateBuilder<TargetHistory>();
        foreach (var target in begun.SelectMany(told => told.Incident.Targets).Distinct().Order(StringComparer.Ordinal))
        {
            var own = Distinct(target, begun.Where(told => told.Incident.Targets.Contains(target)), rows);
            if (from < to) targets.Add(new TargetHistory(target, from, to, null, Sweep.Over(own, source, from, to)));
        }
        return new ReadHistory(targets.ToImmutable(), rows, [.. Assumptions(source, from, to)]);
    }

    private static IEnumerable<string> Assumptions(IncidentSource source, Instant from, Instant to)
    {
        if (from >= to) yield break;
        yield return $"{source.Tool} tells of every incident between {from} and {to}: time without one counts as up.";
        yield return $"People wrote the instants: each may lie {SpokenDuration.Of(source.Precision)} earlier or later, and an incident may have begun before it was told.";
        yield return $"Impacts: {string.Join(", ", Enum.GetValues<Impact>().Select(impact => $"{impact.ToString().ToLowerInvariant()} is {source.Impacts[impact].State.Word()}{(source.Impacts[impact].IsWindow ? " in a maintenance window" : "")}"))}.";
    }

    /// <summary>An incident after the rules: when it possibly, likely and surely was. Half open; the last two may be empty.</summary>
    internal sealed record Told(Incident Incident, ImpactMeans Means, Interval Possibly, Interval Likely, Interval? Surely);

    private static Told? Mended(Incident incident, IncidentSource source, RowAccount rows, Instant to)
    {
        var (start, end, margin) = (incident.Start, incident.End ?? to, source.Precision);
        void Note(string rule, RowFate fate, string before, string after) => rows.Note(incident.Row, incident.Targets[0], rule, fate, before, after);
        if (start >= to)
        {
            Note(RepairRule.InTheFuture, RowFate.Rejected, $"starts {start}", $"left out: the evidence ends {to}");
            return null;
        }
        if (incident.End is null) Note(RepairRule.OpenForEver, RowFate.Repaired, $"starts {start}, no end", $"ends where the evidence does, {to}; unknown after that");
        else if (end > to)
        {
            Note(RepairRule.InTheFuture, RowFate.Repaired, $"ends {end}", $"cut at {to}, where the evidence ends");
            end = to;
        }
        var isSure = true;
        if (end < start)
        {
            Note(RepairRule.EndsBeforeStart, RowFate.Repaired, $"{start} to {end}", $"{end} to {start}, possible and likely, not sure");
            (start, end, isSure) = (end, start, false);
        }
        else if (end == start)
            Note(RepairRule.ZeroLength, RowFate.Repaired, $"{start} to {end}", $"possible from {start - margin} to {end + margin}, likely and surely nothing");
        var surely = incident.End is null ? (From: start + margin, To: to) : (From: start + margin, To: end - margin);
        return new Told(
            incident, source.Impacts[incident.Impact],
            new Interval(start - margin, Instant.Min(end + margin, to)),
            new Interval(start, end),
            isSure && surely.To > surely.From ? new Interval(surely.From, surely.To) : null);
    }

    /// <summary>In order of their starts, without those that say the same; what overlaps is noted.</summary>
    private static List<Told> Distinct(string target, IEnumerable<Told> told, RowAccount rows)
    {
        var kept = new List<Told>();
        var known = new Dictionary<(Instant, Instant?, Impact, string), int>();
        Told? reaching = null;
        foreach (var one in told.OrderBy(one => one.Likely.Start).ThenBy(one => one.Incident.Row))
        {
            var incident = one.Incident;
            var same = (incident.Start, incident.End, incident.Impact, incident.Id ?? incident.Title);
            if (!known.TryAdd(same, incident.Row))
            {
                rows.Note(incident.Row, target, RepairRule.Duplicate, RowFate.Merged, $"{incident.Impact.ToString().ToLowerInvariant()} {one.Likely.Start} to {one.Likely.End}", $"the same as row {known[same]}");
                continue;
            }
            if (reaching is not null && one.Likely.Start < reaching.Likely.End)
                rows.Note(incident.Row, target, RepairRule.Overlap, RowFate.Merged, $"{incident.Impact.ToString().ToLowerInvariant()} {one.Likely.Start} to {one.Likely.End}",
                    $"joined with row {reaching.Incident.Row}, {reaching.Incident.Impact.ToString().ToLowerInvariant()} until {reaching.Likely.End}: the worst counts");
            if (reaching is null || one.Likely.End > reaching.Likely.End) reaching = one;
            kept.Add(one);
        }
        return kept;
    }

    /// <summary>Goes along the borders of all incidents, and says at each what is the worst.</summary>
    private sealed class Sweep
    {
        private enum Layer { Possibly, Likely, Surely }

        private readonly SortedSet<(State State, int Order)>[,] active = new SortedSet<(State, int)>[3, 2];
        private readonly IReadOnlyList<Told> told;
        private readonly IncidentSource source;
        private int outages;
        private bool inOutage;

        private Sweep(IReadOnlyList<Told> told, IncidentSource source)
        {
            (this.told, this.source) = (told, source);
            for (var layer = 0; layer < 3; layer++)
                for (var window = 0; window < 2; window++)
                    active[layer, window] = new SortedSet<(State, int)>(Comparer<(State State, int Order)>.Create((a, b) => a.State != b.State ? b.State.CompareTo(a.State) : a.Order.CompareTo(b.Order)));
        }

        public static ImmutableArray<Segment> Over(IReadOnlyList<Told> told, IncidentSource source, Instant from, Instant to)
        {
            var sweep = new Sweep(told, source);
            var borders = new List<(Instant At, bool Begins, Layer Layer, int Order)>();
            for (var i = 0; i < told.Count; i++)
            {
                Put(told[i].Possibly, Layer.Possibly, i);
                Put(told[i].Likely, Layer.Likely, i);
                if (told[i].Surely is { } surely) Put(surely, Layer.Surely, i);
            }
            borders.Sort((a, b) => a.At.CompareTo(b.At));
            var segments = new List<Segment> { new(from, State.Up, State.Up, State.Up) };
            for (var i = 0; i < borders.Count;)
            {
                var at = borders[i].At;
                for (; i < borders.Count && borders[i].At == at; i++) sweep.Cross(borders[i].Begins, borders[i].Layer, borders[i].Order);
                if (at >= to) break;
                var segment = sweep.Now(Instant.Max(at, from));
                if (segments[^1].From == segment.From) segments[^1] = segment;
                else segments.Add(segment);
            }
            return [.. Timeline.Of(segments)];

            void Put(Interval when, Layer layer, int order)
            {
                if (when.End <= when.Start) return;
                borders.Add((when.Start, true, layer, order));
                borders.Add((when.End, false, layer, order));
            }
        }

        private void Cross(bool begins, Layer layer, int order)
        {
            var set = active[(int)layer, told[order].Means.IsWindow ? 1 : 0];
            if (begins) set.Add((told[order].Means.State, order));
            else set.Remove((told[order].Means.State, order));
        }

        /// <summary>What is no maintenance is not hidden by a window that was declared for something else.</summary>
        private Segment Now(Instant at)
        {
            var window = active[(int)Layer.Possibly, 0].Count == 0 ? 1 : 0;
            State Of(Layer layer) => active[(int)layer, window].Count == 0 ? State.Up : active[(int)layer, window].Min.State;
            var segment = new Segment(at, Of(Layer.Surely), Of(Layer.Likely), Of(Layer.Possibly));
            if (segment.Worst == State.Up)
            {
                inOutage = false;
                return segment;
            }
            var incident = told[active[(int)Layer.Possibly, window].Min.Order].Incident;
            var isOutage = window == 0 && segment.Worst.IsDown();
            if (isOutage && !inOutage) outages++;
            inOutage = isOutage;
            return segment with
            {
                Cause = new Cause(window == 1 ? CauseKind.Maintenance : CauseKind.Unexplained, $"{source.Tool}: {SourceText.Kept(incident.Title)}"),
                Outage = isOutage ? outages.ToString(CultureInfo.InvariantCulture) : null,
                Window = window == 1 ? $"{source.Tool.ToLowerInvariant()}-{SourceText.Kept(incident.Id ?? incident.Row.ToString(CultureInfo.InvariantCulture), 60)}" : null,
            };
        }
    }
}
