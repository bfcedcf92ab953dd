using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Ledger;
using Nines.Ledger.Availability;
using Nines.Ledger.Documents;
using Nines.Ledger.Outages;
using Nines.Ledger.Policies;
using Nines.Ledger.Text;
using Nines.Pricing.Losses;
using Nines.Pricing.Money;
using NodaTime;

namespace Nines.Pricing.Contracts;

/// <summary>Downtime as a contract counts it: what counted, what did not and why not.</summary>
/// <param name="Outage">The outage's name; "no-outage" for time that was lost without one.</param>
/// <param name="From">As far as it lies in the period.</param>
/// <param name="To">First instant after it, as far as it is known and lies in the period.</param>
/// <param name="LostS">Seconds by weight; low is what was surely lost.</param>
/// <param name="NotCounted">Why it did not count; null when it did.</param>
public sealed record StatementLine(ComponentId Component, string Outage, Instant From, Instant To, Estimate LostS, string? NotCounted)
{
    /// <summary>In one sentence; null where nothing says.</summary>
    public string? Cause { get; init; }

    public bool IsOpen { get; init; }
}

/// <summary>One component's time under a contract.</summary>
/// <param name="BaseS">What availability is a share of, in seconds.</param>
/// <param name="Coverage">Share of the time that was seen, 0 to 1.</param>
internal sealed record MeasuredTime(ComponentId Component, decimal BaseS, decimal Coverage, Estimate LostS, ImmutableArray<StatementLine> Lines)
{
    /// <summary>Null when nothing is known: neither 0 % nor 100 %.</summary>
    public Share? Availability => BaseS == 0 ? null : new Share(Kept(LostS.High), Kept(LostS.Likely), Kept(LostS.Low));

    private decimal Kept(decimal lostS) => Math.Clamp((BaseS - lostS) / BaseS, 0, lostS > 0 ? 1 - 1e-28m : 1);

    /// <param name="component">Null for one of which nothing is on record.</param>
    /// <param name="to">Up to where the ledger is judged: what is not judged of the component itself before is unseen.</param>
    public static MeasuredTime Of(ComponentId id, ComponentLedger? component, ContractOptions contract, Policy policy, Instant from, Instant to)
    {
        if (component is null) return new MeasuredTime(id, 0, 0, Estimate.Zero, []);
        var (judged, wholeS) = (LostTime.JudgedOf(component, policy, from, to), DocumentJson.Seconds(to - from));
        var seenS = judged.WindowS - judged.UnknownS;
        var baseS = contract.Unseen switch
        {
            UnseenTime.LeftOut => judged.CountedS,
            UnseenTime.Up => seenS == 0 ? 0 : judged.CountedS + wholeS - seenS,
        };
        var open = component.Outages.Concat(component.RegionalOutages).Where(outage => outage.IsOpen).Select(outage => outage.Id).ToHashSet(StringComparer.Ordinal);
        ImmutableArray<StatementLine> lines =
        [
            .. LostTime.Of(component, policy, from, to).SelectMany(span => Cut(span, contract.Exclusions)).Select(span => (Span: span, Reason: ReasonOf(span, contract.Exclusions)))
                .GroupBy(item => (Outage: item.Span.Outage ?? LostEpisode.NoOutage, item.Reason))
                .Select(group => LineOf(component.Id, group.Key.Outage, group.Key.Reason, [.. group.Select(item => item.Span)], open)),
        ];
        lines = [.. lines.Concat(Waived(component, policy, from, to, lines.Select(line => line.Outage).ToImmutableHashSet(StringComparer.Ordinal))).OrderBy(line => line.From).ThenBy(line => line.Outage, StringComparer.Ordinal)];
        return new MeasuredTime(component.Id, baseS, Math.Clamp(seenS / wholeS, 0, 1), Estimate.Sum(lines.Where(line => line.NotCounted is null).Select(line => line.LostS)), lines);
    }

    /// <summary>A span cut where a listed window begins or ends, so that each piece lies in it or does not.</summary>
    private static IEnumerable<LostSpan> Cut(LostSpan span, ImmutableArray<ExclusionOptions> exclusions)
    {
        var borders = exclusions.SelectMany(exclusion => new[] { exclusion.From, exclusion.To }).OfType<Instant>().Where(border => border > span.From && border < span.To).Distinct().Order();
        var begin = span.From;
        foreach (var border in borders.Append(span.To))
        {
            yield return span with { From = begin, To = border };
            begin = border;
        }
    }

    private static string? ReasonOf(LostSpan span, ImmutableArray<ExclusionOptions> exclusions) => exclusions.FirstOrDefault(exclusion => Holds(exclusion, span))?.Reason;

    private static bool Holds(ExclusionOptions exclusion, LostSpan span) =>
        (exclusion.Causes.IsEmpty || (span.Cause is { } cause && exclusion.Causes.Contains(cause.Kind)))
        && (exclusion.Roots.IsEmpty || (span.Cause is { Kind: CauseKind.Upstream, Roots.IsEmpty: false } upstream && exclusion.Roots.Contains(upstream.Roots[0])))
        && (exclusion.From is not { } from || span.From >= from)
        && (exclusion.To is not { } to || span.To <= to);

    private static StatementLine LineOf(ComponentId component, string outage, string? reason, List<LostSpan> spans, HashSet<string> open)
    {
        var lost = Estimate.Sum(spans.Select(span => Estimate.Spanning(span.Surely, span.Likely, span.Possibly - span.Unseen) * LostEpisode.Seconds(span)));
        return new StatementLine(component, outage, spans[0].From, spans[^1].To, lost, reason)
        {
            Cause = spans.MaxBy(span => span.Likely * LostEpisode.Seconds(span)).Cause?.Because,
            IsOpen = open.Contains(outage),
        };
    }

    /// <summary>What the policy takes out before anything is weighed: outages that are too short, weigh nothing or were false alarms by a word that it takes, and maintenance.</summary>
    private static IEnumerable<StatementLine> Waived(ComponentLedger component, Policy policy, Instant from, Instant to, ImmutableHashSet<string> counted)
    {
        foreach (var outage in component.Outages.Where(outage => outage.From < to && outage.KnownUntil > from && !counted.Contains(outage.Id)))
        {
            var reason = OutageCounting.LeavesOut(outage, policy) ? $"false alarm, corrected by hand by {outage.CorrectedTime!.By}"
                : outage.Length.Longest < policy.MinOutage ? $"shorter than {SpokenDuration.Of(policy.MinOutage)}"
                : outage.Length.Likely == Duration.Zero && outage.InMaintenance > Duration.Zero ? "in a maintenance window"
                : outage.Length.Shortest < policy.MinOutage ? $"possibly shorter than {SpokenDuration.Of(policy.MinOutage)}"
                : "policy gives it no weight";
            yield return Line(outage.Id, outage.Began.Earliest, outage.KnownUntil, outage.Length, reason, outage.Cause.Because);
        }
        if (policy.Maintenance == MaintenanceCounts.AsSeen) yield break;
        foreach (var maintained in component.Maintenance.Where(maintained => maintained.From < to && maintained.To > from))
        {
            var length = Instant.Min(maintained.To, to) - Instant.Max(maintained.From, from);
            yield return Line(maintained.Window, maintained.From, maintained.To, new Length(length, length, length), $"maintenance, seen {maintained.Seen.Word()}", null);
        }

        StatementLine Line(string name, Instant began, Instant ended, Length length, string reason, string? cause) =>
            new(component.Id, name, Instant.Max(began, from), Instant.Min(ended, to), new Estimate(DocumentJson.Seconds(length.Shortest), DocumentJson.Seconds(length.Likely), DocumentJson.Seconds(length.Longest)), reason) { Cause = cause };
    }
}
