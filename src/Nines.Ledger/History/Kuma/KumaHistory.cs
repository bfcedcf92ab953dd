using System.Collections.Immutable;
using System.Globalization;
using Nines.Core;
using Nines.Ledger.Text;
using NodaTime;

namespace Nines.Ledger.History.Kuma;

/// <summary>
/// From Uptime Kuma's beats to looks. Version 1 keeps every beat for 180 days; version 2 keeps those of a day (100 at least), and of older ones
/// only the important: changes of state that it was sure of. What else it did then is known from its totals by hour and day. Pure.
/// </summary>
public static class KumaHistory
{
    private const string Tool = "Uptime Kuma";

    private const int MostAssumptions = 20;

    public static ReadHistory Build(IReadOnlyList<KumaRecord> records, RowAccount rows, Instant now)
    {
        var targets = ImmutableArray.CreateBuilder<TargetHistory>();
        var assumed = new List<(string Text, string Name)>();
        foreach (var record in records)
        {
            foreach (var beat in record.Beats) rows.Add(beat.Row);
            var monitor = record.Monitor;
            var looks = Looks(record, rows);
            var history = LookTimelines.Build(looks, new LookSource { Tool = Tool, Records = LooksRecorded.Every, Cadence = monitor.Cadence, Timeout = monitor.Timeout }, rows, now);
            targets.AddRange(history.Targets);
            assumed.AddRange(history.Assumptions.Select(text => (text, monitor.Name)));
            if (monitor.IsUpsideDown) assumed.Add(("It is upside down: what Kuma calls up is taken for up, which is that its target fails.", monitor.Name));
        }
        return new ReadHistory([.. targets.OrderBy(target => target.Target, StringComparer.Ordinal)], rows, [.. Assumptions(records, assumed)]);
    }

    private static IEnumerable<string> Assumptions(IReadOnlyList<KumaRecord> records, List<(string Text, string Name)> assumed)
    {
        yield return "A pending beat is a failing one that was not confirmed yet: it is taken for down, so an outage begins with its first failing beat. Where its database does not say how long a check took, it took as long as its time-out.";
        if (records.Any(record => record.Days.Count > 0))
            yield return "Of beats older than a day only changes are left; in between, hours and days in which at least 80 % of the beats that were due are counted in stat_hourly or stat_daily are watched, others unknown. Failing beats of that time that Kuma never confirmed are not told.";
        foreach (var same in assumed.GroupBy(one => one.Text).Take(MostAssumptions))
        {
            var names = same.Select(one => one.Name).Distinct().ToList();
            yield return names.Count == records.Count ? same.Key
                : $"{string.Join(", ", names.Take(5))}{(names.Count > 5 ? $" and {(names.Count - 5).ToString(CultureInfo.InvariantCulture)} more" : "")}: {same.Key}";
        }
    }

    private static List<Look> Looks(KumaRecord record, RowAccount rows)
    {
        var monitor = record.Monitor;
        var watched = record.Days.Count == 0 ? null
            : new WatchedTime(record.Hours.Concat(record.Days).Select(total => (total.From, total.Length, total.Beats)), monitor.Cadence);
        var limit = monitor.Cadence * 2 + monitor.Timeout;
        var looks = new List<Look>(record.Beats.Count);
        foreach (var beat in record.Beats)
        {
            if (StateOf(beat.Status) is not { } state)
            {
                rows.Note(beat.Row, monitor.Name, RepairRule.UnknownState, RowFate.Rejected, $"status {beat.Status.ToString(CultureInfo.InvariantCulture)}", "left out: no status that is known");
                continue;
            }
            if (watched is not null && looks.Count > 0 && beat.At - looks[^1].At > limit) Bridge(looks, monitor, watched, beat, state);
            looks.Add(new Look(monitor.Name, beat.At, state, beat.Message, beat.Row) { Took = beat.Took });
        }
        return looks;
    }

    private static State? StateOf(long status) => status switch { 0 or 2 => State.Down, 1 => State.Up, 3 => State.Maintenance, _ => null };

    /// <summary>Beats that Kuma made and deleted: from the last one that is left until just before the next, which is there because it changed something.</summary>
    private static void Bridge(List<Look> looks, KumaMonitor monitor, WatchedTime watched, KumaBeat next, State state)
    {
        var last = looks[^1];
        // What is down was pending first: so many beats failed before this one, at most so far apart.
        var retries = state == State.Down && last.State != State.Down ? Math.Max(0, (next.Retries ?? monitor.MaxRetries) - (next.Status == 2 ? 1 : 0)) : 0;
        var failing = Instant.Max(last.At, next.At - (monitor.RetryInterval + monitor.Timeout) * retries);
        var before = Instant.Max(last.At, failing - monitor.Interval - monitor.Timeout);
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
            // Kuma goes on with the state that it knew when it starts again: else a change would be left.
            if (gap.End < before) looks.Add(last with { At = gap.End, Took = Duration.Zero, Holds = false });
            vouched = gap.End;
        }
        if (vouched < before) Vouch(before);
        if (retries > 0 && failing > looks[^1].At)
        {
            var latest = next.At - monitor.RetryInterval * retries;
            looks.Add(new Look(monitor.Name, failing, State.Down, next.Message, next.Row) { Took = latest - failing + next.Took, Holds = true });
        }
    }
}
