using System.CommandLine;
using System.Text;
using Nines.Cli.Output;
using Nines.Core.Time;
using Nines.Ledger.History;
using NodaTime;

namespace Nines.Cli.Import.History;

/// <summary><c>nines import csv FILE</c>: looks (time, state) or incidents (start, end, impact).</summary>
internal sealed class CsvSource : HistorySource
{
    private readonly Option<string[]> columns = new("--column")
    {
        Description = $"FIELD=COLUMN where a column is not found by its name; fields: {string.Join(", ", CsvColumns.Fields)}", HelpName = "FIELD=COLUMN", Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<bool> changes = new("--changes") { Description = "The looks are changes of state only: silence means that nothing changed" };

    public override string Name => "csv";
    public override string About => "Looks (time, state) or incidents (start, end, impact) as comma-separated rows";
    public override (string HelpName, string Description) Place => ("FILE", "The file; its first line names the columns");
    public override IReadOnlyList<Option> Options => [columns, changes];

    public override Task<SourceReading> ReadAsync(HistoryQuery query, ParseResult parsed, CancellationToken cancellation)
    {
        var bytes = SourceFile.Read(query.Place);
        var given = Given(parsed.GetValue(columns) ?? []);
        var time = new SourceTime(query.Zone);
        var rows = new RowAccount();
        try
        {
            var (found, looks, incidents) = CsvHistory.Read(Encoding.UTF8.GetString(bytes), given, time, query.Everything, rows, SourceFile.MostRows);
            query.Progress(0.5);
            var history = found.AreIncidents
                ? IncidentTimelines.Build(incidents, new IncidentSource { Tool = "CSV" }, rows, query.Now)
                : LookTimelines.Build(looks, new LookSource
                {
                    Tool = "CSV", Records = parsed.GetValue(changes) ? LooksRecorded.Changes : LooksRecorded.Every, Cadence = query.Cadence, CadenceIsGiven = query.Cadence is not null,
                }, rows, query.Now);
            return Task.FromResult(new SourceReading(
                $"csv {Path.GetFileName(query.Place)}", SourceFile.Digest([("csv", bytes)]), history with { Assumptions = [.. time.Assumptions(), .. history.Assumptions] }, []));
        }
        catch (FormatException wrong)
        {
            throw SourceFile.NotWhatItShouldBe(query.Place, wrong.Message);
        }
    }

    private static Dictionary<string, string> Given(string[] texts)
    {
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            var at = text.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0 || !CsvColumns.Fields.Contains(text[..at]))
                throw new Fault("NIN4213", ExitCode.CalledWrong, $"--column: '{text}' is not FIELD=COLUMN. Fields: {string.Join(", ", CsvColumns.Fields)}.");
            given[text[..at]] = text[(at + 1)..];
        }
        return given;
    }
}
