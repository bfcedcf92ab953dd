using Nines.Core.Facts;
using Nines.Response.StatusPage;
using static Nines.Response.Tests.StatusPage.PublicScene;

namespace Nines.Response.Tests.StatusPage;

public sealed class PageEventsTests
{
    [Fact]
    public void Events_have_the_same_ids_whenever_the_page_is_made()
    {
        var scene = new PublicScene()
            .Add(new MaintenanceEntered(At(10), "rule", [TheWeb], At(1_000), At(2_000)))
            .Revise(105, TheWeb, SoftDown(100, "int-web-7f-1"));
        var seen = new List<string>();
        void Look(double now)
        {
            foreach (var one in PageEvents.Since(scene.Page(now), Zero))
                if (!seen.Contains(one.Id)) seen.Add(one.Id);
        }
        Look(200);
        scene.Revise(405, TheWeb, Up(402));
        Look(500);
        scene.Post(600, "disk", IncidentPhase.Investigating, "Hm.", components: "api");
        Look(610);
        scene.Post(700, "disk", IncidentPhase.Monitoring, "Better.", components: "api").Post(800, "disk", IncidentPhase.Resolved, "Over.", components: "api").Post(900, "disk", IncidentPhase.Postmortem, "Why.", components: "api");
        Look(1_100);
        Look(2_100);
        var kinds = PageEvents.Since(scene.Page(2_100), Zero).ToDictionary(one => one.Id, one => one.Kind);
        Assert.Equal(kinds.Keys.Order(StringComparer.Ordinal), seen.Order(StringComparer.Ordinal));
        Assert.Equal(
            [
                PageEventKind.MaintenanceScheduled, PageEventKind.IncidentOpened, PageEventKind.IncidentResolved, PageEventKind.IncidentOpened, PageEventKind.IncidentUpdated,
                PageEventKind.IncidentResolved, PageEventKind.IncidentUpdated, PageEventKind.MaintenanceStarted, PageEventKind.MaintenanceEnded,
            ],
            seen.Select(id => kinds[id]));
    }

    [Fact]
    public void An_incident_that_opens_again_and_is_resolved_again_says_both()
    {
        var page = new PublicScene().Post(10, "disk", IncidentPhase.Resolved, "Over already.").Post(20, "disk", IncidentPhase.Investigating, "Not.").Post(30, "disk", IncidentPhase.Resolved, "Now.").Page(60);
        Assert.Equal([PageEventKind.IncidentOpened, PageEventKind.IncidentUpdated, PageEventKind.IncidentResolved], PageEvents.Since(page, Zero).Select(one => one.Kind));
        Assert.Equal(At(30), page.Incidents[0].ResolvedAt);
    }

    [Fact]
    public void What_is_older_than_was_asked_for_is_left_out()
    {
        var page = new PublicScene().Post(10, "disk", IncidentPhase.Investigating, "Hm.").Post(50, "disk", IncidentPhase.Resolved, "Over.").Page(60);
        Assert.Equal("incident/disk/update/2", Assert.Single(PageEvents.Since(page, At(11))).Id);
    }

    [Fact]
    public void Maintenance_that_is_taken_back_is_cancelled_when_that_was_said()
    {
        var page = new PublicScene().Add(new MaintenanceEntered(At(10), "rule", [TheWeb], At(1_000), At(2_000))).Add(new MaintenanceEnded(At(300), "rule", "internal-handle")).Page(400);
        var events = PageEvents.Since(page, Zero);
        Assert.Equal([PageEventKind.MaintenanceScheduled, PageEventKind.MaintenanceCancelled], events.Select(one => one.Kind));
        Assert.Equal(At(300), events[1].At);
    }
}
