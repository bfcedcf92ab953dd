using System.Collections.Immutable;
using Nines.Core;
using NodaTime;

namespace Nines.Ledger.History;

/// <summary>Which column holds what; null where none does.</summary>
public sealed record CsvColumns
{
    public int? Target { get; init; }
    public int? Time { get; init; }
    public int? State { get; init; }
    public int? Detail { get; init; }
    public int? Start { get; init; }
    public int? End { get; init; }
    public int? Impact { get; init; }
    public int? Title { get; init; }
    public int? Id { get; init; }

    private static readonly (string Field, string[] Names)[] Known =
    [
        ("target", ["target", "component", "site", "name", "monitor", "monitor_name", "endpoint", "service", "instance", "host"]),
        ("time", ["time", "timestamp", "at", "instant", "date", "datetime", "checked_at", "ts"]),
        ("state", ["state", "status", "up", "ok", "success", "result", "probe_success", "value"]),
        ("detail", ["detail", "message", "msg", "reason", "error", "code"]),
        ("start", ["start", "downtime_start", "start_at", "started_at", "begin", "began", "from"]),
        ("end", ["end", "downtime_end", "end_at", "ended_at", "resolved_at", "finish", "finished_at", "to"]),
        ("impact", ["impact", "severity", "level"]),
        ("title", ["title", "summary", "description"]),
        ("id", ["id", "incident_id", "incident"]),
    ];

    /// <summary>The fields that a column can be named for.</summary>
    public static IReadOnlyList<string> Fields { get; } = [.. Known.Select(known => known.Field)];

    /// <param name="given">Field to column, as the call says; others are found by their usual names.</param>
    /// <exception cref="FormatException">A column that was named is not there, or neither time and state nor a start are.</exception>
    public static CsvColumns Find(IReadOnlyList<string> header, IReadOnlyDictionary<string, string> given)
    {
        var names = header.Select(name => name.Trim().ToLowerInvariant().Replace(' ', '_')).ToList();
        int? At(string field)
        {
            if (given.TryGetValue(field, out var column))
                return names.IndexOf(column.Trim().ToLowerInvariant().Replace(' ', '_')) is >= 0 and var named ? named
                    : throw new FormatException($"there is no column '{column}' for {field}: the first line has {string.Join(", ", header.Take(20))}");
            foreach (var name in Known.First(known => known.Field == field).Names)
                if (names.IndexOf(name) is >= 0 and var found) return found;
            return null;
        }
        var columns = new CsvColumns
        {
            Target = At("target"), Time = At("time"), State = At("state"), Detail = At("detail"),
            Start = At("start"), End = At("end"), Impact = At("impact"), Title = At("title"), Id = At("id"),
        };
        return columns.Start is not null || columns is { Time: not null, State: not null } ? columns
            : throw new FormatException($"the first line names neither a time and a state (looks) nor a start (incidents): it has {string.Join(", ", header.Take(20))}");
    }

    public bool AreIncidents => Start is not null;
}

/// <summary>Looks or incidents out of CSV. Pure; every row is accounted for.</summary>
public static class CsvHistory
{
    /// <param name="everything">The target of rows that name none; null where the call names no component.</param>
    /// <exception cref="FormatException">More rows than <paramref name="mostRows"/>, or the limits of <see cref="CsvText"/>.</exception>
    public static (CsvColumns Columns, IReadOnlyList<Look> Looks, IReadOnlyList<Incident> Incidents) Read(
        string text, IReadOnlyDictionary<string, string> given, SourceTime time, string? everything, RowAccount rows, int mostRows)
    {
        CsvColumns? columns = null;
        var (looks, incidents) = (new List<Look>(), new List<Incident>());
        foreach (var (line, cells) in CsvText.Read(text))
        {
            if (columns is null)
            {
                columns = CsvColumns.Find(cells, given);
                continue;
            }
            if (rows.Read == mostRows) throw new FormatException($"it has more than {mostRows} rows");
            rows.Add(line);
            string Cell(int? at) => at is { } index && index < cells.Count ? cells[index].Trim() : "";
            var target = Cell(columns.Target) is { Length: > 0 } named ? named : everything;
            if (target is null)
            {
                rows.Note(line, "", RepairRule.NoTarget, RowFate.Rejected, string.Join(',', cells), "left out: it names no target; say with --as which component it is");
                continue;
            }
            if (columns.AreIncidents) AddIncident(columns, Cell, target, line, time, rows, incidents);
            else AddLook(columns, Cell, target, line, time, rows, looks);
        }
        return (columns ?? throw new FormatException("it is empty"), looks, incidents);
    }

    private static void AddLook(CsvColumns columns, Func<int?, string> cell, string target, int line, SourceTime time, RowAccount rows, List<Look> looks)
    {
        if (time.Parse(cell(columns.Time), out var note) is not { } at)
        {
            rows.Note(line, target, RepairRule.Unreadable, RowFate.Rejected, cell(columns.Time), "left out: not an instant");
            return;
        }
        if (note is not null) rows.Note(line, target, RepairRule.LocalTime, RowFate.Repaired, cell(columns.Time), $"{at}: {note}");
        if (StateWords.State(cell(columns.State)) is not { } state)
        {
            rows.Note(line, target, RepairRule.UnknownState, RowFate.Rejected, cell(columns.State), "left out: no state that is known");
            return;
        }
        looks.Add(new Look(target, at, state, cell(columns.Detail), line));
    }

    private static void AddIncident(CsvColumns columns, Func<int?, string> cell, string target, int line, SourceTime time, RowAccount rows, List<Incident> incidents)
    {
        if (time.Parse(cell(columns.Start), out var note) is not { } start)
        {
            rows.Note(line, target, RepairRule.Unreadable, RowFate.Rejected, cell(columns.Start), "left out: its start is not an instant");
            return;
        }
        if (note is not null) rows.Note(line, target, RepairRule.LocalTime, RowFate.Repaired, cell(columns.Start), $"{start}: {note}");
        var end = time.Parse(cell(columns.End), out note);
        if (end is null && cell(columns.End).Length > 0)
        {
            rows.Note(line, target, RepairRule.Unreadable, RowFate.Rejected, cell(columns.End), "left out: its end is not an instant");
            return;
        }
        if (note is not null) rows.Note(line, target, RepairRule.LocalTime, RowFate.Repaired, cell(columns.End), $"{end}: {note}");
        var said = cell(columns.Impact) is { Length: > 0 } own ? own : cell(columns.State);
        var impact = StateWords.Impact(said);
        if (impact is null) rows.Note(line, target, RepairRule.UnknownState, RowFate.Repaired, said.Length == 0 ? "no impact" : said, "taken for minor");
        var title = cell(columns.Title) is { Length: > 0 } given ? given : cell(columns.Detail) is { Length: > 0 } detail ? detail : said.Length > 0 ? said : "no title";
        incidents.Add(new Incident([target], start, end, impact ?? Impact.Minor, title, line) { Id = cell(columns.Id) is { Length: > 0 } id ? id : null });
    }
}
