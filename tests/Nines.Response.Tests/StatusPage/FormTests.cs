using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using Nines.Core.Facts;
using Nines.Core.Timelines;
using Nines.Response.StatusPage;
using Nines.Response.StatusPage.Forms;
using NodaTime;
using static Nines.Response.Tests.StatusPage.PublicScene;

namespace Nines.Response.Tests.StatusPage;

public sealed class FormTests
{
    private const string Python = "/usr/bin/python3";

    private static readonly string[] Statuses = ["operational", "degraded_performance", "partial_outage", "major_outage", "under_maintenance"];

    private static PublicScene Eventful() => new PublicScene()
        .Add(new MaintenanceEntered(At(10), "rule", [TheApi], At(9_000), At(12_600)) { PublicText = "Neue Platten; schneller, größer \\ besser – und ein Satz, der über die Länge einer Zeile hinausgeht, damit er gefaltet wird: äöüß€ 🚀 äöüß€ 🚀 äöüß€ 🚀 äöüß€ 🚀 äöüß€ 🚀 äöüß€ 🚀.\nZweite Zeile." })
        .Add(new MaintenanceEntered(At(20), "rule-2", [TheWeb], At(9_000), At(12_600)))
        .Add(new MaintenanceEnded(At(30), "rule-2", "internal-handle"))
        .Revise(105, TheWeb, SoftDown(100, "int-web-7f-1")).Revise(405, TheWeb, Up(402))
        .Post(500, "disk", IncidentPhase.Investigating, "A *disk* <full> & more.", components: ["shop"])
        .Post(600, "disk", IncidentPhase.Monitoring, "It has room again.", components: ["shop"])
        .Revise(700, TheApi, Segment.Unseen(At(700)));

    private static Dictionary<string, JsonElement> Api2(PageContent page) => PageForms.Of(page).Where(file => file.Path.StartsWith("api/v2/", StringComparison.Ordinal))
        .ToDictionary(file => file.Path["api/v2/".Length..^".json".Length], file => JsonDocument.Parse(file.Bytes).RootElement, StringComparer.Ordinal);

    private static string Text(PageContent page, string path) => Encoding.UTF8.GetString(PageForms.Of(page).Single(file => file.Path == path).Bytes);

    [Fact]
    public void The_read_api_has_the_documents_and_members_that_its_consumers_read()
    {
        var api = Api2(Eventful().Page(800));
        Assert.Equal(["components", "incidents", "incidents/unresolved", "scheduled-maintenances", "scheduled-maintenances/active", "scheduled-maintenances/upcoming", "status", "summary"], api.Keys.Order(StringComparer.Ordinal));
        foreach (var document in api.Values) Has(document.GetProperty("page"), "id", "name", "url", "time_zone", "updated_at");
        Has(api["summary"], "page", "status", "components", "incidents", "scheduled_maintenances");
        foreach (var component in api["components"].GetProperty("components").EnumerateArray())
        {
            Has(component, "id", "name", "status", "created_at", "updated_at", "position", "description", "group_id", "group", "page_id", "only_show_if_degraded");
            Assert.Contains(component.GetProperty("status").GetString(), Statuses);
        }
        foreach (var incident in api["incidents"].GetProperty("incidents").EnumerateArray())
        {
            Has(incident, "id", "name", "status", "impact", "created_at", "updated_at", "monitoring_at", "resolved_at", "shortlink", "started_at", "page_id", "incident_updates", "components");
            foreach (var update in incident.GetProperty("incident_updates").EnumerateArray()) Has(update, "id", "status", "body", "created_at", "updated_at", "display_at", "affected_components");
        }
        foreach (var window in api["scheduled-maintenances"].GetProperty("scheduled_maintenances").EnumerateArray()) Has(window, "scheduled_for", "scheduled_until", "incident_updates", "components");
    }

    [Fact]
    public void What_is_on_record_and_cannot_be_seen_or_turns_text_around_is_in_no_form()
    {
        const string Odd = "a\u202Eb\u2066c\u200Bd\u0007e\u001bf\u0085g&#x202E;h\u200Fi";
        var page = new PublicScene()
            .Add(new MaintenanceEntered(At(10), "rule", [TheApi], At(9_000), At(12_600)) { PublicText = Odd })
            .Add(new IncidentPosted(At(20), "odd", IncidentPhase.Investigating, Odd, IncidentImpact.Major, Odd, ["shop"], null, "ada")).Page(800);
        foreach (var file in PageForms.Of(page).Where(file => !file.Path.EndsWith(".svg", StringComparison.Ordinal)))
        {
            var json = file.Path.EndsWith(".json", StringComparison.Ordinal);
            var text = Encoding.UTF8.GetString(file.Bytes);
            text = Core.WrittenText.Tidied(json ? System.Text.RegularExpressions.Regex.Unescape(text) : System.Net.WebUtility.HtmlDecode(text));
            Assert.True(Core.WrittenText.ProblemOf(text) is null, $"{file.Path}: {Core.WrittenText.ProblemOf(text)}");
        }
        Assert.Contains("abcdef", Text(page, "history.atom"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_read_api_says_what_the_page_says()
    {
        var api = Api2(Eventful().Page(800));
        Assert.Equal(("major", "The state of some systems is not known"), (api["status"].GetProperty("status").GetProperty("indicator").GetString(), api["status"].GetProperty("status").GetProperty("description").GetString()));
        var incidents = api["incidents"].GetProperty("incidents").EnumerateArray().ToList();
        Assert.Equal(["monitoring", "resolved"], incidents.Select(incident => incident.GetProperty("status").GetString()));
        Assert.Equal("2026-11-21T10:10:00.000Z", incidents[0].GetProperty("monitoring_at").GetString());
        Assert.Equal(["It has room again.", "A disk <full> & more."], incidents[0].GetProperty("incident_updates").EnumerateArray().Select(update => update.GetProperty("body").GetString()));
        Assert.Equal("https://status.example.org/incidents/disk.html", incidents[0].GetProperty("shortlink").GetString());
        Assert.Equal("disk", Assert.Single(api["incidents/unresolved"].GetProperty("incidents").EnumerateArray()).GetProperty("id").GetString());
        var window = Assert.Single(api["scheduled-maintenances/upcoming"].GetProperty("scheduled_maintenances").EnumerateArray());
        Assert.Equal(("scheduled", "2026-11-21T12:30:00.000Z"), (window.GetProperty("status").GetString(), window.GetProperty("scheduled_for").GetString()));
        Assert.Empty(api["scheduled-maintenances/active"].GetProperty("scheduled_maintenances").EnumerateArray());
    }

    [Fact]
    public void What_nobody_saw_is_never_operational_to_those_who_have_no_word_for_unknown()
    {
        var page = Eventful().Page(800);
        var api = Api2(page)["components"].GetProperty("components").EnumerateArray().ToDictionary(component => component.GetProperty("id").GetString()!, component => component.GetProperty("status").GetString());
        Assert.Equal(("operational", "degraded_performance", "operational"), (api["shop"], api["api"], api["front"]));
        using var own = JsonDocument.Parse(Text(page, "status.json"));
        Assert.Equal(["operational", "unknown"], own.RootElement.GetProperty("components").EnumerateArray().Select(component => component.GetProperty("state").GetString()));
    }

    [Fact]
    public void Our_own_json_has_bounds_coverage_and_days_in_minutes()
    {
        using var json = JsonDocument.Parse(Text(Eventful().Page(800), "status.json"));
        var shop = json.RootElement.GetProperty("components")[0];
        var uptime = shop.GetProperty("uptime");
        Assert.True(uptime.GetProperty("low").GetDecimal() < uptime.GetProperty("likely").GetDecimal() && uptime.GetProperty("likely").GetDecimal() < uptime.GetProperty("high").GetDecimal());
        Assert.InRange(uptime.GetProperty("coverage").GetDecimal(), 0.00001m, 0.001m);
        var today = shop.GetProperty("days")[89];
        Assert.Equal((8.33m, 5m), (today.GetProperty("operational_minutes").GetDecimal(), today.GetProperty("major_outage_minutes").GetDecimal()));
        Assert.Equal(600, today.GetProperty("unknown_minutes").GetDecimal());
        var incident = json.RootElement.GetProperty("incidents").EnumerateArray().Single(incident => incident.GetProperty("is_automatic").GetBoolean());
        Assert.Equal(("2026-11-21T10:01:40Z", "2026-11-21T10:01:44Z", 298m), (incident.GetProperty("began_earliest").GetString(), incident.GetProperty("began_latest").GetString(), incident.GetProperty("length_seconds_low").GetDecimal()));
    }

    [Fact]
    public void Feeds_are_well_formed_and_have_what_their_standards_ask_for()
    {
        var page = Eventful().Page(800);
        XNamespace atom = "http://www.w3.org/2005/Atom";
        var feed = XDocument.Parse(Text(page, "history.atom")).Root!;
        foreach (var element in feed.Elements(atom + "entry").Append(feed))
            foreach (var needed in new[] { "id", "title", "updated" }) Assert.NotNull(element.Element(atom + needed));
        Assert.Equal(4, feed.Elements(atom + "entry").Count());
        Assert.Contains("<em>disk</em> &lt;full&gt; &amp; more.", feed.Elements(atom + "entry").First(entry => entry.Element(atom + "title")!.Value == "Trouble of disk").Element(atom + "content")!.Value, StringComparison.Ordinal);
        var channel = XDocument.Parse(Text(page, "history.rss")).Root!.Element("channel")!;
        foreach (var needed in new[] { "title", "link", "description" }) Assert.NotNull(channel.Element(needed));
        Assert.Equal("Sat, 21 Nov 2026 10:08:20 GMT", channel.Elements("item").First(item => item.Element("title")!.Value == "Trouble of disk").Element("pubDate")!.Value);
    }

    [Fact]
    public void A_feed_in_which_nothing_changed_stays_the_same_to_the_byte()
    {
        var scene = Eventful();
        var (before, after) = (scene.Page(800), scene.Page(860));
        foreach (var path in new[] { "history.atom", "history.rss", "history.ics" }) Assert.Equal(Text(before, path), Text(after, path));
    }

    [Fact]
    public void No_line_of_the_calendar_is_longer_than_75_octets_and_no_character_is_cut()
    {
        var text = Text(Eventful().Page(800), "history.ics");
        var lines = text.Split("\r\n");
        Assert.Equal("", lines[^1]);
        Assert.All(lines, line => Assert.InRange(Encoding.UTF8.GetByteCount(line), 0, 75));
        Assert.DoesNotContain('\uFFFD', text);
        Assert.Contains("DESCRIPTION:Neue Platten\\; schneller\\, größer \\\\ besser", text.Replace("\r\n ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("🚀.\\nZweite Zeile.", text.Replace("\r\n ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_peoples_readers_of_calendars_and_feeds_understand_them()
    {
        Assert.SkipUnless(File.Exists(Python) && await RunAsync("import icalendar, feedparser", "") == "", "needs Debian's python3-icalendar and python3-feedparser");
        var page = Eventful().Page(800);
        Assert.Equal("""
            ['rule' in e['UID'] for e in events] = [False, False]
            Maintenance: API | 2026-11-21T12:30:00+00:00 | 2026-11-21T13:30:00+00:00 | CONFIRMED
            Maintenance: Shop | 2026-11-21T12:30:00+00:00 | None | CANCELLED
            Zweite Zeile.
            """, await RunAsync("""
            import sys, icalendar
            events = sorted(icalendar.Calendar.from_ical(sys.stdin.buffer.read()).walk('VEVENT'), key=lambda e: e['SUMMARY'])
            print("['rule' in e['UID'] for e in events] =", ['rule' in e['UID'] for e in events])
            for e in events: print(e['SUMMARY'], '|', e['DTSTART'].dt.isoformat(), '|', e['DTEND'].dt.isoformat() if 'DTEND' in e else None, '|', e['STATUS'])
            print(str(events[0]['DESCRIPTION']).split('\n')[1])
            """, Text(page, "history.ics")));
        foreach (var (path, kind) in new[] { ("history.atom", "atom10"), ("history.rss", "rss20") })
            Assert.Equal($"{kind} 0 4 True", await RunAsync("""
                import sys, feedparser
                f = feedparser.parse(sys.stdin.buffer.read())
                print(f.version, int(f.bozo), len(f.entries), all(e.link.startswith('https://status.example.org/') and e.published_parsed for e in f.entries))
                """, Text(page, path)));
    }

    [Fact]
    public void A_badge_is_well_formed_and_says_the_state_as_text()
    {
        var scene = Eventful();
        scene.Options = scene.Options with { Components = [.. scene.Options.Components.Select(component => component with { Name = $"<{component.Name}> & \"co\"" })] };
        var page = scene.Page(800);
        var svg = XDocument.Parse(Text(page, "badge/api.svg")).Root!;
        Assert.Equal("<API> & \"co\": Unknown", svg.Attribute("aria-label")!.Value);
        Assert.Contains("#57606a", svg.ToString(), StringComparison.Ordinal);
        Assert.Equal("status: The state of some systems is not known", XDocument.Parse(Text(page, "badge.svg")).Root!.Attribute("aria-label")!.Value);
    }

    [Fact]
    public void Control_characters_in_names_do_not_break_a_feed()
    {
        var scene = Eventful();
        scene.Options = scene.Options with { Name = "Ex\u0001ample \ud800 🚀" };
        Assert.Contains("Ex\uFFFDample", XDocument.Parse(Text(scene.Page(800), "history.atom")).Root!.Value, StringComparison.Ordinal);
    }

    private static void Has(JsonElement element, params string[] members)
    {
        foreach (var member in members) Assert.True(element.TryGetProperty(member, out _), member);
    }

    private static async Task<string> RunAsync(string script, string stdin)
    {
        var start = new ProcessStartInfo(Python, ["-c", script]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, StandardInputEncoding = new UTF8Encoding(false) };
        start.Environment["PYTHONIOENCODING"] = "utf-8";
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.StandardInput.WriteAsync(stdin);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? (await output).Trim() : await error;
    }
}
