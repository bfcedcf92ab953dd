using System.Collections.Immutable;
using System.Text.Json;
using Nines.Cli.Config;
using Nines.Cli.Output;
using Nines.Core.Facts;
using Nines.Ledger;
using Nines.Ledger.Documents;
using Nines.Ledger.Policies;
using Nines.Ledger.Reports;
using Nines.Pricing.Plan;
using Nines.Reports;
using Nines.Reports.Monthly;
using Nines.Reports.Pages;
using Nines.Reports.Periods;
using NodaTime;

namespace Nines.Cli.Watching.Reports;

/// <summary>A report as it is delivered.</summary>
/// <param name="Said">What it says, for the record: a later report tells when that no longer holds.</param>
internal sealed record PrintedReport(string MediaType, string Text, long Position, ReportFigures Said);

/// <summary>Makes scheduled reports: as they are asked for in the config, of a ledger at a position.</summary>
internal sealed class ReportPress(PricingOptions? pricing, Func<string, byte[]> readFile)
{
    /// <summary>How far back figures are held against what was reported.</summary>
    private const int EarlierReports = 12;

    /// <exception cref="ReportException">Nothing of the period is known, or its policy is not on record.</exception>
    /// <exception cref="Nines.Pricing.PricingException">A rate, a series or a file of the pricing is missing.</exception>
    public PrintedReport Print(ScheduledReport order, ReportPeriod period, LedgerProjection ledger)
    {
        var request = Request(order, period, ledger);
        var report = MonthlyMaker.Make(ledger, request with { Corrections = [.. Corrections(order, period, request, ledger)] });
        var text = order.Format switch
        {
            ReportFormat.Html => HtmlPage.Of(MonthlyPage.Of(report)),
            ReportFormat.Markdown => MarkdownPage.Of(MonthlyPage.Of(report)),
            ReportFormat.Json => JsonSerializer.Serialize(report, DocumentJson.Options) + "\n",
            ReportFormat.Csv => Csv(report),
        };
        var mediaType = order.Format switch { ReportFormat.Html => "text/html", ReportFormat.Markdown => "text/markdown", ReportFormat.Json => "application/json", ReportFormat.Csv => "text/csv" };
        return new PrintedReport(mediaType, text, ledger.Position.Value, FiguresOf(report.Summary.Availability, report.Summary.Loss, report.Pricing?.Currency));
    }

    private MonthlyRequest Request(ScheduledReport order, ReportPeriod period, LedgerProjection ledger)
    {
        var name = order.Policy ?? ledger.DefaultPolicy ?? ShippedPolicies.Strict.Name;
        return new MonthlyRequest(period, ledger.FindPolicy(name) ?? throw new ReportException("NIN4013", $"report {order.Name}: there is no policy {name} on record."))
        {
            Plan = pricing is null ? null : PricingPlan.Open(pricing, ledger, readFile),
            Only = order.Only is { } only ? [.. only] : null,
            Selection = order.Only is { } named ? string.Join(' ', named.Select(id => $"--component {id}")) : null,
        };
    }

    /// <summary>Earlier reports of this name whose figures are other ones by now: late facts, corrections, another pricing.</summary>
    private static IEnumerable<string> Corrections(ScheduledReport order, ReportPeriod period, MonthlyRequest request, LedgerProjection ledger)
    {
        var earlier = period.Before();
        for (var back = 0; back < EarlierReports; back++, earlier = earlier.Before())
        {
            if (ledger.ReportOf(order.Name, earlier.Name) is not { Failed: null } sent) continue;
            var (availability, loss) = MonthlyMaker.FiguresOf(ledger, request with { Period = earlier });
            var now = FiguresOf(availability, loss, request.Plan?.Sources.Currency.Code);
            if (now == sent.Said || sent.Policy != request.Policy.Name) continue;
            yield return $"{earlier.Name} was reported as {Words(sent.Said)} (as of position {sent.Position}); since then facts or prices came that change it: as of position {ledger.Position} it is {Words(now)}.";
        }
    }

    private static string Words(ReportFigures figures) =>
        $"{figures.AvailabilityText ?? "unknown"}{(figures.LossText is { } loss ? $" with a loss of {loss}" : "")}";

    private static ReportFigures FiguresOf(Told? availability, Told? loss, string? currency) =>
        new(availability?.Low, availability?.Likely, availability?.High, availability?.Text, loss?.Low, loss?.Likely, loss?.High, loss?.Text, loss is null ? null : currency);

    private static string Csv(MonthlyReport report)
    {
        using var text = new StringWriter();
        ResultWriter.Write(Result.Of(report, "components", MonthlyPage.Of(report)), OutputFormat.Csv, new Screen { Out = text, Error = text, IsTerminal = false, HasColor = false, Width = 120 });
        return text.ToString();
    }
}
