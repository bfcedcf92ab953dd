using System.CommandLine;
using System.Text;
using Nines.Cli.Output;
using Nines.Ledger.History;
using Nines.Ledger.History.Upptime;
using NodaTime;

namespace Nines.Cli.Import.History;

/// <summary><c>nines import upptime FOLDER</c>: the commits by which Upptime records, beside the figures that it publishes.</summary>
internal sealed class UpptimeSource : HistorySource
{
    /// <summary>Commits that were taken out of a log before: as <c>git log --format=%aI%x09%s</c> prints them.</summary>
    public const string Prepared = "commit_transitions.tsv";

    /// <summary>Upptime's own, where its config does not say.</summary>
    private static readonly Duration UsualCadence = Duration.FromMinutes(5), DailyCommit = Duration.FromDays(1);

    public override string Name => "upptime";
    public override string About => "An Upptime repository: a local clone with its log";
    public override (string HelpName, string Description) Place => ("FOLDER", $"The clone; a file {Prepared} in it is read instead of its log");

    public override async Task<SourceReading> ReadAsync(HistoryQuery query, ParseResult parsed, CancellationToken cancellation)
    {
        var time = new SourceTime(query.Zone);
        var folder = UpptimeFolder.Read(query.Place, new SourceTime(query.Zone));
        var prepared = Path.Combine(query.Place, Prepared);
        var isPrepared = File.Exists(prepared);
        var log = isPrepared ? SourceFile.Read(prepared) : await GitLog.ReadAsync(query.Place, query.Time, cancellation);
        query.Progress(0.3);
        var rows = new RowAccount();
        try
        {
            var looks = UpptimeLog.Read(Encoding.UTF8.GetString(log).Split('\n').Select(line => line.TrimEnd('\r')), isPrepared, time, rows, SourceFile.MostRows);
            looks = Renamed(looks, folder, rows);
            query.Progress(0.5);
            var history = LookTimelines.Build(looks, new LookSource
            {
                Tool = "Upptime", Records = LooksRecorded.Changes, Confirms = true, Repeats = DailyCommit,
                Cadence = query.Cadence ?? folder.Cadence ?? UsualCadence, CadenceIsGiven = query.Cadence is not null,
            }, rows, query.Now);
            history = history with { Assumptions = [.. time.Assumptions(), .. history.Assumptions] };
            return new SourceReading($"upptime {folder.Repository}", SourceFile.Digest([("log", log), .. folder.Files]), history, [.. Beside(history, folder)]);
        }
        catch (FormatException wrong)
        {
            throw SourceFile.NotWhatItShouldBe(query.Place, wrong.Message);
        }
    }

    /// <summary>A site that was first called by its address is the one that has this address now; one that its config does not have is kept.</summary>
    private static IReadOnlyList<Look> Renamed(IReadOnlyList<Look> looks, UpptimeFolder folder, RowAccount rows)
    {
        var byUrl = folder.Sites.Where(site => site.Url.Length > 0).GroupBy(site => site.Url.TrimEnd('/')).ToDictionary(group => group.Key, group => group.First().Name);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return
        [
            .. looks.Select(look =>
            {
                if (folder.Sites.Count == 0 || folder.Site(look.Target) is not null) return look;
                if (byUrl.TryGetValue(look.Target.TrimEnd('/'), out var name))
                {
                    rows.Note(look.Row, name, RepairRule.RenamedTarget, RowFate.Repaired, look.Target, $"{name}, which has this address");
                    return look with { Target = name };
                }
                if (seen.Add(look.Target)) rows.Note(look.Row, look.Target, RepairRule.UnknownTarget, RowFate.Repaired, look.Target, "not in its config (any more): kept under its own name, until its last commit");
                return look;
            }),
        ];
    }

    private static IEnumerable<FigureBeside> Beside(ReadHistory history, UpptimeFolder folder)
    {
        if (history.Targets.IsEmpty) yield break;
        var comparison = new UpptimeComparison(UpptimeComparison.WrittenAt(folder.Figures, history.Targets.Max(target => target.To)), !folder.KeepsShortIssues);
        foreach (var figure in folder.Figures)
            if (history.Targets.FirstOrDefault(target => target.Target == figure.Name) is { } ours)
                foreach (var beside in comparison.Compare(ours, folder.Site(figure.Name), figure)) yield return beside;
    }
}
