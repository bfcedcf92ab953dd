using System.Text;
using System.Text.Json;
using Nines.Core.Components;
using Nines.Ledger.Documents;
using Nines.Reports.Incidents;
using Nines.Reports.Monthly;
using Nines.Reports.Pages;
using Nines.Web.Access;
using Nines.Web.Api.Outages;
using Nines.Web.Api.Routing;

namespace Nines.Web.Api.Figures;

/// <summary>Each report is there as a document, and as a page for people in HTML or Markdown.</summary>
internal sealed class ReportRoutes(ReportOperations reports, OutageOperations outages)
{
    private static readonly string[] MediaTypes = [ApiAnswer.Json, "text/html; charset=utf-8", "text/markdown; charset=utf-8"];

    private static readonly ApiParameter<string> Form = ApiParameter.Query("format", "json (without it), html or markdown.", Formats.Words("json", "html", "markdown"));
    private static readonly ApiParameter<string> Period = ApiParameter.Query("period", "2026-05, 2026-W19, 2026-Q2, 2026, or 2026-05-01..2026-05-08; the last month that is over when it is not there.", Formats.Text(40));
    private static readonly ApiParameter<string> Zone = ApiParameter.Query("zone", "Whose days and months: an IANA time zone; UTC when it is not there.", Formats.Text(60));
    private static readonly ApiParameter<ComponentId> Only = ApiParameter.Queries("component", "Only these.", Formats.Component);
    private static readonly ApiParameter<string> Outage = ApiParameter.Path("id", "The outage: shop-7.", Formats.Text(80));

    public void Map(ApiRoutes api)
    {
        api.GetFile("/api/v1/reports/period", "getPeriodReport", "A month or another period for people: first page, then detail (nines.monthly/1).", MediaTypes, async (asked, cancellation) =>
        {
            var report = await reports.PeriodAsync(asked.Get(Period), asked.Get(Zone), asked.Get(FigureRoutes.Policy), asked.All(Only), cancellation);
            return FileOf(asked.Get(Form), report, () => MonthlyPage.Of(report));
        }).Takes(Period, Zone, FigureRoutes.Policy, Only, Form).Needs(Role.Viewer);
        api.GetFile("/api/v1/outages/{id}/report", "getIncidentReport", "One outage for people: timeline, cause, cost, who was told (nines.incident/1).", MediaTypes, async (asked, cancellation) =>
        {
            var report = await outages.ReportAsync(asked.Need(Outage), asked.Get(FigureRoutes.Policy), cancellation);
            return FileOf(asked.Get(Form), report, () => IncidentPage.Of(report));
        }).Takes(Outage, FigureRoutes.Policy, Form).Needs(Role.Viewer);
    }

    private static ApiFile FileOf<T>(string? form, T report, Func<Page> page) => form switch
    {
        "html" => new ApiFile(MediaTypes[1], Encoding.UTF8.GetBytes(HtmlPage.Of(page()))),
        "markdown" => new ApiFile(MediaTypes[2], Encoding.UTF8.GetBytes(MarkdownPage.Of(page()))),
        _ => new ApiFile(MediaTypes[0], JsonSerializer.SerializeToUtf8Bytes(report, DocumentJson.Options)),
    };
}
