using System.Collections.Immutable;
using System.CommandLine;
using Nines.Cli.Output;
using Nines.Ledger.Documents;
using Nines.Ledger.Policies;
using Nines.Ledger.Reports;
using Nines.Ledger.Text;

namespace Nines.Cli.Verbs;

/// <summary><c>nines report</c>: availability of every component, under a named policy.</summary>
public static class ReportVerb
{
    public static Command Create(ReadContext context)
    {
        var from = new Option<string?>("--from") { Description = "Start: RFC 3339, a date, or -7d; else the first instant watched", HelpName = "TIME" };
        var to = new Option<string?>("--to") { Description = "End; else, or where it lies beyond, the last instant judged", HelpName = "TIME" };
        var named = new Option<string?>("--policy") { Description = "How states count; else the config's policy" };
        named.AcceptOnlyFromAmong([.. Policy.Shipped.Select(policy => policy.Name)]);

        return ReadVerb.Create(context, "report", "Availability under a named policy, with bounds, coverage and resolution", [from, to, named], (parsed, ledger, _, _) =>
        {
            var now = context.Now;
            var name = parsed.GetValue(named) ?? ledger.DefaultPolicy ?? Policy.Strict.Name;
            if (!Policy.TryFind(name, out var policy))
                throw new Fault("NIN4015", ExitCode.CalledWrong, $"policy: the config on record names '{name}', which this version does not have. Choose one with --policy.");
            var report = Reporter.Make(ledger, policy,
                parsed.GetValue(from) is { } begin ? TimeArgument.Parse(begin, "--from", now) : null,
                parsed.GetValue(to) is { } end ? TimeArgument.Parse(end, "--to", now) : null);
            return Task.FromResult(Show(report));
        });
    }

    private static Result Show(Report report) => Result.Of(
        ReportDocument.Of(report),
        "components",
        new Table(
            ["COMPONENT", "AVAILABILITY", "LOW", "HIGH", "COVERAGE", "RESOLUTION", "DOWNTIME", "OUTAGES", "LONGEST"],
            [.. report.Components.Select(Row)]),
        $"{InstantText.Of(report.From)} to {InstantText.Of(report.To)} UTC, policy {report.Policy.Name}/{report.Policy.Version} ({report.Policy.About.TrimEnd('.')}), as of position {report.AsOf}.",
        "Unknown time is neither up nor down: it is what coverage lacks. Outages shorter than the resolution may have been missed.");

    private static ImmutableArray<string> Row(ComponentReport row) =>
    [
        row.Component.Value,
        row.Availability is { } share ? PercentText.Of(share.Likely) : "unknown",
        row.Availability is { } low ? PercentText.Of(low.Low) : "-",
        row.Availability is { } high ? PercentText.Of(high.High) : "-",
        PercentText.Of(row.Coverage, 1),
        row.Resolution is { } resolution ? DurationText.Of(resolution, Rounding.Up) : "-",
        row.Tally.Down.ToString(),
        row.OpenOutages == 0 ? $"{row.Outages}" : $"{row.Outages} ({row.OpenOutages} open)",
        row.Longest is { } longest ? $"{longest.Id}: {DurationText.Of(longest.Length.Likely)}" : "-",
    ];
}
