using System.Collections.Immutable;
using System.Globalization;
using Nines.Cli.Output;
using Nines.Ledger.History;
using Nines.Ledger.Text;
using NodaTime;

namespace Nines.Cli.Import.History;

/// <summary>nines.history_import/1: what an import found, mended and put on record.</summary>
internal static class ImportResult
{
    private const int RepairsShown = 10;

    public static Result Of(SourceReading reading, string digest, ImmutableArray<PlannedImport> plan, string said, bool isDryRun)
    {
        var rows = reading.History.Rows;
        var named = plan.SelectMany(one => one.Targets.Select(target => (target, one.Component))).ToDictionary(pair => pair.target, pair => pair.Component.Value, StringComparer.Ordinal);
        return Result.Of(
            new
            {
                Schema = "nines.history_import/1",
                reading.Source,
                Digest = digest,
                DryRun = isDryRun,
                Rows = new { rows.Read, Used = rows.Count(RowFate.Used), Repaired = rows.Count(RowFate.Repaired), Merged = rows.Count(RowFate.Merged), Rejected = rows.Count(RowFate.Rejected) },
                Components = plan.Select(one => Row(one, isDryRun)),
                Beside = reading.Beside.Select(beside => new
                {
                    Component = named.GetValueOrDefault(beside.Target), beside.Target, beside.Period, beside.Ours, beside.Low, beside.High, beside.Theirs, beside.Difference, beside.Unexplained, beside.Reasons,
                }),
                reading.History.Assumptions,
                Repairs = rows.Repairs,
            },
            "components",
            [ComponentTable(plan, isDryRun), .. BesideTable(reading.Beside, named), .. RepairTable(rows)],
            [.. Lines(reading, rows), said]) with { Exit = plan.All(one => one.Fact is null) ? ExitCode.SomethingIsWrong : ExitCode.Done };
    }

    private static object Row(PlannedImport one, bool isDryRun) => new
    {
        one.Component,
        one.Targets,
        Status = StatusOf(one, isDryRun),
        one.Fact?.From,
        one.Fact?.To,
        ResolutionS = one.Fact?.Resolution?.TotalSeconds,
        one.Outages,
        Segments = one.Fact?.Segments.Length ?? 0,
        Cut = one.Cut.Select(cut => new { From = cut.Start, To = cut.End }),
        Repairs = one.Fact?.Repairs ?? 0,
    };

    private static string StatusOf(PlannedImport one, bool isDryRun) => one.Fact is null ? "nothing in the span" : one.IsOnRecord ? "on record already" : isDryRun ? "would be imported" : "imported";

    private static Table ComponentTable(ImmutableArray<PlannedImport> plan, bool isDryRun) => new(
        ["COMPONENT", "STATUS", "FROM", "TO", "RESOLUTION", "OUTAGES", "SEEN BY NINES", "TARGETS"],
        [
            .. plan.Select(one => (ImmutableArray<string>)
            [
                one.Component.Value,
                StatusOf(one, isDryRun),
                one.Fact is { } from ? InstantText.Of(from.From) : "-",
                one.Fact is { } to ? InstantText.Of(to.To) : "-",
                one.Fact?.Resolution is { } resolution ? SpokenDuration.Of(resolution, Rounding.Up) : "-",
                one.Outages.ToString(CultureInfo.InvariantCulture),
                one.Cut.IsEmpty ? "-" : $"{SpokenDuration.Of(one.Cut.Aggregate(Duration.Zero, (sum, cut) => sum + cut.Duration))} left out",
                string.Join(", ", one.Targets),
            ]),
        ]) { WhenEmpty = "Nothing in it that could be imported." };

    /// <summary>The whole record of each; the other periods are in the JSON.</summary>
    private static IEnumerable<Table> BesideTable(IReadOnlyList<FigureBeside> beside, Dictionary<string, string> named)
    {
        if (beside.Count == 0) yield break;
        yield return new Table(
            ["COMPONENT", "PERIOD", "OURS (LOW – HIGH)", "THEIRS", "DIFFERENCE", "REASON"],
            [
                .. beside.Where(one => one.Period == "all" || Math.Abs(one.Difference) > 0.05m).Select(one => (ImmutableArray<string>)
                [
                    named.GetValueOrDefault(one.Target, one.Target),
                    one.Period,
                    string.Create(CultureInfo.InvariantCulture, $"{one.Ours:0.000} ({one.Low:0.000} – {one.High:0.000})"),
                    string.Create(CultureInfo.InvariantCulture, $"{one.Theirs:0.00}"),
                    string.Create(CultureInfo.InvariantCulture, $"{one.Difference:+0.000;-0.000;0.000}"),
                    Math.Abs(one.Difference) <= 0.05m ? "-"
                        : string.Join("; ", one.Reasons.Where(reason => Math.Abs(reason.Points) >= 0.005m).Select(reason => string.Create(CultureInfo.InvariantCulture, $"{reason.Points:+0.000;-0.000} {reason.Because}"))),
                ]),
            ]);
    }

    private static IEnumerable<Table> RepairTable(RowAccount rows)
    {
        if (rows.Repairs.Count == 0) yield break;
        yield return new Table(
            ["RULE", "TIMES", "ROWS", "FOR EXAMPLE"],
            [
                .. rows.Repairs.GroupBy(repair => (repair.Rule, repair.Fate)).OrderByDescending(rule => rule.Key.Fate).ThenBy(rule => rule.Key.Rule, StringComparer.Ordinal).Select(rule => (ImmutableArray<string>)
                [
                    $"{rule.Key.Rule} ({rule.Key.Fate.ToString().ToLowerInvariant()})",
                    rule.Count().ToString(CultureInfo.InvariantCulture),
                    string.Join(", ", rule.Select(repair => repair.Row).Distinct().Take(RepairsShown)) + (rule.Select(repair => repair.Row).Distinct().Count() > RepairsShown ? ", …" : ""),
                    $"{rule.First().Before} → {rule.First().After}",
                ]),
            ]);
    }

    private static IEnumerable<string> Lines(SourceReading reading, RowAccount rows)
    {
        yield return string.Create(CultureInfo.InvariantCulture,
            $"{reading.Source}: {rows.Read} rows read = {rows.Count(RowFate.Used)} used + {rows.Count(RowFate.Repaired)} repaired + {rows.Count(RowFate.Merged)} merged + {rows.Count(RowFate.Rejected)} rejected.");
        foreach (var assumption in reading.History.Assumptions) yield return assumption;
    }
}
