using System.CommandLine;
using Nines.Backbone.Embedded;
using Nines.Ledger.History;
using Nines.Ledger.History.Kuma;
using NodaTime;

namespace Nines.Cli.Import.History;

/// <summary><c>nines import kuma FILE</c>: Uptime Kuma's database, of version 1 and 2.</summary>
internal sealed class KumaSource : HistorySource
{
    private const int MostMonitors = 10_000, MostTotals = 2_000_000;

    /// <summary>What Kuma takes where a monitor has no time-out of its own: this share of its interval.</summary>
    private const double UsualTimeout = 0.8;

    public override string Name => "kuma";
    public override string About => "The database of an Uptime Kuma, version 1 or 2";
    public override (string HelpName, string Description) Place => ("FILE", "kuma.db; Kuma may go on while it is read");

    public override Task<SourceReading> ReadAsync(HistoryQuery query, ParseResult parsed, CancellationToken cancellation)
    {
        using var database = ForeignFile.Open(query.Place);
        try
        {
            var monitors = ForeignFile.Require(query.Place, database, "Uptime Kuma", "monitor", "id", "name", "interval");
            var beats = ForeignFile.Require(query.Place, database, "Uptime Kuma", "heartbeat", "id", "monitor_id", "status", "time", "duration");
            var time = new SourceTime(query.Zone);
            var rows = new RowAccount();
            var found = Monitors(database, monitors, query.Cadence);
            var (told, local) = Beats(database, beats, found, time, rows, query);
            query.Progress(0.5);
            var (hours, days) = (Totals(database, "stat_hourly", Duration.FromHours(1)), Totals(database, "stat_daily", Duration.FromDays(1)));
            List<KumaRecord> records =
            [
                .. found.Values.Where(monitor => told.ContainsKey(monitor.Id))
                    .Select(monitor => new KumaRecord(monitor, told[monitor.Id], hours.GetValueOrDefault(monitor.Id, []), days.GetValueOrDefault(monitor.Id, []))),
            ];
            var history = KumaHistory.Build(records, rows, query.Now);
            foreach (var (row, name, before, after) in local) rows.Note(row, name, RepairRule.LocalTime, RowFate.Repaired, before, after);
            var beside = records.SelectMany(record => history.Targets.Where(target => target.Target == record.Monitor.Name).Select(target => KumaComparison.Of(record, target)).OfType<FigureBeside>());
            return Task.FromResult(new SourceReading($"kuma {Path.GetFileName(query.Place)}", database.Digest, history with { Assumptions = [.. ForeignFile.Assumptions(query.Place, database), .. time.Assumptions(), .. history.Assumptions] }, [.. beside]));
        }
        catch (ForeignDatabaseException broken)
        {
            throw ForeignFile.Broken(query.Place, broken);
        }
        catch (FormatException wrong)
        {
            throw SourceFile.NotWhatItShouldBe(query.Place, wrong.Message);
        }
    }

    private static SortedDictionary<long, KumaMonitor> Monitors(ForeignDatabase database, IReadOnlySet<string> columns, Duration? cadence)
    {
        string Or(string column, string otherwise) => columns.Contains(column) ? column : otherwise;
        var found = new SortedDictionary<long, KumaMonitor>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        database.Read($"SELECT id, substr(name, 1, 200), interval, {Or("retry_interval", "0")}, {Or("maxretries", "0")}, {Or("timeout", "NULL")}, {Or("upside_down", "0")} FROM monitor ORDER BY id", row =>
        {
            if (found.Count == MostMonitors) throw new FormatException($"it has more than {MostMonitors} monitors");
            var name = row.Text(1).Trim() is { Length: > 0 } given ? given : $"monitor {row.Long(0)}";
            if (!names.Add(name)) names.Add(name = $"{name} ({row.Long(0)})");
            var interval = cadence ?? Duration.FromSeconds(Math.Clamp(row.Long(2), 1, 86_400 * 30));
            var timeout = row.IsNull(5) || row.Real(5) <= 0 ? interval * UsualTimeout : Duration.FromSeconds(Math.Min(row.Real(5), 86_400));
            var retry = row.Long(3) > 0 ? Duration.FromSeconds(Math.Min(row.Long(3), 86_400 * 30)) : interval;
            found[row.Long(0)] = new KumaMonitor(row.Long(0), name, interval, retry, (int)Math.Clamp(row.Long(4), 0, 10_000), timeout, row.Long(6) == 1);
        });
        return found;
    }

    private static (Dictionary<long, List<KumaBeat>> Told, List<(int Row, string Name, string Before, string After)> LocalTimes) Beats(
        ForeignDatabase database, IReadOnlySet<string> columns, SortedDictionary<long, KumaMonitor> monitors, SourceTime time, RowAccount rows, HistoryQuery query)
    {
        string Or(string column) => columns.Contains(column) ? column : "NULL";
        var told = new Dictionary<long, List<KumaBeat>>();
        var noted = new List<(int Row, string Name, string Before, string After)>();
        var count = 0;
        database.Read($"SELECT id, monitor_id, status, time, {Or("end_time")}, substr({Or("msg")}, 1, 300), duration, {Or("ping")}, {Or("retries")} FROM heartbeat ORDER BY monitor_id, time, id", row =>
        {
            if (++count > SourceFile.MostRows) throw new FormatException($"it has more than {SourceFile.MostRows} heartbeats: let Kuma keep fewer days, or copy a part of the table");
            if (row.Long(0) is < 1 or > int.MaxValue) throw new FormatException($"heartbeat {row.Long(0)} has no id that Kuma gives");
            var id = (int)row.Long(0);
            var monitor = monitors.GetValueOrDefault(row.Long(1));
            var at = time.Parse(row.Text(3), out var note);
            if (at is null || monitor is null)
            {
                rows.Add(id);
                if (monitor is null) rows.Note(id, "", RepairRule.NoTarget, RowFate.Rejected, $"monitor {row.Long(1)}", "left out: it has no such monitor (any more)");
                else rows.Note(id, monitor.Name, RepairRule.Unreadable, RowFate.Rejected, row.Text(3), "left out: not an instant");
                return;
            }
            var ended = row.IsNull(4) ? null : time.Parse(row.Text(4), out _);
            var took = ended is { } end && end >= at && end - at < Duration.FromHours(1) ? end - at.Value
                : row.Long(2) == 1 && !row.IsNull(7) && row.Real(7) is >= 0 and < 3_600_000 ? Duration.FromMilliseconds(row.Real(7)) : monitor.Timeout;
            if (!told.TryGetValue(monitor.Id, out var own)) told.Add(monitor.Id, own = []);
            own.Add(new KumaBeat(at.Value, row.Long(2), Core.Redaction.ByShape.Apply(row.Text(5)), Math.Clamp(row.Long(6), 0, 1L << 32), took, row.IsNull(8) ? null : (int)Math.Clamp(row.Long(8), 0, 10_000), id));
            if (note is not null) noted.Add((id, monitor.Name, row.Text(3), $"{at}: {note}"));
            if (count % 65_536 == 0) query.Progress(0.1 + 0.3 * count / SourceFile.MostRows);
        });
        foreach (var own in told.Values) own.Sort((a, b) => a.At != b.At ? a.At.CompareTo(b.At) : a.Row.CompareTo(b.Row));
        return (told, noted);
    }

    private static Dictionary<long, List<KumaTotal>> Totals(ForeignDatabase database, string table, Duration length)
    {
        var found = new Dictionary<long, List<KumaTotal>>();
        var columns = database.Columns(table);
        if (!columns.IsSupersetOf(["monitor_id", "timestamp", "up", "down"])) return found;
        // Maintenance is counted in a JSON beside the two.
        var extras = columns.Contains("extras") ? "substr(extras, 1, 1000)" : "NULL";
        var count = 0;
        database.Read($"SELECT monitor_id, timestamp, up, down, {extras} FROM {table} ORDER BY monitor_id, timestamp", row =>
        {
            if (++count > MostTotals) throw new FormatException($"{table} has more than {MostTotals} rows");
            if (row.Long(1) is < 631_152_000 or > 7_258_118_400) return; // no instant that Kuma writes
            if (!found.TryGetValue(row.Long(0), out var own)) found.Add(row.Long(0), own = []);
            own.Add(new KumaTotal(Instant.FromUnixTimeSeconds(row.Long(1)), length, Count(row.Long(2)), Count(row.Long(3)), Maintenance(row.Text(4))));
        });
        return found;
    }

    private static long Count(long number) => Math.Clamp(number, 0, 10_000_000);

    private static long Maintenance(string extras)
    {
        if (extras.Length == 0) return 0;
        try
        {
            using var said = System.Text.Json.JsonDocument.Parse(extras);
            return said.RootElement.ValueKind == System.Text.Json.JsonValueKind.Object && said.RootElement.TryGetProperty("maintenance", out var number) && number.TryGetInt64(out var count) ? Count(count) : 0;
        }
        catch (Exception other) when (other is System.Text.Json.JsonException or InvalidOperationException)
        {
            return 0; // then the time is less watched than it was, never more
        }
    }
}
