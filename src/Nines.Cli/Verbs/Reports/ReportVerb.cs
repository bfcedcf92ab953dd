using System.Collections.Immutable;
using System.CommandLine;
using Nines.Cli.Output;
using Nines.Ledger.Documents;
using Nines.Ledger.Pictures;
using Nines.Ledger.Policies;
using Nines.Ledger.Reports;
using Nines.Ledger.Text;

namespace Nines.Cli.Verbs.Reports;

/// <summary><c>nines report</c>: availability of every component, under a named policy or several side by side.</summary>
public static class ReportVerb
{
    private const string UnknownLine = "Unknown time is neither up nor down: it is what coverage lacks. Outages shorter than the resolution may have been missed.";

    public static Command Create(ReadContext context)
    {
        var window = new WindowOptions();
        var named = PolicyOption.Create();
        var picture = new Option<string?>("--picture") { Description = "Also draw the timelines, under the first policy, into this SVG file; one that is there is replaced", HelpName = "FILE" };

        var command = ReadVerb.Create(context, "report", "Availability under named policies, with bounds, coverage and resolution", [.. window.Options, named, picture], async (parsed, ledger, _, cancellation) =>
        {
            var policies = PolicyOption.Read(parsed, named, ledger);
            var (from, to) = window.Read(parsed, context.Now);
            ImmutableArray<Report> reports = [.. policies.Select(policy => Reporter.Make(ledger, policy, from, to))];
            if (parsed.GetValue(picture) is { } file) await WholeFile.WriteAsync(file, TimelinePicture.Of(ledger, reports[0]), "NIN4016", "the picture", cancellation);
            return reports is [var only] ? Show(only) : Compare(reports);
        });
        command.Add(MonthlyVerb.Create(context));
        command.Add(IncidentVerb.Create(context));
        command.Add(CompareVerb.Create(context));
        command.Add(StatementVerb.Create(context));
        command.Add(SendVerb.Create(context));
        return command;
    }

    private static Result Show(Report report) => Result.Of(
        ReportDocument.Of(report),
        "components",
        new Table(
            ["COMPONENT", "AVAILABILITY", "LOW", "HIGH", "COVERAGE", "RESOLUTION", "DOWNTIME", "OUTAGES", "LONGEST"],
            [.. report.Components.Select(row => Row(row, report.Policy))]),
        [$"{InstantText.Of(report.From)} to {InstantText.Of(report.To)} UTC, policy {report.Policy.Name}/{report.Policy.Version} ({report.Policy.About.TrimEnd('.')}), as of position {report.AsOf}.", UnknownLine, .. ByHand(report).Sentences(report.Policy)]);

    private static HandCorrections ByHand(Report report) => report.Components.Aggregate(default(HandCorrections), (sum, component) => sum + component.ByHand);

    private static ImmutableArray<string> Row(ComponentReport row, Policy policy) =>
    [
        row.Component.Value,
        row.Availability is { } share ? policy.Print(share.Likely) : "unknown",
        row.Availability is { } low ? policy.Print(low.Low) : "-",
        row.Availability is { } high ? policy.Print(high.High) : "-",
        PercentText.Of(row.Coverage, 1),
        row.Resolution is { } resolution ? SpokenDuration.Of(resolution, Rounding.Up) : "-",
        row.Tally.Down.ToString(),
        $"{row.Outages}{(row.OpenOutages == 0 ? "" : $" ({row.OpenOutages} open)")}{(row.FalseAlarmsLeftOut == 0 ? "" : $" + {Counted.Of(row.FalseAlarmsLeftOut, "false alarm")}")}",
        row.Longest is { } longest ? $"{longest.Id}: {SpokenDuration.Of(longest.Length.Likely)}" : "-",
    ];

    /// <summary>One line a component, a column a policy.</summary>
    private static Result Compare(ImmutableArray<Report> reports) => Result.Of(
        ComparisonDocument.Of(reports),
        "components",
        new Table(
            ["COMPONENT", .. reports.Select(report => report.Policy.Name.ToUpperInvariant()), "COVERAGE"],
            [
                .. reports[0].Components.Select((component, index) => (ImmutableArray<string>)
                [
                    component.Component.Value,
                    .. reports.Select(report => report.Components[index].Availability is { } share ? report.Policy.Print(share.Likely) : "unknown"),
                    PercentText.Of(component.Coverage, 1),
                ]),
            ]),
        [
            $"{InstantText.Of(reports[0].From)} to {InstantText.Of(reports[0].To)} UTC, as of position {reports[0].AsOf}. Likely figures; -o json has low and high.",
            .. reports.Select(report => $"{report.Policy.Name}/{report.Policy.Version}: {report.Policy.About}"),
            UnknownLine,
            .. reports.SelectMany(report => ByHand(report).Sentences(report.Policy)).Distinct(),
        ]);
}
