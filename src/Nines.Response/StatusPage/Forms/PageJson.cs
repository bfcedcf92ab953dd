using System.Text.Json;
using Nines.Core.Facts;
using NodaTime;

namespace Nines.Response.StatusPage.Forms;

/// <summary>The page as JSON of our own (nines.status_page/1): with unknown, bounds and coverage.</summary>
internal static class PageJson
{
    public static byte[] Of(PageContent content) => JsonSerializer.SerializeToUtf8Bytes(
        new
        {
            Schema = "nines.status_page/1",
            content.Options.Name,
            Url = content.Options.Url.AbsoluteUri,
            TimeZone = content.Options.Zone.Id,
            content.Options.Texts.Language,
            Policy = content.Options.Policy.Name,
            content.AsOf,
            content.MadeAt,
            Impact = StatuspageApi.Word(content.Impact),
            Summary = PageWords.Overall(content),
            content.Options.Groups,
            Components = content.Components.Select(component => Of(component, content.Options)),
            Incidents = content.Incidents.Take(PageForms.Most).Select(Of),
            Maintenance = content.Maintenance.OrderByDescending(window => window.From).Take(PageForms.Most).Select(Of),
        },
        FactJson.Options);

    private static object Of(ComponentOnPage component, PageOptions options) => new
    {
        component.Public.Id,
        component.Public.Name,
        component.Public.Description,
        component.Public.Group,
        component.State,
        component.Since,
        component.WatchedFrom,
        Uptime = Of(component.Uptime, options),
        Months = component.Months.Select(month => new { Month = $"{month.Month.Year:0000}-{month.Month.Month:00}", Uptime = Of(month.Uptime, options) }),
        Days = component.Days.Select(day => new Day(
            NodaTime.Text.LocalDatePattern.Iso.Format(day.Date),
            Minutes(day[PageState.Operational]), Minutes(day[PageState.Degraded]), Minutes(day[PageState.PartialOutage]), Minutes(day[PageState.MajorOutage]), Minutes(day[PageState.Maintenance]), Minutes(day[PageState.Unknown]))),
    };

    /// <summary>A day in minutes, to the hundredth: cut off, so that they never come to more than the day.</summary>
    private sealed record Day(string Date, decimal OperationalMinutes, decimal DegradedMinutes, decimal PartialOutageMinutes, decimal MajorOutageMinutes, decimal MaintenanceMinutes, decimal UnknownMinutes);

    private static decimal Minutes(Duration duration) => decimal.Floor((decimal)duration.BclCompatibleTicks / NodaConstants.TicksPerMinute * 100) / 100;

    private static object Of(PageUptime uptime, PageOptions options) => new
    {
        uptime.Availability?.Low,
        uptime.Availability?.Likely,
        uptime.Availability?.High,
        uptime.Coverage,
        Text = PageWords.Uptime(uptime, options),
    };

    private static object Of(PageIncident incident) => new
    {
        incident.Id,
        incident.Name,
        incident.Phase,
        incident.Impact,
        incident.IsAutomatic,
        incident.CreatedAt,
        incident.UpdatedAt,
        incident.ResolvedAt,
        BeganEarliest = incident.Began.Earliest,
        BeganLatest = incident.Began.Latest,
        EndedEarliest = incident.Ended?.Earliest,
        EndedLatest = incident.Ended?.Latest,
        LengthSecondsLow = incident.Length?.Shortest,
        LengthSecondsLikely = incident.Length?.Likely,
        LengthSecondsHigh = incident.Length?.Longest,
        incident.Components,
        Updates = incident.Updates.Select(update => new { update.Phase, update.At, Text = PageMarkdown.ToText(update.Body), Html = PageMarkdown.ToHtml(update.Body), update.Components }),
    };

    private static object Of(PageMaintenance window) => new { window.Id, window.Name, Text = PageMarkdown.ToText(window.Text), window.Phase, DeclaredAt = window.Told, window.From, window.To, window.Components };
}
