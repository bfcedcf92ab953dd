using System.Text;
using System.Text.Json;
using Nines.Ledger.History;
using Nines.Ledger.History.Statuspage;
using Nines.Ledger.History.Upptime;
using NodaTime;
using static Nines.Ledger.Tests.Histories.Telling;

namespace Nines.Ledger.Tests.Histories;

/// <summary>Files that were damaged, cut off or made up: every parser says what is wrong, or accounts for every row; none throws anything else.</summary>
public sealed class MutationTests
{
    private const int Mutations = 10_000;

    private const string LookRows = "site,time,state,detail\r\nShop,2026-01-01T00:00:00Z,up,ok\r\nShop,2026-01-01T00:01:00+05:30,down,\"a, \"\"b\"\"\"\r\nApi,1767225600,0,\r\nApi,2026-03-29 02:30:00,operational,\r\nShop,2026-01-01 00:04,degraded,x\r\n";
    private const string IncidentRows = "incident_id;start;end;impact;title\n1;2026-01-01T00:00:00Z;2026-01-01T01:00:00Z;minor;slow\n2;2026-01-01T00:30:00Z;;critical;down\n3;2026-01-02;2026-01-01;none;x\n4;2026-01-03T00:00:00Z;2026-01-03T00:00:00Z;maintenance;m\n";
    private const string Log = "2026-01-01T00:00:00+05:30\t🟩 Shop is up (200 in 339 ms) [skip ci] [upptime]\n2026-01-01T00:05:00Z\t🟥 Shop is down (0 in 0 ms) [skip ci]\n2026-01-01T00:10:00Z\t🟨 https://api.example has degraded performance (200 in 9 ms)\n2026-01-02T00:10:00Z\t📝 Update summary\nno tab at all\n2026-01-02T00:10:00Z\t🟩 Shop is up (200 in 1 ms)\n";
    private const string Summary = """[{"name":"Shop","url":"https://shop.example","slug":"shop","status":"down","uptime":"99.95%","uptimeDay":"0.00%","uptimeWeek":"100.00%","uptimeMonth":"1.38%","uptimeYear":"99.9%","dailyMinutesDown":{"2026-01-01":36,"2026-01-02":1440}}]""";
    private const string Api = """{"page":{"id":"p","name":"Shop","url":"https://status.shop.example","updated_at":"2026-02-01T00:00:00.123Z"},"incidents":[{"id":"a","name":"Slow","impact":"minor","created_at":"2026-01-01T00:00:00.000+01:00","started_at":"2026-01-01T00:00:00Z","resolved_at":"2026-01-01T02:00:00Z","components":[{"id":"c","name":"API"}],"incident_updates":[{"created_at":"2026-01-01T00:00:00Z","status":"investigating"}]},{"id":"b","name":"Open","impact":"critical","started_at":"2026-01-31T00:00:00Z","resolved_at":null}]}""";
    private const string Feed = "{\"id\":\"1\",\"url\":\"https://www.shop.example/1\",\"downtime_start\":\"2026-01-01T00:00:00Z\",\"downtime_end\":\"2026-01-01T00:00:00Z\",\"impact\":\"none\",\"updates\":[{\"at\":\"2026-01-01T00:00:00Z\"}],\"components\":[\"A\",\"B\"]}\n{\"id\":\"2\",\"downtime_start\":\"2026-01-01T00:10:00Z\",\"downtime_end\":\"2026-01-01T00:05:00Z\",\"impact\":\"major\",\"title\":\"x\\ud83d\"}\n";

    [Fact]
    public void Damaged_looks_and_incidents_as_CSV() => Mutate([LookRows, IncidentRows], bytes =>
    {
        var rows = new RowAccount();
        var (columns, looks, incidents) = CsvHistory.Read(Encoding.UTF8.GetString(bytes), new Dictionary<string, string>(), Times(), "all", rows, 1_000);
        return columns.AreIncidents ? IncidentTimelines.Build(incidents, new IncidentSource { Tool = "CSV" }, rows, Now)
            : LookTimelines.Build(looks, new LookSource { Tool = "CSV", Records = bytes.Length % 2 == 0 ? LooksRecorded.Every : LooksRecorded.Changes }, rows, Now);
    });

    [Fact]
    public void Damaged_logs_of_Upptime() => Mutate([Log], bytes =>
    {
        var rows = new RowAccount();
        var looks = UpptimeLog.Read(Encoding.UTF8.GetString(bytes).Split('\n'), bytes.Length % 2 == 0, Times(), rows, 1_000);
        return LookTimelines.Build(looks, new LookSource { Tool = "Upptime", Records = LooksRecorded.Changes, Confirms = true, Repeats = Duration.FromDays(1), Cadence = Minutes(5) }, rows, Now);
    });

    [Fact]
    public void Damaged_figures_of_Upptime() => Mutate([Summary], bytes =>
    {
        var figures = UpptimeFigure.Read(bytes);
        var ours = Looks("uuuuddddduuuu", Every(60), 60).History.Targets.Single();
        var comparison = new UpptimeComparison(UpptimeComparison.WrittenAt(figures, ours.To), deletesShort: true);
        foreach (var figure in figures)
            foreach (var beside in comparison.Compare(ours, new UpptimeSite("Shop", "", "shop", Zero, null), figure)) Assert.InRange(beside.Ours, beside.Low, beside.High);
        return null;
    });

    [Fact]
    public void Damaged_incidents_of_a_Statuspage() => Mutate([Api, Feed], bytes =>
    {
        var rows = new RowAccount();
        var read = StatuspageFeed.Read(bytes, null, true, Times(), rows, 1_000);
        return IncidentTimelines.Build(read.Incidents, new IncidentSource { Tool = "Statuspage", To = read.LastWord }, rows, Now);
    });

    [Fact]
    public void What_is_not_damaged_is_read_whole()
    {
        var rows = new RowAccount();
        var read = StatuspageFeed.Read(Encoding.UTF8.GetBytes(Api), null, true, Times(), rows, 1_000);
        Assert.Equal(("Shop", 2), (read.Page, read.Incidents.Count));
        Assert.Equal(["Shop", "API"], read.Incidents[0].Targets);
        Assert.Null(read.Incidents[1].End);
        Assert.Equal(Instant.FromUtc(2026, 2, 1, 0, 0).Plus(Duration.FromMilliseconds(123)), read.LastWord);

        rows = new RowAccount();
        var looks = UpptimeLog.Read(Log.Split('\n'), everyLine: true, Times(), rows, 1_000);
        Assert.Equal(["Shop", "Shop", "https://api.example", "Shop"], looks.Select(look => look.Target));
        Assert.Equal((6, 2), (rows.Read, rows.Count(RowFate.Rejected)));
        Assert.Equal(Instant.FromUtc(2025, 12, 31, 18, 30), looks[0].At);

        rows = new RowAccount();
        Assert.Equal(5, CsvHistory.Read(LookRows, new Dictionary<string, string>(), Times(), null, rows, 1_000).Looks.Count);
        Assert.Equal(RepairRule.LocalTime, Assert.Single(rows.Repairs).Rule); // 02:30 of 29 March is skipped in Berlin
    }

    private static SourceTime Times() => new(DateTimeZoneProviders.Tzdb["Europe/Berlin"]);

    private static void Mutate(string[] seeds, Func<byte[], ReadHistory?> read)
    {
        var random = new Random(20_260_101);
        for (var i = 0; i < Mutations; i++)
        {
            var bytes = Damaged(Encoding.UTF8.GetBytes(seeds[i % seeds.Length]), random);
            try
            {
                if (read(bytes) is not { } history) continue;
                Assert.Equal(history.Rows.Read, history.Rows.Sum());
                foreach (var target in history.Targets) Bounded.Check(target);
                foreach (var plan in ImportPlan.Make(history, "x", "y", new ImportNaming(), new LedgerProjection(), Now))
                    if (plan.Fact is { } fact) Assert.Null(ImportChecks.ProblemOf(fact, Now));
            }
            catch (Exception said) when (said is FormatException or JsonException)
            {
                Assert.NotEmpty(said.Message);
            }
            catch (Exception other) when (other is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"{other}\n{Encoding.UTF8.GetString(bytes)}");
            }
        }
    }

    private static byte[] Damaged(byte[] bytes, Random random)
    {
        var list = bytes.ToList();
        for (var times = random.Next(1, 6); times > 0 && list.Count > 0; times--)
        {
            var at = random.Next(list.Count);
            switch (random.Next(6))
            {
                case 0: list[at] = (byte)random.Next(256); break;
                case 1: list.RemoveAt(at); break;
                case 2: list.Insert(at, (byte)"0123456789-:,;\"\n\t{}[]TZ+"[random.Next(24)]); break;
                case 3: list.RemoveRange(at, Math.Min(random.Next(40), list.Count - at)); break;
                case 4: list.InsertRange(at, list.GetRange(random.Next(list.Count), 0)); list.AddRange(list.GetRange(at, Math.Min(random.Next(60), list.Count - at))); break;
                default: list[at] = (byte)('0' + random.Next(10)); break;
            }
        }
        return [.. list];
    }
}
