using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Timelines;
using Nines.Ledger.Text;
using NodaTime;

namespace Nines.Ledger.History;

/// <summary>From looks to timelines with honest bounds. Pure: the same looks give the same segments.</summary>
public static class LookTimelines
{
    /// <param name="looks">In the source's order.</param>
    /// <param name="now">Nothing after it is believed.</param>
    public static ReadHistory Build(IReadOnlyList<Look> looks, LookSource source, RowAccount rows, Instant now)
    {
        var ordered = LookRepairs.Apply(looks, rows, now);
        var shared = SharedCadence(source, ordered);
        var end = ordered.Values.Select(own => own[^1].At).Append(Instant.MinValue).Max();
        if (source.Records == LooksRecorded.Changes && source.RanUntil is { } ran && ran > end) end = Instant.Min(ran, now);
        var targets = ImmutableArray.CreateBuilder<TargetHistory>();
        var cadences = new List<LookCadence>();
        foreach (var (target, own) in ordered)
        {
            // Who records every look may look at one target more often than at another.
            var cadence = shared ?? LookCadence.OfEvery(own) ?? LookCadence.Given(Duration.FromMinutes(1));
            var to = EndOf(own, source, cadence, end);
            if (own.Count == 1 && to <= JustAfter(own[0].At))
            {
                rows.Note(own[0].Row, target, RepairRule.NoSpan, RowFate.Rejected, $"one look, at {own[0].At}", "left out: a single look tells of no stretch of time");
                continue;
            }
            cadences.Add(cadence);
            var seen = Settles(source) ? own : LookRepairs.WithoutBlips(own, SilenceLimit(source, cadence), rows);
            // What the first look saw may have ended as soon as it began.
            var from = own[0].At - source.Age;
            targets.Add(new TargetHistory(target, from, to, ResolutionOf(source, cadence, own), new Line(source, cadence).Of(seen, from)));
        }
        return new ReadHistory(targets.ToImmutable(), rows, [.. Assumptions(source, shared is null ? cadences : [shared])]);
    }

    /// <summary>What the source wrote down is settled: it looked again itself, or a change is what it took for one.</summary>
    private static bool Settles(LookSource source) => source.Confirms || source.Records == LooksRecorded.Changes;

    /// <summary>TRUTH 8: no observation for longer than this is unknown.</summary>
    private static Duration SilenceLimit(LookSource source, LookCadence cadence) => source.Records switch
    {
        LooksRecorded.Every => cadence.Typical * 2 + source.Timeout,
        LooksRecorded.Changes => source.Repeats is { } repeats ? repeats * 2 + cadence.Long : Duration.MaxValue,
    };

    /// <summary>TRUTH 3: the longest gap in which it was not unknown, and the time-out. Of changes nobody wrote the gaps down.</summary>
    private static Duration ResolutionOf(LookSource source, LookCadence cadence, List<Look> own)
    {
        if (source.Records == LooksRecorded.Changes) return cadence.Long + source.Timeout * 2;
        var (limit, longest) = (SilenceLimit(source, cadence), cadence.Typical);
        for (var i = 1; i < own.Count; i++)
            if (own[i].At - own[i - 1].At is var gap && gap <= limit && gap > longest) longest = gap;
        return longest + source.Age + source.Timeout;
    }

    /// <returns>Null where each target has its own.</returns>
    private static LookCadence? SharedCadence(LookSource source, SortedDictionary<string, List<Look>> targets)
    {
        if (source.Cadence is { } given && (source.CadenceIsGiven || source.Records == LooksRecorded.Every)) return LookCadence.Given(given);
        return source.Records == LooksRecorded.Every ? null
            : LookCadence.OfChanges(targets.Values.SelectMany(own => own.Select(look => look.At)), source.Cadence ?? Duration.FromMinutes(5));
    }

    /// <summary>A look tells of its own instant too: what it ends has ended.</summary>
    private static Instant JustAfter(Instant look) => look + Duration.Epsilon;

    /// <summary>A source of changes goes on saying the last one, as long as it can be taken to look at that target at all.</summary>
    private static Instant EndOf(List<Look> own, LookSource source, LookCadence cadence, Instant end)
    {
        var last = own[^1].At;
        if (source.Records == LooksRecorded.Every || last >= end) return JustAfter(last);
        return source.Repeats is null || end - last <= SilenceLimit(source, cadence) ? end : JustAfter(last);
    }

    private static IEnumerable<string> Assumptions(LookSource source, IReadOnlyList<LookCadence> cadences)
    {
        if (cadences.Count == 0) yield break;
        var (shortest, longest) = (cadences.MinBy(one => one.Typical)!, cadences.MaxBy(one => one.Typical)!);
        var gaps = cadences.Sum(one => one.Gaps);
        yield return source.CadenceIsGiven ? $"Cadence of {source.Tool}: {SpokenDuration.Of(longest.Typical)}, as the call says."
            : gaps == 0 ? $"Cadence of {source.Tool}: {SpokenDuration.Of(longest.Typical)}{(source.Cadence is null ? "; it does not say how often it looks" : ", as its config says")}."
            : cadences.Count > 1 && shortest.Typical != longest.Typical ? $"Cadence of {source.Tool}: learnt for each target from the gaps between its looks, {SpokenDuration.Of(shortest.Typical)} to {SpokenDuration.Of(longest.Typical)}."
            : $"Cadence of {source.Tool}: learnt from {Counted.Of(gaps, "gap")} between its looks: half of them are no longer than {SpokenDuration.Of(longest.Typical)}, nine in ten no longer than {SpokenDuration.Of(cadences.Max(one => one.Long))}.";
        var silence = SilenceLimit(source, longest);
        if (source.Records == LooksRecorded.Changes)
        {
            yield return $"{source.Tool} records changes only: between two of its rows the state is taken to hold, and the look before a change to lie at most {SpokenDuration.Of(longest.Long)} before it (likely {SpokenDuration.Of(longest.Typical)}, and no longer than until the next row).";
            yield return source.Repeats is { } repeats ? $"An unchanged state is written down every {SpokenDuration.Of(repeats)}: silence of more than {SpokenDuration.Of(silence)} is unknown." : "Silence means that nothing changed: it is nowhere unknown between the first row and the last.";
        }
        else yield return $"Silence of more than {SpokenDuration.Of(SilenceLimit(source, shortest))}{(shortest == longest ? "" : $" to {SpokenDuration.Of(silence)}")} (twice the cadence and a time-out) is unknown.";
        yield return source.Confirms ? $"{source.Tool} looks again before it says down: one such row is a confirmed outage, not a blip."
            : source.Records == LooksRecorded.Changes ? $"What {source.Tool} wrote down as a change is one: no second look has to agree." : "A single look that is not up between two that are is a blip and weighs nothing.";
    }

    /// <summary>One target's segments, as they grow.</summary>
    private sealed class Line(LookSource source, LookCadence cadence)
    {
        private readonly List<Segment> segments = [];
        private int outages;

        public ImmutableArray<Segment> Of(IReadOnlyList<Look> looks, Instant from)
        {
            var limit = SilenceLimit(source, cadence);
            Begin(looks[0], from);
            for (var i = 1; i < looks.Count; i++)
            {
                var (before, look) = (looks[i - 1], looks[i]);
                if (look.At - before.At > limit && !before.Holds)
                {
                    // Down, unseen, and down again is one outage with a hole; what became of one before good news nobody knows.
                    var hole = before.State.IsDown() ? Name(outages) : null;
                    Add(Segment.Unseen(NotBeforeLast(before.At)) with { Outage = hole });
                    if (look.State.IsDown() && hole is null) outages++;
                    Add(Seen(look, look.At + look.Took));
                }
                else if (look.State != before.State) Change(before, look, i + 1 < looks.Count ? looks[i + 1].At - look.At : cadence.Typical);
            }
            return [.. Timeline.Of(segments)];
        }

        private void Begin(Look first, Instant from)
        {
            if (first.State.IsDown()) outages++;
            Add(Seen(first, from));
        }

        private Instant NotBeforeLast(Instant at) => Instant.Max(at, segments[^1].From);

        /// <summary>
        /// Two looks that differ: it changed in between, and most likely halfway from the last look before to this one. Where that one was not
        /// written down, it lies as far back as looks typically do, and no farther than the next row after this one lies ahead.
        /// </summary>
        private void Change(Look before, Look look, Duration untilNext)
        {
            if (before.State == State.Maintenance || look.State == State.Maintenance)
            {
                if (look.State.IsDown()) outages++;
                Add(Seen(look, NotBeforeLast(look.At)));
                return;
            }
            var (earliest, last) = source.Records == LooksRecorded.Every ? (before.At - source.Age, before.At - source.Age)
                : (Instant.Max(before.At, look.At - cadence.Long), Instant.Max(before.At, look.At - Duration.Min(cadence.Typical, untilNext)));
            var ended = look.At + look.Took;
            var likely = new Bounds(last, ended).Midpoint;
            // Where looks may be older, or take longer, than what lies between them, the state before was never sure: this change begins in the doubt of the last.
            if (segments.Count > 1 && segments[^1].From >= earliest) segments.RemoveAt(segments.Count - 1);
            earliest = NotBeforeLast(earliest);
            likely = Instant.Max(likely, earliest);
            if (look.State.IsDown() && !before.State.IsDown()) outages++;
            var (best, worst) = before.State < look.State ? (before.State, look.State) : (look.State, before.State);
            var because = CauseOf(before.State > look.State ? before : look);
            var name = worst.IsDown() ? Name(outages) : null;
            Add(new Segment(earliest, best, before.State, worst) { Cause = because, Outage = name });
            Add(new Segment(likely, best, look.State, worst) { Cause = because, Outage = name });
            Add(Seen(look, ended));
        }

        private Segment Seen(Look look, Instant from) => look.State == State.Maintenance
            ? Segment.Unseen(from) with { Window = $"{source.Tool.ToLowerInvariant()}-maintenance" }
            : new Segment(from, look.State, look.State, look.State) { Cause = CauseOf(look), Outage = look.State.IsDown() ? Name(outages) : null };

        private Cause? CauseOf(Look look) => look.State == State.Up ? null
            : new Cause(CauseKind.Unexplained, $"{source.Tool} saw it {look.State.Word()}{(look.Detail.Length == 0 ? "" : $": {SourceText.Kept(look.Detail)}")}");

        private static string Name(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);

        /// <summary>What would last no time gives way to what begins at the same instant.</summary>
        private void Add(Segment segment)
        {
            if (segments.Count > 0 && segments[^1].From == segment.From) segments[^1] = segment;
            else segments.Add(segment);
        }
    }
}
