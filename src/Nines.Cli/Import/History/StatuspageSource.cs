using System.CommandLine;
using Nines.Cli.Output;
using Nines.Core.Time;
using Nines.Ledger.History;
using Nines.Ledger.History.Statuspage;
using NodaTime;

namespace Nines.Cli.Import.History;

/// <summary><c>nines import statuspage FILE</c>: incidents that people told.</summary>
internal sealed class StatuspageSource : HistorySource
{
    private readonly Option<string[]> impacts = new("--impact") { Description = "IMPACT=STATE for what an impact comes to: minor=down, none=up, maintenance=maintenance", HelpName = "IMPACT=STATE", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string?> precision = new("--precision") { Description = "How exact the instants are, 1m unless said otherwise", HelpName = "DURATION" };
    private readonly Option<bool> pageOnly = new("--page-only") { Description = "Only the page as a whole, not the components that incidents name" };

    public override string Name => "statuspage";
    public override string About => "Incidents of a Statuspage: incidents.json of its API, or a parsed feed with an incident a line";
    public override (string HelpName, string Description) Place => ("FILE", "The JSON document");
    public override IReadOnlyList<Option> Options => [impacts, precision, pageOnly];

    public override Task<SourceReading> ReadAsync(HistoryQuery query, ParseResult parsed, CancellationToken cancellation)
    {
        var bytes = SourceFile.Read(query.Place);
        var time = new SourceTime(query.Zone);
        var rows = new RowAccount();
        var margin = parsed.GetValue(precision) is not { } text ? Duration.FromMinutes(1)
            : DurationText.TryParse(text, out var said, out var problem) && said <= Duration.FromDays(1) ? said
            : throw new Fault("NIN4213", ExitCode.CalledWrong, $"--precision: '{text}' {(problem.Length > 0 ? problem : "is longer than a day")}.");
        var means = IncidentSource.UsualImpacts;
        foreach (var (impact, meaning) in (parsed.GetValue(impacts) ?? []).Select(Meaning)) means = means.SetItem(impact, meaning);
        try
        {
            var read = StatuspageFeed.Read(bytes, query.Everything, query.Everything is null && !parsed.GetValue(pageOnly), time, rows, SourceFile.MostRows);
            query.Progress(0.5);
            var history = IncidentTimelines.Build(read.Incidents, new IncidentSource { Tool = "Statuspage", Precision = margin, To = read.LastWord, Impacts = means }, rows, query.Now);
            return Task.FromResult(new SourceReading(
                $"statuspage {read.Page ?? Path.GetFileName(query.Place)}", SourceFile.Digest([("statuspage", bytes)]), history with { Assumptions = [.. time.Assumptions(), .. history.Assumptions] }, []));
        }
        catch (FormatException wrong)
        {
            throw SourceFile.NotWhatItShouldBe(query.Place, wrong.Message);
        }
    }

    private static (Impact, ImpactMeans) Meaning(string text)
    {
        var parts = text.Split('=', 2);
        if (parts.Length == 2 && Enum.TryParse<Impact>(parts[0], ignoreCase: true, out var impact) && Enum.IsDefined(impact) && !char.IsDigit(parts[0][0]))
        {
            if (parts[1] == "maintenance") return (impact, new ImpactMeans(Core.State.Down, true));
            if (parts[1] is "up" or "degraded" or "effectively_down" or "down") return (impact, new ImpactMeans(StateWords.State(parts[1])!.Value, false));
        }
        throw new Fault("NIN4213", ExitCode.CalledWrong,
            $"--impact: '{text}' is not IMPACT=STATE. Impacts: {string.Join(", ", Enum.GetNames<Impact>().Select(name => name.ToLowerInvariant()))}; states: up, degraded, effectively_down, down, maintenance.");
    }
}
