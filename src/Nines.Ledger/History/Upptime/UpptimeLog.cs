using System.Globalization;
using System.Text.RegularExpressions;
using Nines.Core;
using NodaTime;

namespace Nines.Ledger.History.Upptime;

/// <summary>
/// The commits by which Upptime records what it saw: "🟥 Shop is down (503 in 339 ms) [skip ci] [upptime]". It writes one at every change of
/// status, and one of each site once a day; a failing look is repeated twice within the run before it counts.
/// </summary>
public static partial class UpptimeLog
{
    /// <param name="lines">An instant with its offset, a tab, and the commit's subject each: <c>git log --format=%cI%x09%s</c>.</param>
    /// <param name="everyLine">True where each line is to be a status; false in a whole log, where other commits are no rows.</param>
    public static IReadOnlyList<Look> Read(IEnumerable<string> lines, bool everyLine, SourceTime time, RowAccount rows, int mostRows)
    {
        var looks = new List<Look>();
        var number = 0;
        foreach (var line in lines)
        {
            number++;
            if (line.Length == 0) continue;
            var tab = line.IndexOf('\t', StringComparison.Ordinal);
            var subject = tab < 0 ? line : line[(tab + 1)..];
            var status = Status().Match(subject.Length > 1_000 ? subject[..1_000] : subject);
            if (!status.Success && !everyLine) continue;
            if (rows.Read == mostRows) throw new FormatException($"it has more than {mostRows.ToString(CultureInfo.InvariantCulture)} commits that tell a status");
            rows.Add(number);
            var at = tab < 0 ? null : time.Parse(line[..tab], out _);
            if (!status.Success || at is null)
            {
                rows.Note(number, "", RepairRule.Unreadable, RowFate.Rejected, line, status.Success ? "left out: no instant before the tab" : "left out: no status of a site");
                continue;
            }
            var state = status.Groups["state"].Value switch { "up" => State.Up, "down" => State.Down, _ => State.Degraded };
            looks.Add(new Look(status.Groups["site"].Value, at.Value, state, status.Groups["detail"].Value, number));
        }
        return looks;
    }

    // The prefix is an emoji, or whatever the config says: a word without letters, or with a colon before its end.
    [GeneratedRegex(@"\A(?:[^\p{L}\p{N}\s]+\s+)?(?<site>\S.*) (?:is|has) (?<state>up|down|degraded|experiencing degraded performance|degraded performance)\b(?: \((?<detail>[^()]*)\))?", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Status();
}
