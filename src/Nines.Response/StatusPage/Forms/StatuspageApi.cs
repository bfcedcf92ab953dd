using System.Collections.Immutable;
using System.Text.Json;
using Nines.Core.Facts;
using NodaTime;
using NodaTime.Text;

namespace Nines.Response.StatusPage.Forms;

/// <summary>
/// The page in the shapes of the Statuspage read API, version 2, for programs that read those. That API has no word for what nobody saw: it is told as
/// <c>degraded_performance</c>, never as <c>operational</c>; <see cref="PageJson"/> says <c>unknown</c>.
/// </summary>
internal static class StatuspageApi
{
    private static readonly InstantPattern Milliseconds = InstantPattern.CreateWithInvariantCulture("uuuu-MM-dd'T'HH:mm:ss.fff'Z'");

    public static IEnumerable<PageFile> Of(PageContent content)
    {
        var page = new Writer(content);
        var incidents = content.Incidents.Take(PageForms.Most).ToArray();
        var windows = content.Maintenance.Where(window => window.Phase != MaintenancePhase.Cancelled).OrderByDescending(window => window.From).Take(PageForms.Most).ToArray();
        yield return page.File("summary", json =>
        {
            page.Components(json);
            page.Incidents(json, "incidents", content.Unresolved);
            page.Windows(json, content.UnderWay.Concat(content.Upcoming));
            page.Status(json);
        });
        yield return page.File("status", page.Status);
        yield return page.File("components", page.Components);
        yield return page.File("incidents", json => page.Incidents(json, "incidents", incidents));
        yield return page.File("incidents/unresolved", json => page.Incidents(json, "incidents", content.Unresolved));
        yield return page.File("scheduled-maintenances", json => page.Windows(json, windows));
        yield return page.File("scheduled-maintenances/upcoming", json => page.Windows(json, content.Upcoming));
        yield return page.File("scheduled-maintenances/active", json => page.Windows(json, content.UnderWay));
    }

    internal static string Status(PageState state) => state switch
    {
        PageState.Operational => "operational",
        PageState.Degraded or PageState.Unknown => "degraded_performance",
        PageState.PartialOutage => "partial_outage",
        PageState.MajorOutage => "major_outage",
        PageState.Maintenance => "under_maintenance",
    };

    private static string Word(IncidentPhase phase) => phase switch
    {
        IncidentPhase.Investigating => "investigating",
        IncidentPhase.Identified => "identified",
        IncidentPhase.Monitoring => "monitoring",
        IncidentPhase.Resolved => "resolved",
        IncidentPhase.Postmortem => "postmortem",
    };

    private static string Word(MaintenancePhase phase) => phase switch
    {
        MaintenancePhase.Scheduled => "scheduled",
        MaintenancePhase.InProgress => "in_progress",
        MaintenancePhase.Completed or MaintenancePhase.Cancelled => "completed",
    };

    internal static string Word(IncidentImpact impact) => impact switch
    {
        IncidentImpact.None => "none",
        IncidentImpact.Minor => "minor",
        IncidentImpact.Major => "major",
        IncidentImpact.Critical => "critical",
    };

    private sealed class Writer(PageContent content)
    {
        private readonly PageOptions options = content.Options;
        private readonly string pageId = PublicIds.OfPage(content.Options.Url);

        public PageFile File(string name, Action<Utf8JsonWriter> write)
        {
            using var bytes = new MemoryStream();
            using (var json = new Utf8JsonWriter(bytes))
            {
                json.WriteStartObject();
                json.WriteStartObject("page");
                json.WriteString("id", pageId);
                json.WriteString("name", options.Name);
                json.WriteString("url", options.Url.AbsoluteUri);
                json.WriteString("time_zone", options.Zone.Id);
                At(json, "updated_at", content.AsOf ?? content.MadeAt);
                json.WriteEndObject();
                write(json);
                json.WriteEndObject();
            }
            return new PageFile($"api/v2/{name}.json", "application/json", bytes.ToArray());
        }

        public void Status(Utf8JsonWriter json)
        {
            json.WriteStartObject("status");
            json.WriteString("indicator", Word(content.Impact));
            json.WriteString("description", PageWords.Overall(content));
            json.WriteEndObject();
        }

        public void Components(Utf8JsonWriter json)
        {
            json.WriteStartArray("components");
            var position = 0;
            foreach (var component in content.Components) Component(json, component, ++position);
            foreach (var group in options.Groups) Group(json, group, ++position);
            json.WriteEndArray();
        }

        public void Incidents(Utf8JsonWriter json, string name, IEnumerable<PageIncident> incidents)
        {
            json.WriteStartArray(name);
            foreach (var incident in incidents) Incident(json, incident);
            json.WriteEndArray();
        }

        public void Windows(Utf8JsonWriter json, IEnumerable<PageMaintenance> windows)
        {
            json.WriteStartArray("scheduled_maintenances");
            foreach (var window in windows) Window(json, window);
            json.WriteEndArray();
        }

        private void Component(Utf8JsonWriter json, ComponentOnPage component, int position)
        {
            var since = component.WatchedFrom ?? content.MadeAt;
            json.WriteStartObject();
            json.WriteString("id", component.Public.Id);
            json.WriteString("name", component.Public.Name);
            json.WriteString("status", StatuspageApi.Status(component.State));
            At(json, "created_at", since);
            At(json, "updated_at", component.Since ?? since);
            json.WriteNumber("position", position);
            json.WriteString("description", component.Public.Description);
            json.WriteBoolean("showcase", true);
            json.WriteString("group_id", component.Public.Group);
            json.WriteString("page_id", pageId);
            json.WriteBoolean("group", false);
            json.WriteBoolean("only_show_if_degraded", false);
            json.WriteEndObject();
        }

        private void Group(Utf8JsonWriter json, PublicGroup group, int position)
        {
            var members = content.Components.Where(component => component.Public.Group == group.Id).ToArray();
            var since = members.Min(member => member.WatchedFrom) ?? content.MadeAt;
            json.WriteStartObject();
            json.WriteString("id", group.Id);
            json.WriteString("name", group.Name);
            json.WriteString("status", StatuspageApi.Status(PageContent.WorstOf(members)));
            At(json, "created_at", since);
            At(json, "updated_at", members.Max(member => member.Since) ?? since);
            json.WriteNumber("position", position);
            json.WriteString("description", group.Description);
            json.WriteBoolean("showcase", true);
            json.WriteNull("group_id");
            json.WriteString("page_id", pageId);
            json.WriteBoolean("group", true);
            json.WriteBoolean("only_show_if_degraded", false);
            json.WriteStartArray("components");
            foreach (var member in members) json.WriteStringValue(member.Public.Id);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        private void Incident(Utf8JsonWriter json, PageIncident incident)
        {
            json.WriteStartObject();
            json.WriteString("id", incident.Id);
            json.WriteString("name", incident.Name);
            json.WriteString("status", Word(incident.Phase));
            At(json, "created_at", incident.CreatedAt);
            At(json, "updated_at", incident.UpdatedAt);
            At(json, "monitoring_at", incident.MonitoringAt);
            At(json, "resolved_at", incident.ResolvedAt);
            json.WriteString("impact", Word(incident.Impact));
            json.WriteString("shortlink", new Uri(options.Url, PagePath.OfIncident(incident.Id)).AbsoluteUri);
            At(json, "started_at", incident.Began.Midpoint);
            json.WriteString("page_id", pageId);
            json.WriteStartArray("incident_updates");
            foreach (var (update, number) in incident.Updates.Select((update, index) => (update, index + 1)).Reverse())
                Update(json, incident.Id, number, Word(update.Phase), update.Body, update.At, update.Components);
            json.WriteEndArray();
            Affected(json, incident.Components);
            json.WriteEndObject();
        }

        private void Window(Utf8JsonWriter json, PageMaintenance window)
        {
            json.WriteStartObject();
            json.WriteString("id", window.Id);
            json.WriteString("name", window.Name);
            json.WriteString("status", Word(window.Phase));
            At(json, "created_at", window.Told);
            At(json, "updated_at", window.Phase switch { MaintenancePhase.Scheduled => window.Told, MaintenancePhase.InProgress => window.From, MaintenancePhase.Completed or MaintenancePhase.Cancelled => window.To });
            json.WriteNull("monitoring_at");
            At(json, "resolved_at", window.Phase == MaintenancePhase.Completed ? window.To : null);
            json.WriteString("impact", "maintenance");
            json.WriteString("shortlink", new Uri(options.Url, PagePath.OfMaintenance(window.Id)).AbsoluteUri);
            At(json, "started_at", window.From);
            json.WriteString("page_id", pageId);
            json.WriteStartArray("incident_updates");
            Update(json, window.Id, 1, Word(window.Phase), window.Text, window.Told, window.Components);
            json.WriteEndArray();
            Affected(json, window.Components);
            At(json, "scheduled_for", window.From);
            At(json, "scheduled_until", window.To);
            json.WriteEndObject();
        }

        private void Update(Utf8JsonWriter json, string id, int number, string status, string body, Instant at, ImmutableArray<string> components)
        {
            json.WriteStartObject();
            json.WriteString("id", string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{id}-{number}"));
            json.WriteString("status", status);
            json.WriteString("body", PageMarkdown.ToText(body));
            json.WriteString("incident_id", id);
            At(json, "created_at", at);
            At(json, "updated_at", at);
            At(json, "display_at", at);
            json.WriteStartArray("affected_components");
            foreach (var component in components.Select(options.Find).OfType<PublicComponent>())
            {
                json.WriteStartObject();
                json.WriteString("code", component.Id);
                json.WriteString("name", component.Name);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }

        private void Affected(Utf8JsonWriter json, ImmutableArray<string> ids)
        {
            json.WriteStartArray("components");
            for (var i = 0; i < content.Components.Length; i++)
                if (ids.Contains(content.Components[i].Public.Id)) Component(json, content.Components[i], i + 1);
            json.WriteEndArray();
        }

        private static void At(Utf8JsonWriter json, string name, Instant? instant)
        {
            if (instant is { } at) json.WriteString(name, Milliseconds.Format(at));
            else json.WriteNull(name);
        }
    }
}
