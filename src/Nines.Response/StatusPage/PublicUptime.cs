using System.Collections.Immutable;
using Nines.Core.Timelines;
using Nines.Ledger;
using Nines.Ledger.Availability;
using Nines.Ledger.Policies;
using NodaTime;

namespace Nines.Response.StatusPage;

/// <summary>Availability of a public component under the page's policy. One with a single component behind it has the figures of that component's report. Pure.</summary>
internal static class PublicUptime
{
    /// <summary>The time of all members together: at each instant the one that loses most counts, in full.</summary>
    /// <param name="members">What stands behind it; null for one that nothing is on record of.</param>
    /// <returns>In order, without gaps, over [from, to).</returns>
    public static ImmutableArray<WeighedSpan> SpansOf(IReadOnlyList<ComponentLedger?> members, Policy policy, Instant from, Instant to)
    {
        if (to <= from) return [];
        var voices = members.Select(member => member is null ? [Unseen(from, to)] : WeighedSpans.Of(member, policy, from, to)).ToArray();
        if (voices.Length == 1) return voices[0];
        var cursors = new int[voices.Length];
        var spans = ImmutableArray.CreateBuilder<WeighedSpan>();
        for (var at = from; at < to;)
        {
            var end = to;
            for (var i = 0; i < voices.Length; i++) end = Instant.Min(end, voices[i][cursors[i]].To);
            var worst = voices[0][cursors[0]];
            for (var i = 1; i < voices.Length; i++) worst = Worse(worst, voices[i][cursors[i]]);
            spans.Add(worst with { From = at, To = end });
            for (var i = 0; i < voices.Length; i++)
                if (voices[i][cursors[i]].To == end) cursors[i]++;
            at = end;
        }
        return spans.ToImmutable();
    }

    /// <param name="spans">Of the window [from, to), or more than it.</param>
    public static PageUptime Of(ImmutableArray<WeighedSpan> spans, Instant from, Instant to)
    {
        decimal window = 0, counted = 0, unknown = 0, surely = 0, likely = 0, possibly = 0;
        foreach (var span in WeighedSpans.Between(spans, from, to))
        {
            decimal ticks = span.Length.BclCompatibleTicks;
            window += ticks;
            counted += span.Counted * ticks;
            unknown += span.Unknown * ticks;
            surely += span.Surely * ticks;
            likely += span.Likely * ticks;
            possibly += span.Possibly * ticks;
        }
        return new PageUptime(
            counted <= 0 ? null : new Share(Kept(possibly, counted), Kept(likely, counted), Kept(surely, counted)),
            window == 0 ? 0 : Math.Clamp((window - unknown) / window, 0, 1)) { Seen = Duration.FromTicks((long)decimal.Max(0, window - unknown)) };
    }

    // As Share has it: a loss that is too small for the last digit must not make it whole.
    private static decimal Kept(decimal lost, decimal counted) =>
        Math.Clamp((counted - lost) / counted, 0, 1) is var kept && kept == 1 && lost > 0 ? 1 - 1e-28m : kept;

    /// <summary>What is lost outweighs what was not seen, and that what was: a part that nobody saw must not pass for one that was up.</summary>
    private static WeighedSpan Worse(WeighedSpan a, WeighedSpan b)
    {
        if (a.Possibly > 0 || b.Possibly > 0)
        {
            // Each timeline by its own worst, or low could lie above high.
            var lead = a.Likely != b.Likely ? (a.Likely > b.Likely ? a : b) : a.Possibly >= b.Possibly ? a : b;
            return lead with { Surely = Math.Max(a.Surely, b.Surely), Likely = Math.Max(a.Likely, b.Likely), Possibly = Math.Max(a.Possibly, b.Possibly) };
        }
        if (a.Unknown != b.Unknown) return a.Unknown > b.Unknown ? a : b;
        return a.Counted <= b.Counted ? a : b;
    }

    private static WeighedSpan Unseen(Instant from, Instant to) => new(from, to, 0, 1, 0, 0, 0, Segment.Unseen(from));
}
