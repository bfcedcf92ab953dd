using System.Globalization;
using Nines.Core;
using Nines.Core.Timelines;
using Nines.Ledger.Text;
using NodaTime;

namespace Nines.Ledger.History.Kuma;

/// <summary>
/// Ours beside the uptime that Kuma shows. Version 1 (<c>Monitor.calcUptime</c>): the seconds of beats that are up or maintenance over the
/// seconds of all, where a beat's seconds are those since the one before. Version 2 (<c>UptimeCalculator</c>): up over up and down, as beats
/// were counted by day; 30 days. Pure.
/// </summary>
public static class KumaComparison
{
    private static readonly Duration Month = Duration.FromDays(30);

    /// <returns>Null where there is nothing to compare.</returns>
    public static FigureBeside? Of(KumaRecord record, TargetHistory ours) => record.Days.Count > 0 ? Counted(record, ours) : Weighted(record, ours);

    private static FigureBeside? Weighted(KumaRecord record, TargetHistory ours)
    {
        var (all, counted) = (record.Beats.Where(beat => beat.Seconds > 0).ToList(), Shares(ours, ours.From, ours.To));
        if (all.Count == 0 || counted is not { } share) return null;
        var limit = (record.Monitor.Cadence * 2 + record.Monitor.Timeout).TotalSeconds;
        var theirs = Percent(all);
        var withoutWindows = all.Where(beat => beat.Status != 3).ToList();
        var seen = withoutWindows.Where(beat => beat.Seconds <= limit).ToList();
        var (second, third) = (withoutWindows.Count == 0 ? theirs : Percent(withoutWindows), seen.Count == 0 ? theirs : Percent(seen));
        var unseen = Duration.FromSeconds(withoutWindows.Where(beat => beat.Seconds > limit).Sum(beat => beat.Seconds));
        DifferenceReason[] reasons =
        [
            new("maintenance_is_up", second - theirs, $"theirs counts {all.Count - withoutWindows.Count} beats of maintenance as up; ours leaves maintenance out"),
            new("unseen_time", third - second, $"{SpokenDuration.Of(unseen)} in which Kuma did not look have the state of the beat that came after in theirs; in ours they are unknown"),
            new("placing", share.Likely - third, "theirs gives all of the time before a beat the state of that beat; ours changes halfway between two beats, and leaves out a single failing one"),
        ];
        return Figure(ours, "all", share, theirs, reasons);
    }

    private static decimal Percent(IReadOnlyCollection<KumaBeat> beats) => (decimal)beats.Where(beat => beat.Status is 1 or 3).Sum(beat => beat.Seconds) / beats.Sum(beat => beat.Seconds) * 100;

    private static FigureBeside? Counted(KumaRecord record, TargetHistory ours)
    {
        var days = record.Days.Where(day => day.From > record.Days[^1].From - Month).ToList();
        var (up, down) = (days.Sum(day => day.Up), days.Sum(day => day.Down));
        if (up + down == 0 || Shares(ours, Instant.Max(ours.From, days[0].From), ours.To) is not { } share) return null;
        var theirs = (decimal)up / (up + down) * 100;
        return Figure(ours, "month", share, theirs,
            [new("counts_beats", share.Likely - theirs, string.Create(CultureInfo.InvariantCulture, $"theirs is {up} of {up + down} beats of 30 days, each the same whatever lay between them, pending ones as failing; ours is time"))]);
    }

    private static FigureBeside Figure(TargetHistory ours, string period, (decimal Low, decimal Likely, decimal High) share, decimal theirs, IEnumerable<DifferenceReason> reasons) =>
        new(ours.Target, period, decimal.Round(share.Likely, 4), decimal.Round(share.Low, 4), decimal.Round(share.High, 4), decimal.Round(theirs, 4),
            [.. reasons.Where(reason => Math.Abs(reason.Points) >= 0.0005m).OrderByDescending(reason => Math.Abs(reason.Points))]);

    /// <summary>Availability in per cent of the time that is known; degraded is up, maintenance is left out. Null where none is known.</summary>
    internal static (decimal Low, decimal Likely, decimal High)? Shares(TargetHistory ours, Instant from, Instant to)
    {
        var track = new Track();
        track.Revise(ours.From, ours.Segments);
        decimal known = 0, surely = 0, likely = 0, possibly = 0;
        foreach (var stretch in track.Within(from, to))
        {
            if (stretch.Segment.Likely == State.Unknown || stretch.Segment.Window is not null) continue;
            var length = (decimal)stretch.Length.BclCompatibleTicks;
            known += length;
            if (stretch.Segment.Best.IsDown()) surely += length;
            if (stretch.Segment.Likely.IsDown()) likely += length;
            if (stretch.Segment.Worst.IsDown()) possibly += length;
        }
        return known == 0 ? null : (100 - possibly / known * 100, 100 - likely / known * 100, 100 - surely / known * 100);
    }
}
