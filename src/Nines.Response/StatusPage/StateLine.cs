using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Timelines;
using Nines.Ledger;
using NodaTime;

namespace Nines.Response.StatusPage;

/// <summary>A stretch in which a public component is in one state.</summary>
internal readonly record struct StateSpan(Instant From, Instant To, PageState State);

/// <summary>The states of a public component over time, from the timelines of what stands behind it. Pure.</summary>
internal static class StateLine
{
    /// <param name="members">What stands behind it; null for one that nothing is on record of.</param>
    /// <returns>In order, without gaps, over [from, to); neighbours differ. Empty when that is.</returns>
    public static ImmutableArray<StateSpan> Of(IReadOnlyList<ComponentLedger?> members, Instant from, Instant to)
    {
        if (to <= from) return [];
        var lines = members.SelectMany((member, index) => LinesOf(member, index, from, to)).ToArray();
        var cursors = new int[lines.Length];
        var spans = ImmutableArray.CreateBuilder<StateSpan>();
        for (var at = from; at < to;)
        {
            var end = to;
            for (var i = 0; i < lines.Length; i++) end = Instant.Min(end, lines[i].Stretches[cursors[i]].To);
            var state = StateOf(lines, cursors, members.Count);
            if (spans.Count > 0 && spans[^1].State == state) spans[^1] = spans[^1] with { To = end };
            else spans.Add(new StateSpan(at, end, state));
            for (var i = 0; i < lines.Length; i++)
                if (lines[i].Stretches[cursors[i]].To == end) cursors[i]++;
            at = end;
        }
        return spans.ToImmutable();
    }

    /// <param name="Member">Which of the members; its own line and those of its regions have the same.</param>
    private readonly record struct Line(int Member, bool IsRegion, Stretch[] Stretches);

    private static IEnumerable<Line> LinesOf(ComponentLedger? member, int index, Instant from, Instant to)
    {
        yield return new Line(index, false, Stretches(member, member?.Whole, from, to));
        if (member is null) yield break;
        foreach (var (region, track) in member.Regions)
            if (member.Summary?.Regions.Contains(region) == true) yield return new Line(index, true, Stretches(member, track, from, to));
    }

    /// <summary>What was said up to the component's frontier; behind it nothing is claimed.</summary>
    private static Stretch[] Stretches(ComponentLedger? member, Track? track, Instant from, Instant to)
    {
        var until = track is null ? from : Instant.Min(to, Instant.Max(from, member!.Frontier ?? from));
        IEnumerable<Stretch> said = track is null ? [] : track.Within(from, until);
        return until < to ? [.. said, new Stretch(Segment.Unseen(until), until, to)] : [.. said];
    }

    private static PageState StateOf(Line[] lines, int[] cursors, int members)
    {
        var down = 0;
        bool partly = false, degraded = false, unknown = false, maintained = false;
        for (var i = 0; i < lines.Length; i++)
        {
            var shown = lines[i].Stretches[cursors[i]].Segment.Shown;
            if (lines[i].IsRegion)
            {
                partly |= shown.IsDown();
                continue;
            }
            if (shown.IsDown()) down++;
            degraded |= shown == State.Degraded;
            unknown |= shown == State.Unknown;
            maintained |= shown == State.Maintenance;
        }
        // What is seen to be bad is said, whatever else was not seen.
        return down == members ? PageState.MajorOutage
            : down > 0 || partly ? PageState.PartialOutage
            : degraded ? PageState.Degraded
            : unknown ? PageState.Unknown
            : maintained ? PageState.Maintenance
            : PageState.Operational;
    }
}
