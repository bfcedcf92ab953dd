using System.Globalization;

namespace Nines.Bench;

/// <summary>A report as a person reads it.</summary>
internal static class ReportTable
{
    public static void Write(Report report, TextWriter to)
    {
        var machine = report.Machine;
        to.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{report.Name}: {report.Runs} {(report.Runs == 1 ? "run" : "runs")} on {machine.Cpu}, {machine.Cores} cores, {machine.MemoryGib} GiB, {machine.Os}, .NET {machine.Dotnet}"));
        string[][] rows =
        [
            ["figure", "value", "unit", "aim", "", "peer", "peer's value"],
            .. report.Figures.Select(figure => new[]
            {
                figure.Name,
                Text(figure.Value),
                figure.Unit,
                figure.Aim is null ? "" : $"{(figure.Better == "lower" ? "≤" : "≥")} {Text(figure.Aim)}",
                figure.Met switch { true => "met", false => "MISSED", null => "" },
                figure.Peer is { } peer ? peer.Name : "",
                figure.Peer is null ? "" : Text(figure.Peer.Value),
            }),
        ];
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows)
            to.WriteLine(string.Join("  ", row.Select((cell, i) => i is 1 or 6 ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]))).TrimEnd());
        foreach (var peer in report.Figures.Select(figure => figure.Peer).OfType<Peer>().Select(peer => $"{peer.Name}: {peer.Version}").Distinct()) to.WriteLine(peer);
        foreach (var note in report.Figures.Where(figure => figure.Note is not null).GroupBy(figure => figure.Note))
            to.WriteLine($"{string.Join(", ", note.Select(figure => figure.Name))}: {note.Key}");
    }

    private static string Text(double? value) => value is not { } number ? "–" : number.ToString(Math.Abs(number) >= 1000 ? "#,##0" : "0.####", CultureInfo.InvariantCulture);
}
