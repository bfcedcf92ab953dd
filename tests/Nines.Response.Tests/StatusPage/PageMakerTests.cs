using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Facts;
using Nines.Core.Timelines;
using Nines.Ledger.Policies;
using Nines.Ledger.Reports;
using Nines.Response.StatusPage;
using NodaTime;
using static Nines.Response.Tests.StatusPage.PublicScene;

namespace Nines.Response.Tests.StatusPage;

public sealed class PageMakerTests
{
    [Fact]
    public void What_was_never_seen_is_unknown_and_not_operational()
    {
        var page = PageMaker.Make(new Nines.Ledger.LedgerProjection(), new PublicScene().Options, PublicScene.Ids, Zero);
        Assert.All(page.Components, component => Assert.Equal(PageState.Unknown, component.State));
        Assert.All(page.Components, component => Assert.Null(component.Uptime.Availability));
        Assert.Equal(IncidentImpact.Minor, page.Impact);
        Assert.Equal("The state of the systems is not known", PageWords.Overall(page));
    }

    [Fact]
    public void A_watch_that_says_nothing_for_three_minutes_says_nothing_of_now()
    {
        var scene = new PublicScene().Watched(600);
        Assert.Equal(PageState.Operational, PageMaker.Make(scene.Fold(), scene.Options, PublicScene.Ids, At(700)).Components[0].State);
        var old = PageMaker.Make(scene.Fold(), scene.Options, PublicScene.Ids, At(790));
        Assert.All(old.Components, component => Assert.Equal(PageState.Unknown, component.State));
        Assert.Equal(At(600), old.AsOf);
    }

    [Fact]
    public void A_component_is_as_its_parts_are()
    {
        var scene = new PublicScene();
        scene.Options = scene.Options with { Components = [new PublicComponent("all", "All", null, null, [TheWeb, TheApi])] };
        Assert.Equal(PageState.Operational, scene.Page(60).Components[0].State);
        scene.Revise(100, TheWeb, Down(100, "int-web-7f-1", State.Degraded));
        Assert.Equal(PageState.Degraded, scene.Page(110).Components[0].State);
        scene.Revise(120, TheWeb, Down(120, "int-web-7f-1"));
        Assert.Equal(PageState.PartialOutage, scene.Page(130).Components[0].State);
        scene.Revise(140, TheApi, Down(140, "int-api-7f-1", State.EffectivelyDown));
        Assert.Equal(PageState.MajorOutage, scene.Page(150).Components[0].State);
        scene.Revise(160, TheWeb, Segment.Unseen(At(160))).Revise(160, TheApi, Up(160));
        Assert.Equal(PageState.Unknown, scene.Page(170).Components[0].State);
        scene.Revise(180, TheWeb, Down(180, "int-web-7f-1") with { Window = "w" });
        Assert.Equal(PageState.Maintenance, scene.Page(190).Components[0].State);
    }

    [Fact]
    public void Down_in_one_region_is_a_partial_outage()
    {
        var scene = new PublicScene("eu", "us").ReviseRegion(100, TheWeb, "us", Down(100, "int-web-7f-1"));
        var page = scene.Page(300);
        Assert.Equal(PageState.PartialOutage, page.Components[0].State);
        Assert.Equal(PageState.Operational, page.Components[1].State);
        Assert.Equal(IncidentImpact.Minor, Assert.Single(page.Incidents).Impact);
        Assert.Equal(Duration.FromSeconds(200), page.Components[0].Days[^1][PageState.PartialOutage]);
    }

    [Fact]
    public void A_regional_outage_says_where_by_the_region_s_public_name_and_says_nothing_of_one_without()
    {
        PageIncident Of(params (string Region, string Name)[] named)
        {
            var scene = new PublicScene("eu-7f", "us-7f").ReviseRegion(100, TheWeb, "us-7f", Down(100, "int-web-7f-1")).ReviseRegion(400, TheWeb, "us-7f", Up(400));
            scene.Options = scene.Options with { Regions = named.ToImmutableSortedDictionary(one => one.Region, one => one.Name) };
            return Assert.Single(scene.Page(500).Incidents);
        }
        var said = Of(("us-7f", "North America"));
        Assert.Equal("Shop: not available in North America", said.Name);
        Assert.StartsWith("Our monitoring sees that Shop cannot be used from North America since 21 November 2026", PageMarkdown.ToText(said.Updates[0].Body), StringComparison.Ordinal);
        Assert.Equal(IncidentImpact.Minor, said.Impact);
        var unsaid = Of(("eu-7f", "Europe"));
        Assert.Equal("Shop: not available to some users", unsaid.Name);
        Assert.DoesNotContain("7f", unsaid.Updates[0].Body, StringComparison.Ordinal);
        Assert.DoesNotContain("Europe", unsaid.Updates[0].Body, StringComparison.Ordinal);
    }

    [Fact]
    public void An_outage_becomes_an_incident_with_bounds_when_it_has_lasted_long_enough()
    {
        var scene = new PublicScene().Revise(105, TheWeb, SoftDown(100, "int-web-7f-1"));
        Assert.Empty(scene.Page(150).Incidents);
        var incident = Assert.Single(scene.Page(200).Incidents);
        Assert.Equal("Shop: not available", incident.Name);
        Assert.Equal(IncidentPhase.Investigating, incident.Phase);
        Assert.Equal(new Bounds(At(100), At(104)), incident.Began);
        Assert.Equal(At(105), incident.CreatedAt);
        Assert.Equal("Our monitoring sees that Shop cannot be used since 21 November 2026, 10:01:42 UTC ± 2 s.", PageMarkdown.ToText(incident.Updates[0].Body));

        scene.Revise(405, TheWeb, Up(402));
        var over = Assert.Single(scene.Page(460).Incidents);
        Assert.Equal(incident.Id, over.Id);
        Assert.Equal(IncidentPhase.Resolved, over.Phase);
        Assert.Equal("Shop can be used again since 21 November 2026, 10:06:42 UTC. It lasted 5m 00s (4m 58s – 5m 02s).", PageMarkdown.ToText(over.Updates[1].Body));
    }

    [Fact]
    public void A_correction_by_hand_is_an_update_of_its_own_and_what_was_said_before_stays()
    {
        var scene = new PublicScene().Revise(105, TheWeb, SoftDown(100, "int-web-7f-1")).Revise(405, TheWeb, Up(402)).Watched(500);
        var before = Assert.Single(scene.Page(900).Incidents);
        scene.Add(new OutageCorrected(At(600), "int-web-7f-1", "ada", CorrectionClaim.Bounds, "chain record 0xfe") { Began = new Bounds(At(90), At(90)) });
        scene.Add(new OutageCorrected(At(700), "int-web-7f-1", "ada", CorrectionClaim.FalseAlarm, "their proxy"));
        scene.Add(new OutageCorrected(At(800), "int-web-7f-1", "ben", CorrectionClaim.Withdrawn, "no") { Withdraws = scene.Facts.Count });
        var after = Assert.Single(scene.Page(900).Incidents);
        Assert.Equal(before.Id, after.Id);
        Assert.Equal(before.Updates.Select(update => (update.Body, update.At)), after.Updates.Take(2).Select(update => (update.Body, update.At)));
        Assert.Equal(
            ["Corrected: Shop could not be used since 21 November 2026, 10:01:30 UTC.", "Corrected: this was a false alarm, Shop could be used all the time.", "The correction is withdrawn: what we observed holds."],
            after.Updates.Skip(2).Select(update => PageMarkdown.ToText(update.Body)));
        Assert.Equal([At(600), At(700), At(800)], after.Updates.Skip(2).Select(update => update.At));
        Assert.DoesNotContain(after.Updates, update => update.Body.Contains("0xfe", StringComparison.Ordinal) || update.Body.Contains("ada", StringComparison.Ordinal));
    }

    [Fact]
    public void A_correction_keeps_its_name_and_place_when_the_outage_ends_after_it()
    {
        var scene = new PublicScene().Revise(105, TheWeb, SoftDown(100, "int-web-7f-1"));
        scene.Add(new OutageCorrected(At(300), "int-web-7f-1", "ada", CorrectionClaim.Bounds, "their log") { Began = new Bounds(At(90), At(90)) });
        var open = Assert.Single(scene.Page(390).Incidents).Updates;
        var over = Assert.Single(scene.Revise(405, TheWeb, Up(402)).Page(900).Incidents).Updates;
        Assert.Equal(open.Select(update => (update.Id, update.At, update.Phase)), over.Take(2).Select(update => (update.Id, update.At, update.Phase)));
        Assert.Equal(["update/1", "update/2"], over.Select(update => update.Id).Where(id => id.StartsWith("update/", StringComparison.Ordinal)));
        Assert.Equal(over.Select(update => update.At).Order(), over.Select(update => update.At));
    }

    [Fact]
    public void An_end_that_is_corrected_does_not_move_when_the_end_was_said()
    {
        var scene = new PublicScene().Revise(105, TheWeb, SoftDown(100, "int-web-7f-1")).Revise(405, TheWeb, Up(402)).Watched(500);
        var before = Assert.Single(scene.Page(900).Incidents).Updates;
        scene.Add(new OutageCorrected(At(600), "int-web-7f-1", "ada", CorrectionClaim.Bounds, "their log") { Ended = new Bounds(At(450), At(450)) });
        var after = Assert.Single(scene.Page(900).Incidents).Updates;
        Assert.Equal(before.Select(update => (update.Id, update.Body, update.At)), after.Take(2).Select(update => (update.Id, update.Body, update.At)));
        Assert.Equal(3, after.Length);
    }

    [Fact]
    public void A_false_alarm_of_one_component_says_nothing_of_another_that_the_same_incident_hit()
    {
        var scene = new PublicScene()
            .Revise(101, TheDb, Down(100, "int-db-7f-1"))
            .Revise(102, TheWeb, Down(101, "int-web-7f-1", State.Down, TheDb))
            .Revise(103, TheApi, Down(101, "int-api-7f-1", State.Down, TheDb));
        scene.Add(new OutageCorrected(At(200), "int-api-7f-1", "ada", CorrectionClaim.FalseAlarm, "its own cache"));
        var told = Assert.Single(scene.Page(300).Incidents).Updates[^1];
        Assert.Equal("Corrected: this was a false alarm, API could be used all the time.", PageMarkdown.ToText(told.Body));
        Assert.Equal(["api"], told.Components);
    }

    [Fact]
    public void A_public_component_could_be_used_all_the_time_only_when_all_that_hit_it_were_false_alarms()
    {
        var scene = new PublicScene();
        scene.Options = scene.Options with { Components = [new PublicComponent("shop", "Shop", null, null, [TheWeb, TheApi])], Groups = [] };
        scene.Revise(101, TheDb, Down(100, "int-db-7f-1"))
            .Revise(102, TheWeb, Down(101, "int-web-7f-1", State.Down, TheDb))
            .Revise(103, TheApi, Down(101, "int-api-7f-1", State.Down, TheDb));
        scene.Add(new OutageCorrected(At(200), "int-api-7f-1", "ada", CorrectionClaim.FalseAlarm, "its own cache"));
        var first = scene.Facts.Count;
        Assert.Single(Assert.Single(scene.Page(210).Incidents).Updates);
        scene.Add(new OutageCorrected(At(220), "int-web-7f-1", "ada", CorrectionClaim.FalseAlarm, "its own cache too"));
        Assert.Equal("Corrected: this was a false alarm, Shop could be used all the time.", PageMarkdown.ToText(Assert.Single(scene.Page(230).Incidents).Updates[^1].Body));
        scene.Add(new OutageCorrected(At(240), "int-api-7f-1", "ben", CorrectionClaim.Withdrawn, "it was not") { Withdraws = first });
        Assert.Equal("The correction is withdrawn: what we observed holds.", PageMarkdown.ToText(Assert.Single(scene.Page(250).Incidents).Updates[^1].Body));
    }

    [Fact]
    public void Dependants_of_one_root_are_one_incident_also_when_the_root_is_not_public()
    {
        var scene = new PublicScene()
            .Revise(101, TheDb, Down(100, "int-db-7f-1"))
            .Revise(102, TheWeb, Down(101, "int-web-7f-1", State.Down, TheDb))
            .Revise(103, TheApi, Down(101, "int-api-7f-1", State.Down, TheDb));
        var incident = Assert.Single(scene.Page(300).Incidents);
        Assert.Equal(["shop", "api"], incident.Components);
        Assert.Equal(IncidentImpact.Critical, incident.Impact);
    }

    [Fact]
    public void A_post_about_an_outage_stands_in_for_the_incident_that_would_be_made_of_it()
    {
        var scene = new PublicScene().Revise(105, TheWeb, SoftDown(100, "int-web-7f-1")).Post(200, "disk", IncidentPhase.Identified, "A *disk* is full.", "int-web-7f-1", components: "shop");
        var incident = Assert.Single(scene.Page(300).Incidents);
        Assert.Equal(("disk", "Trouble of disk", IncidentPhase.Identified), (incident.Id, incident.Name, incident.Phase));
        Assert.Equal(new Bounds(At(100), At(104)), incident.Began);

        scene.Revise(405, TheWeb, Up(402)).Post(500, "disk", IncidentPhase.Resolved, "Done.", components: "shop").Post(900, "disk", IncidentPhase.Postmortem, "It was full.", components: "shop");
        incident = Assert.Single(scene.Page(1_000).Incidents);
        Assert.Equal(At(500), incident.ResolvedAt);
        Assert.Equal(3, incident.Updates.Length);
        Assert.Equal(At(402), incident.Ended!.Value.Latest);
    }

    [Fact]
    public void By_hand_means_that_no_outage_becomes_an_incident_but_bars_and_figures_have_it()
    {
        var scene = new PublicScene().Revise(105, TheWeb, Down(100, "int-web-7f-1"));
        scene.Options = scene.Options with { Automatic = false };
        var page = scene.Page(1_000);
        Assert.Empty(page.Incidents);
        Assert.Equal(Duration.FromSeconds(900), page.Components[0].Days[^1][PageState.MajorOutage]);
        Assert.Equal(0.1m, page.Components[0].Months[^1].Uptime.Availability!.Value.Likely);
    }

    [Fact]
    public void Uptime_of_one_component_is_that_of_its_report_and_is_cut_off_not_rounded()
    {
        var scene = new PublicScene().Revise(105, TheWeb, SoftDown(100, "int-web-7f-1")).Revise(405, TheWeb, Up(402)).Watched(400_000);
        var (ledger, now) = (scene.Fold(), At(400_000));
        var page = PageMaker.Make(ledger, scene.Options, PublicScene.Ids, now);
        var report = Reporter.Make(ledger, ShippedPolicies.Strict, page.Components[0].Days[0].Date.AtStartOfDayInZone(DateTimeZone.Utc).ToInstant(), now).Components.Single(component => component.Component == TheWeb);
        Assert.Equal(report.Availability, page.Components[0].Uptime.Availability);
        Assert.Equal(report.Coverage, page.Components[0].Uptime.Coverage);
        Assert.Equal("99.925 %", PageWords.Uptime(page.Components[0].Uptime, scene.Options));
        Assert.Equal("5.1 %", PageWords.Coverage(page.Components[0].Uptime, scene.Options));
        Assert.Equal("100.000 %", PageWords.Uptime(page.Components[1].Uptime, scene.Options));
        Assert.Equal("99.999 %", PageWords.Uptime(new PageUptime(new(0.9999999m, 0.9999999m, 0.9999999m), 1), scene.Options));
    }

    [Fact]
    public void Of_several_parts_each_ones_loss_counts_in_full_and_an_unseen_part_is_not_taken_for_up()
    {
        var scene = new PublicScene().Revise(101, TheWeb, Down(100, "int-web-7f-1")).Revise(201, TheWeb, Up(200)).Revise(301, TheApi, Down(300, "int-api-7f-1")).Revise(401, TheApi, Up(400)).Revise(501, TheApi, Segment.Unseen(At(500)));
        scene.Options = scene.Options with { Components = [new PublicComponent("all", "All", null, null, [TheWeb, TheApi])] };
        var uptime = scene.Page(1_000).Components[0].Months[^1].Uptime;
        Assert.Equal(0.6m, uptime.Availability!.Value.Likely);   // 200 s of the 500 s that were seen of both
        var day = scene.Page(1_000).Components[0].Days[^1];
        Assert.Equal((Duration.FromSeconds(200), Duration.FromSeconds(300)), (day[PageState.PartialOutage], day[PageState.Operational]));
        Assert.Equal(Duration.FromHours(10) + Duration.FromSeconds(500), day[PageState.Unknown]);
    }

    [Fact]
    public void Days_are_those_of_the_time_zone_also_when_a_clock_is_put_forward()
    {
        var scene = new PublicScene();
        scene.Options = scene.Options with { Zone = DateTimeZoneProviders.Tzdb["Europe/Berlin"] };
        scene.Watched(600);
        var spring = Instant.FromUtc(2027, 3, 29, 12, 0);
        scene.Add(new Watched(spring, "run-1", []));
        var page = PageMaker.Make(scene.Fold(), scene.Options, PublicScene.Ids, spring);
        Assert.Equal(PageMaker.Days, page.Components[0].Days.Length);
        Assert.Equal(Duration.FromHours(23), page.Components[0].Days.Single(day => day.Date == new LocalDate(2027, 3, 28)).Judged);
        Assert.Equal(Duration.FromHours(24), page.Components[0].Days.Single(day => day.Date == new LocalDate(2027, 3, 27)).Judged);
    }

    [Fact]
    public void Maintenance_is_told_with_its_public_text_and_without_its_reason()
    {
        var scene = new PublicScene()
            .Add(new MaintenanceEntered(At(10), "internal-rule-1", [TheWeb, TheDb], At(1_000), At(2_000)) { By = "internal-handle", Reason = "internal reason", PublicText = "New *disks*." })
            .Add(new MaintenanceEntered(At(10), "internal-rule-2", [TheDb], At(1_000), At(2_000)));
        var window = Assert.Single(scene.Page(60).Maintenance);
        Assert.Equal((MaintenancePhase.Scheduled, "Maintenance: Shop"), (window.Phase, window.Name));
        Assert.Equal("New *disks*.", PageMarkdown.ToText(window.Text));
        Assert.Equal(MaintenancePhase.InProgress, scene.Page(1_500).Maintenance[0].Phase);
        Assert.Equal(MaintenancePhase.Completed, scene.Page(2_100).Maintenance[0].Phase);
        Assert.Equal(window.Id, scene.Page(2_100).Maintenance[0].Id);
    }

    [Fact]
    public void A_clock_that_was_set_back_claims_nothing_of_the_time_to_come()
    {
        var scene = new PublicScene().Watched(5_000);
        var page = PageMaker.Make(scene.Fold(), scene.Options, PublicScene.Ids, At(1_000));
        Assert.Equal(At(1_000), page.AsOf);
        Assert.Equal(Duration.FromHours(10) + Duration.FromSeconds(1_000), page.Components[0].Days[^1].Judged);
    }
}
