using System.Collections.Immutable;
using NodaTime;

namespace Nines.Response.StatusPage;

public enum PageEventKind
{
    IncidentOpened,
    IncidentUpdated,
    IncidentResolved,
    MaintenanceScheduled,
    MaintenanceStarted,
    MaintenanceEnded,
    MaintenanceCancelled,
}

/// <summary>Something that subscribers of the page are told. All of it is public.</summary>
/// <param name="Id">Stable over restarts and rebuilds: <c>incident/4k2q…/opened</c>, <c>incident/4k2q…/update/2</c>. Who has told an id never tells it again.</param>
/// <param name="At">When it became true; when it was posted, or said by the watch.</param>
/// <param name="About">The id of the incident or window.</param>
/// <param name="Title">One line.</param>
/// <param name="Body">In the page's subset of Markdown, see <see cref="PageMarkdown"/>.</param>
/// <param name="Components">Ids of the public components that it concerns; empty when it concerns the page as a whole.</param>
/// <param name="Path">Its page, relative to <see cref="PageOptions.Url"/>.</param>
public sealed record PageEvent(string Id, PageEventKind Kind, Instant At, string About, string Title, string Body, ImmutableArray<string> Components, string Path);

/// <summary>What changed, for those who subscribe. Pure: the same content gives the same events.</summary>
public static class PageEvents
{
    /// <summary>Events of the content at or after an instant, in order of time, then id.</summary>
    /// <param name="since">
    /// Events can come late: an outage is told when it has lasted long enough, and a rebuilt ledger may say it of an earlier time. So look back further
    /// than you last looked (an hour is plenty) and leave out the ids that were told.
    /// </param>
    public static ImmutableArray<PageEvent> Since(PageContent content, Instant since) =>
    [
        .. content.Incidents.SelectMany(incident => Of(incident))
            .Concat(content.Maintenance.SelectMany(window => Of(window, content.Options.Texts)))
            .Where(one => one.At >= since && one.At <= content.MadeAt)
            .OrderBy(one => one.At).ThenBy(one => one.Id, StringComparer.Ordinal),
    ];

    private static IEnumerable<PageEvent> Of(PageIncident incident)
    {
        var wasResolved = false;
        for (var i = 0; i < incident.Updates.Length; i++)
        {
            var update = incident.Updates[i];
            var resolves = update.Phase is Core.Facts.IncidentPhase.Resolved or Core.Facts.IncidentPhase.Postmortem;
            var kind = i == 0 ? PageEventKind.IncidentOpened : resolves && !wasResolved ? PageEventKind.IncidentResolved : PageEventKind.IncidentUpdated;
            wasResolved = resolves;
            yield return new PageEvent(
                i == 0 ? $"incident/{incident.Id}/opened" : $"incident/{incident.Id}/{update.Id}", kind, update.At, incident.Id, incident.Name, update.Body, update.Components, PagePath.OfIncident(incident.Id));
        }
    }

    private static IEnumerable<PageEvent> Of(PageMaintenance window, PageTexts texts)
    {
        PageEvent Event(string what, PageEventKind kind, Instant at, string body) =>
            new($"maintenance/{window.Id}/{what}", kind, at, window.Id, window.Name, body, window.Components, PagePath.OfMaintenance(window.Id));

        // One that was declared as it began has one event, not two at once.
        if (window.Told < window.From) yield return Event("scheduled", PageEventKind.MaintenanceScheduled, window.Told, window.Text);
        switch (window.Phase)
        {
            case MaintenancePhase.Scheduled:
                break;
            case MaintenancePhase.InProgress:
                yield return Event("started", PageEventKind.MaintenanceStarted, window.From, window.Text);
                break;
            case MaintenancePhase.Completed:
                yield return Event("started", PageEventKind.MaintenanceStarted, window.From, window.Text);
                yield return Event("ended", PageEventKind.MaintenanceEnded, window.To, texts["maintenance.ended"]);
                break;
            case MaintenancePhase.Cancelled:
                yield return Event("cancelled", PageEventKind.MaintenanceCancelled, window.To, texts["maintenance.cancelled"]);
                break;
        }
    }
}

/// <summary>Where things are, relative to the page's address. The same in an export and on the listener.</summary>
public static class PagePath
{
    public const string History = "history.html";

    public static string OfIncident(string id) => $"incidents/{id}.html";

    public static string OfMaintenance(string id) => $"maintenance/{id}.html";

    public static string OfMonth(LocalDate month) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"history/{month.Year:0000}-{month.Month:00}.html");
}
