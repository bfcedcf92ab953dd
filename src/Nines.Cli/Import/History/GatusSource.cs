using System.CommandLine;
using Nines.Backbone.Embedded;
using Nines.Ledger.History;
using Nines.Ledger.History.Gatus;
using NodaTime;

namespace Nines.Cli.Import.History;

/// <summary><c>nines import gatus FILE</c>: Gatus's store in SQLite.</summary>
internal sealed class GatusSource : HistorySource
{
    private const int MostEndpoints = 10_000;

    public override string Name => "gatus";
    public override string About => "The SQLite store of a Gatus (storage: type: sqlite)";
    public override (string HelpName, string Description) Place => ("FILE", "The file of storage: path; Gatus may go on while it is read");

    public override Task<SourceReading> ReadAsync(HistoryQuery query, ParseResult parsed, CancellationToken cancellation)
    {
        using var database = ForeignFile.Open(query.Place);
        try
        {
            ForeignFile.Require(query.Place, database, "Gatus", "endpoints", "endpoint_id", "endpoint_name", "endpoint_group");
            ForeignFile.Require(query.Place, database, "Gatus", "endpoint_events", "endpoint_id", "event_type", "event_timestamp");
            ForeignFile.Require(query.Place, database, "Gatus", "endpoint_results", "endpoint_id", "success", "errors", "duration", "timestamp");
            ForeignFile.Require(query.Place, database, "Gatus", "endpoint_uptimes", "endpoint_id", "hour_unix_timestamp", "total_executions", "successful_executions");
            var (time, rows) = (new SourceTime(query.Zone), new RowAccount());
            var records = new Rows(database, time, rows).Read();
            query.Progress(0.5);
            var (history, beside) = GatusHistory.Build(records, query.Cadence, rows, query.Now);
            return Task.FromResult(new SourceReading($"gatus {Path.GetFileName(query.Place)}", database.Digest, history with { Assumptions = [.. ForeignFile.Assumptions(query.Place, database), .. time.Assumptions(), .. history.Assumptions] }, beside));
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

    /// <summary>The rows of four tables, numbered as they are read: events, results, totals.</summary>
    private sealed class Rows(ForeignDatabase database, SourceTime time, RowAccount rows)
    {
        private readonly SortedDictionary<long, (string Name, List<GatusEvent> Events, List<GatusResult> Results, List<GatusTotal> Totals)> found = [];
        private int row;

        public List<GatusRecord> Read()
        {
            var names = new HashSet<string>(StringComparer.Ordinal);
            database.Read("SELECT endpoint_id, substr(endpoint_group, 1, 200), substr(endpoint_name, 1, 200) FROM endpoints ORDER BY endpoint_id", one =>
            {
                if (found.Count == MostEndpoints) throw new FormatException($"it has more than {MostEndpoints} endpoints");
                var name = one.Text(1).Length > 0 ? $"{one.Text(1)}/{one.Text(2)}" : one.Text(2);
                if (name.Length == 0 || !names.Add(name)) names.Add(name = $"{name} ({one.Long(0)})");
                found[one.Long(0)] = (name, [], [], []);
            });
            database.Read("SELECT endpoint_id, event_type, event_timestamp FROM endpoint_events ORDER BY endpoint_id, event_timestamp", one => With(one, InstantOf(one.Text(2)), one.Text(2), (own, at) =>
            {
                if (one.Text(1) is not ("START" or "HEALTHY" or "UNHEALTHY")) return false;
                own.Events.Add(new GatusEvent(at, one.Text(1) switch { "HEALTHY" => true, "UNHEALTHY" => false, _ => null }, row));
                return true;
            }));
            database.Read("SELECT endpoint_id, success, substr(errors, 1, 300), duration, timestamp FROM endpoint_results ORDER BY endpoint_id, timestamp", one => With(one, InstantOf(one.Text(4)), one.Text(4), (own, at) =>
            {
                // The store has when a look was over, and how long it took in nanoseconds.
                var took = Duration.FromNanoseconds(Math.Clamp(one.Long(3), 0, 3_600_000_000_000));
                own.Results.Add(new GatusResult(at - took, one.Long(1) != 0, took, Core.Redaction.ByShape.Apply(one.Text(2).Replace("|~|", "; ", StringComparison.Ordinal)), row));
                return true;
            }));
            database.Read("SELECT endpoint_id, hour_unix_timestamp, total_executions, successful_executions FROM endpoint_uptimes ORDER BY endpoint_id, hour_unix_timestamp", one =>
                With(one, one.Long(1) is >= 631_152_000 and < 7_258_118_400 ? Instant.FromUnixTimeSeconds(one.Long(1)) : null, one.Text(1), (own, at) =>
                {
                    if (one.Long(2) is < 0 or > 100_000_000 || one.Long(3) < 0 || one.Long(3) > one.Long(2)) return false;
                    own.Totals.Add(new GatusTotal(at, one.Long(2), one.Long(3), row));
                    return true;
                }));
            foreach (var own in found.Values)
            {
                own.Events.Sort((a, b) => a.At.CompareTo(b.At));
                own.Results.Sort((a, b) => a.At.CompareTo(b.At));
            }
            return [.. found.Values.Select(own => new GatusRecord(own.Name, own.Events, own.Results, own.Totals))];
        }

        private void With(ForeignRow one, Instant? at, string said, Func<(string Name, List<GatusEvent> Events, List<GatusResult> Results, List<GatusTotal> Totals), Instant, bool> add)
        {
            if (++row > SourceFile.MostRows) throw new FormatException($"it has more than {SourceFile.MostRows} rows");
            if (!found.TryGetValue(one.Long(0), out var own)) Reject("", RepairRule.NoTarget, $"endpoint {one.Long(0)}", "left out: it has no such endpoint");
            else if (at is not { } known) Reject(own.Name, RepairRule.Unreadable, said, "left out: not an instant");
            else if (!add(own, known)) Reject(own.Name, RepairRule.UnknownState, said, "left out: it says nothing that is known");
        }

        private void Reject(string name, string rule, string before, string after)
        {
            rows.Add(row);
            rows.Note(row, name, rule, RowFate.Rejected, before, after);
        }

        /// <summary>As Go prints an instant: <c>2026-01-01 00:00:00.123456789 +0000 UTC</c>, maybe with a monotonic reading behind it.</summary>
        private Instant? InstantOf(string text) =>
            time.Parse(text.Split(' ') is [var date, var clock, { Length: 5 } offset, _, ..] ? $"{date}T{clock}{offset[..3]}:{offset[3..]}" : text, out _);
    }
}
