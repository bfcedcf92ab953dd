using System.CommandLine;
using System.Globalization;
using System.Text;
using Nines.Cli.Output;
using Nines.Cli.Verbs.Keeping;
using Nines.Cli.Verbs.Reading;
using Nines.Cli.Verbs;
using Nines.Testing;
using SQLitePCL;

namespace Nines.Cli.Tests.Verbs;

/// <summary>Databases with the tables that Uptime Kuma and Gatus make, as far as they are read.</summary>
public sealed class DatabaseImportTests : IDisposable
{
    private const string KumaTables = """
        CREATE TABLE monitor (id INTEGER PRIMARY KEY AUTOINCREMENT, name VARCHAR(150), active BOOLEAN NOT NULL DEFAULT 1, interval INTEGER NOT NULL DEFAULT 20, url TEXT, type VARCHAR(20),
          maxretries INTEGER NOT NULL DEFAULT 0, upside_down BOOLEAN NOT NULL DEFAULT 0, retry_interval INTEGER NOT NULL DEFAULT 0, timeout DOUBLE NOT NULL DEFAULT 0);
        CREATE TABLE heartbeat (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, important BOOLEAN NOT NULL DEFAULT 0, monitor_id INTEGER NOT NULL REFERENCES monitor(id) ON DELETE CASCADE ON UPDATE CASCADE,
          status SMALLINT NOT NULL, msg TEXT, time DATETIME NOT NULL, ping INTEGER, duration INTEGER NOT NULL DEFAULT 0, down_count INTEGER NOT NULL DEFAULT 0);
        """;

    private const string KumaTablesOf2 = """
        ALTER TABLE heartbeat ADD end_time DATETIME DEFAULT NULL;
        ALTER TABLE heartbeat ADD retries INTEGER NOT NULL DEFAULT 0;
        CREATE TABLE stat_hourly (id INTEGER PRIMARY KEY, monitor_id INTEGER NOT NULL, timestamp INTEGER NOT NULL, ping FLOAT NOT NULL, up SMALLINT NOT NULL, down SMALLINT NOT NULL, extras TEXT, UNIQUE (monitor_id, timestamp));
        CREATE TABLE stat_daily (id INTEGER PRIMARY KEY, monitor_id INTEGER NOT NULL, timestamp INTEGER NOT NULL, ping FLOAT NOT NULL, up SMALLINT NOT NULL, down SMALLINT NOT NULL, extras TEXT, UNIQUE (monitor_id, timestamp));
        """;

    private const string GatusTables = """
        CREATE TABLE endpoints (endpoint_id INTEGER PRIMARY KEY, endpoint_key TEXT UNIQUE, endpoint_name TEXT, endpoint_group TEXT, UNIQUE(endpoint_name, endpoint_group));
        CREATE TABLE endpoint_events (endpoint_event_id INTEGER PRIMARY KEY, endpoint_id INTEGER REFERENCES endpoints(endpoint_id) ON DELETE CASCADE, event_type TEXT, event_timestamp TIMESTAMP);
        CREATE TABLE endpoint_results (endpoint_result_id INTEGER PRIMARY KEY, endpoint_id INTEGER REFERENCES endpoints(endpoint_id) ON DELETE CASCADE, success INTEGER, errors TEXT, connected INTEGER,
          status INTEGER, dns_rcode TEXT, certificate_expiration INTEGER, domain_expiration INTEGER, hostname TEXT, ip TEXT, duration INTEGER, timestamp TIMESTAMP);
        CREATE TABLE endpoint_uptimes (endpoint_uptime_id INTEGER PRIMARY KEY, endpoint_id INTEGER REFERENCES endpoints(endpoint_id) ON DELETE CASCADE, hour_unix_timestamp INTEGER, total_executions INTEGER,
          successful_executions INTEGER, total_response_time INTEGER, UNIQUE(endpoint_id, hour_unix_timestamp));
        """;

    private static readonly DateTime Zero = new(2026, 5, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly string folder = Directory.CreateTempSubdirectory("nines-databases-").FullName;
    private readonly ManualTimeProvider time = new(new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero));

    private string Data => Path.Combine(folder, "data");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    static DatabaseImportTests() => Batteries_V2.Init();

    private async Task<(int Exit, string Out, string Error)> RunAsync(params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        var screen = new Screen { Out = output, Error = error, IsTerminal = false, HasColor = false, Width = 160 };
        var context = ReadContext.Of((_, _) => Data, time, screen);
        var exit = await Shell.RunAsync(new RootCommand { ImportVerb.Create(context), GetVerb.Create(context), ExplainVerb.Create(context) }, arguments, screen);
        return (exit, output.ToString(), error.ToString());
    }

    private string Database(string name, params string[] statements)
    {
        var path = Path.Combine(folder, name);
        using var open = Opened(path);
        foreach (var statement in statements) Execute(open, statement);
        return path;
    }

    private static sqlite3 Opened(string path)
    {
        Assert.Equal(raw.SQLITE_OK, raw.sqlite3_open(path, out var database));
        return database;
    }

    private static void Execute(sqlite3 database, string sql) => Assert.True(raw.sqlite3_exec(database, sql) == raw.SQLITE_OK, raw.sqlite3_errmsg(database).utf8_to_string());

    private static string At(double seconds) => Zero.AddSeconds(seconds).ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);

    /// <summary>One beat a character, a minute apart: 0, 1, 2, 3, - (none).</summary>
    private static string Beats(int monitor, string statuses, double from = 0)
    {
        var sql = new StringBuilder();
        var last = -1;
        for (var i = 0; i < statuses.Length; i++)
        {
            if (statuses[i] == '-') continue;
            sql.Append(CultureInfo.InvariantCulture, $"INSERT INTO heartbeat (monitor_id, important, status, msg, time, ping, duration) VALUES ({monitor}, {(last < 0 || statuses[last] != statuses[i] ? 1 : 0)}, {statuses[i]}, 'said', '{At(from + i * 60)}', 120, {(last < 0 ? 0 : (i - last) * 60)});");
            last = i;
        }
        return sql.ToString();
    }

    private const string Shop = "INSERT INTO monitor (id, name, interval, retry_interval, maxretries, timeout) VALUES (1, 'Shop', 60, 20, 3, 48);";

    [Fact]
    public async Task Beats_of_Kuma_1_are_looks_and_pending_ones_began_the_outage()
    {
        var file = Database("kuma.db", KumaTables, Shop, Beats(1, "1111122200011111"));
        var (exit, output, error) = await RunAsync("import", "kuma", file);
        Assert.True(exit == 0, error);
        Assert.Contains("kuma kuma.db: 16 rows read = 16 used", output, StringComparison.Ordinal);
        Assert.Contains("take", output, StringComparison.Ordinal);
        var outages = (await RunAsync("get", "outages", "-o", "json")).Out;
        // Up at 4 min, pending from 5 min on for up to the time-out of 48 s; down at 10, up at 11 min within 120 ms.
        Assert.Contains("\"began_earliest\": \"2026-05-01T00:04:00Z\"", outages, StringComparison.Ordinal);
        Assert.Contains("\"began_latest\": \"2026-05-01T00:05:48Z\"", outages, StringComparison.Ordinal);
        Assert.Contains("\"ended_earliest\": \"2026-05-01T00:10:00Z\"", outages, StringComparison.Ordinal);
        Assert.Contains("\"ended_latest\": \"2026-05-01T00:11:00.12Z\"", outages, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kumas_own_uptime_stands_beside_with_what_makes_the_difference()
    {
        var file = Database("kuma.db", KumaTables, Shop, Beats(1, new string('1', 20) + "000" + "3333" + new string('1', 20) + new string('-', 30) + "11111"));
        var (exit, output, error) = await RunAsync("import", "kuma", file, "-o", "json");
        Assert.True(exit == 0, error);
        // Its seconds: 81 beats' worth in all, 3 of them down.
        Assert.Contains("\"theirs\": 96.2963", output, StringComparison.Ordinal);
        Assert.Contains("\"maintenance_is_up\"", output, StringComparison.Ordinal);
        Assert.Contains("\"unseen_time\"", output, StringComparison.Ordinal);
        Assert.Contains("\"unexplained\": 0", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_Kuma_2_deleted_is_known_from_its_totals_and_an_outage_began_before_its_retries()
    {
        var totals = string.Concat(Enumerable.Range(0, 24).Where(hour => hour is not (10 or 11)).Select(hour =>
            $"INSERT INTO stat_hourly (monitor_id, timestamp, ping, up, down) VALUES (1, {new DateTimeOffset(Zero).ToUnixTimeSeconds() + hour * 3600}, 1, {(hour == 6 ? 40 : 60)}, {(hour == 6 ? 20 : 0)});"));
        string Change(int status, double minutes, int retries) => $"INSERT INTO heartbeat (monitor_id, important, status, msg, time, end_time, ping, duration, retries) VALUES (1, 1, {status}, 'changed', '{At(minutes * 60)}', '{At(minutes * 60 + 2)}', 1, 60, {retries});";
        var file = Database("kuma.db", KumaTables, KumaTablesOf2, Shop, Change(1, 0, 0), Change(0, 370, 3), Change(1, 390, 0), totals,
            $"INSERT INTO stat_daily (monitor_id, timestamp, ping, up, down) VALUES (1, {new DateTimeOffset(Zero).ToUnixTimeSeconds()}, 1, 1300, 20);", Beats(1, "111111111111", 23 * 3600));
        var (exit, output, error) = await RunAsync("import", "kuma", file);
        Assert.True(exit == 0, error);
        var outages = (await RunAsync("get", "outages", "-o", "json")).Out;
        // Down at 6:10:00 after 3 retries of 20 s, each of up to 48 s: the first failing beat lies at 6:09:00 at the latest, and the good one 1 min 48 s before the earliest.
        Assert.Contains("\"began_earliest\": \"2026-05-01T06:04:48Z\"", outages, StringComparison.Ordinal);
        Assert.Contains("\"began_latest\": \"2026-05-01T06:09:02Z\"", outages, StringComparison.Ordinal);
        Assert.Contains("\"ended_latest\": \"2026-05-01T06:30:02Z\"", outages, StringComparison.Ordinal);
        Assert.Contains("98.48", output, StringComparison.Ordinal); // 1300 of 1320 beats
        var timeline = (await RunAsync("get", "components", "-o", "json")).Out;
        Assert.Contains("shop", timeline, StringComparison.Ordinal);
        Assert.Contains("stat_hourly", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_live_database_with_a_write_ahead_log_is_read_and_left_as_it_is()
    {
        var path = Path.Combine(folder, "kuma.db");
        using var open = Opened(path);
        Execute(open, "PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0;" + KumaTables + Shop);
        Execute(open, Beats(1, "1110001111"));
        var before = Directory.GetFiles(folder).Order().Select(file => (file, new FileInfo(file).Length, File.GetLastWriteTimeUtc(file))).ToList();
        var (exit, output, error) = await RunAsync("import", "kuma", path, "--dry-run");
        Assert.True(exit == 0, error);
        Assert.Contains("10 rows read = 10 used", output, StringComparison.Ordinal);
        Assert.Equal(before, Directory.GetFiles(folder).Order().Select(file => (file, new FileInfo(file).Length, File.GetLastWriteTimeUtc(file))));
    }

    [Fact]
    public async Task A_copy_without_its_write_ahead_log_says_that_the_newest_rows_may_be_missing()
    {
        var file = Database("kuma.db", "PRAGMA journal_mode = WAL;", KumaTables, Shop, Beats(1, "1111"));
        using var live = Opened(file);
        Execute(live, Beats(1, "1111", from: 240));
        const string Said = "No kuma.db-wal lies beside it: right when its program was stopped.";
        Assert.DoesNotContain(Said, (await RunAsync("import", "kuma", file, "--dry-run")).Out, StringComparison.Ordinal);
        var folderOfCopy = Directory.CreateDirectory(Path.Combine(folder, "copy")).FullName;
        File.Copy(file, Path.Combine(folderOfCopy, "kuma.db"));
        var (_, output, _) = await RunAsync("import", "kuma", Path.Combine(folderOfCopy, "kuma.db"), "--dry-run");
        Assert.Contains("4 rows read", output, StringComparison.Ordinal);
        Assert.Contains(Said, output, StringComparison.Ordinal);
        Assert.DoesNotContain(Said, (await RunAsync("import", "kuma", Database("plain.db", KumaTables, Shop, Beats(1, "1111")), "--dry-run")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_of_Kuma_that_tell_nothing_are_rejected_and_listed()
    {
        var file = Database("kuma.db", KumaTables, Shop, Beats(1, "111111"), "PRAGMA foreign_keys = OFF; INSERT INTO heartbeat (monitor_id, status, time) VALUES (9, 1, '2026-05-01 00:00:00'), (1, 7, '2026-05-01 00:10:00'), (1, 1, 'yesterday');");
        var (exit, output, error) = await RunAsync("import", "kuma", file, "--dry-run");
        Assert.True(exit == 0, error);
        Assert.Contains("9 rows read = 6 used + 0 repaired + 0 merged + 3 rejected", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Local_times_of_an_old_Kuma_are_read_in_the_zone_that_is_named()
    {
        var file = Database("kuma.db", KumaTables, Shop, Beats(1, "1110001111"));
        await RunAsync("import", "kuma", file, "--time-zone", "Europe/Berlin");
        Assert.Contains("2026-04-30T22:02:00Z", (await RunAsync("get", "outages", "-o", "json")).Out, StringComparison.Ordinal);
    }

    private static string GoTime(double seconds) => Zero.AddSeconds(seconds).ToString("yyyy-MM-dd HH:mm:ss.fffffff", CultureInfo.InvariantCulture) + " +0000 UTC";

    private static string Gatus(string results, double from) => string.Concat(results.Select((one, i) =>
        $"INSERT INTO endpoint_results (endpoint_id, success, errors, duration, timestamp) VALUES (1, {one}, '{(one == '0' ? "refused|~|again" : "")}', 500000000, '{GoTime(from + i * 60)}');"));

    private static string Event(string type, double seconds) => $"INSERT INTO endpoint_events (endpoint_id, event_type, event_timestamp) VALUES (1, '{type}', '{GoTime(seconds)}');";

    private static string Total(int hour, int all, int good) => $"INSERT INTO endpoint_uptimes (endpoint_id, hour_unix_timestamp, total_executions, successful_executions) VALUES (1, {new DateTimeOffset(Zero).ToUnixTimeSeconds() + hour * 3600}, {all}, {good});";

    private const string Endpoint = "INSERT INTO endpoints VALUES (1, 'core_shop', 'shop', 'core');";

    [Fact]
    public async Task Results_of_Gatus_are_looks_events_are_changes_and_totals_say_what_was_watched()
    {
        // Watched from midnight on; down from 2:00 to 2:30 (events), 5:00 to 6:59 unwatched, results from 10:00 on with an outage of 3 looks.
        var totals = string.Concat(Enumerable.Range(0, 11).Where(hour => hour is not (5 or 6)).Select(hour => Total(hour, 60, hour == 2 ? 30 : 60)));
        var file = Database("gatus.db", GatusTables, Endpoint, Event("START", 0), Event("HEALTHY", 0.05), Event("UNHEALTHY", 7200), Event("HEALTHY", 9000), Event("UNHEALTHY", 36_600), totals, Gatus("1111111111" + "000" + "1111111", 36_000));
        var (exit, output, error) = await RunAsync("import", "gatus", file);
        Assert.True(exit == 0, error);
        Assert.Contains("core-shop", output, StringComparison.Ordinal);
        Assert.Contains("34 rows read", output, StringComparison.Ordinal);
        var outages = (await RunAsync("get", "outages", "-o", "json")).Out;
        Assert.Contains("\"began_earliest\": \"2026-05-01T01:58:40Z\"", outages, StringComparison.Ordinal); // a look, and its time-out, before the event's
        Assert.Contains("\"began_latest\": \"2026-05-01T02:00:00Z\"", outages, StringComparison.Ordinal);
        Assert.Contains("\"ended_latest\": \"2026-05-01T02:30:00Z\"", outages, StringComparison.Ordinal);
        Assert.Contains("\"began_earliest\": \"2026-05-01T10:08:59.5Z\"", outages, StringComparison.Ordinal);
        Assert.Contains("\"began_latest\": \"2026-05-01T10:10:00Z\"", outages, StringComparison.Ordinal);
        Assert.Contains("refused; again", (await RunAsync("explain", "outage", "core-shop-i2")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_events_are_deleted_totals_give_bounds_of_an_hour()
    {
        var totals = Total(0, 60, 60) + Total(1, 60, 45) + Total(2, 60, 0) + Total(3, 60, 60) + Total(4, 60, 59) + Total(5, 60, 60);
        var file = Database("gatus.db", GatusTables, Endpoint, Event("HEALTHY", 6 * 3600), totals, Gatus("1111111111", 6 * 3600));
        var (exit, output, error) = await RunAsync("import", "gatus", file);
        Assert.True(exit == 0, error);
        Assert.Contains("single_look", output, StringComparison.Ordinal); // 59 of 60
        var outages = (await RunAsync("get", "outages", "-o", "json")).Out;
        Assert.Contains("\"began_earliest\": \"2026-05-01T00:58:50Z\"", outages, StringComparison.Ordinal);
        Assert.Contains("\"began_latest\": \"2026-05-01T02:01:00Z\"", outages, StringComparison.Ordinal);
        Assert.Contains("\"ended_earliest\": \"2026-05-01T02:58:50Z\"", outages, StringComparison.Ordinal);
        Assert.Contains("\"ended_latest\": \"2026-05-01T03:01:00Z\"", outages, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kuma")]
    [InlineData("gatus")]
    public async Task What_is_no_such_database_is_refused_with_the_reason(string source)
    {
        var none = Path.Combine(folder, "none.db");
        Assert.Contains("NIN4210", (await RunAsync("import", source, none)).Error, StringComparison.Ordinal);
        var text = Path.Combine(folder, "text.db");
        await File.WriteAllTextAsync(text, new string('x', 10_000), TestContext.Current.CancellationToken);
        Assert.Contains("NIN4218", (await RunAsync("import", source, text)).Error, StringComparison.Ordinal);
        Assert.Contains("no table", (await RunAsync("import", source, Database("other.db", "CREATE TABLE x (y);"))).Error, StringComparison.Ordinal);
        var old = Database("old.db", "CREATE TABLE monitor (id, name, interval); CREATE TABLE heartbeat (id, status); CREATE TABLE endpoints (endpoint_id, endpoint_name);");
        Assert.Contains("is of a version", (await RunAsync("import", source, old)).Error, StringComparison.Ordinal);
        var view = Database("view.db", "CREATE VIEW monitor AS SELECT 1 AS id, 'x' AS name, 60 AS interval; CREATE VIEW endpoints AS SELECT 1 AS endpoint_id, 'x' AS endpoint_name, 'y' AS endpoint_group;");
        Assert.Contains("NIN4218", (await RunAsync("import", source, view)).Error, StringComparison.Ordinal);
        Assert.Contains("NIN4210", (await RunAsync("import", source, folder)).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kuma")]
    [InlineData("gatus")]
    public async Task Damaged_databases_are_read_or_refused_and_every_row_is_accounted_for(string source)
    {
        var whole = await File.ReadAllBytesAsync(source == "kuma" ? Database("whole.db", KumaTables, KumaTablesOf2, Shop, Beats(1, "11112220001113331111"))
            : Database("whole.db", GatusTables, Endpoint, Event("HEALTHY", 0), Total(0, 60, 50), Gatus("11100011", 0)), TestContext.Current.CancellationToken);
        var random = new Random(4_218);
        var damaged = Path.Combine(folder, "damaged.db");
        for (var i = 0; i < 200; i++)
        {
            var bytes = (byte[])whole.Clone();
            for (var edits = random.Next(1, 20); edits > 0; edits--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            await File.WriteAllBytesAsync(damaged, i % 5 == 0 ? bytes[..random.Next(bytes.Length)] : bytes, TestContext.Current.CancellationToken);
            var (exit, output, error) = await RunAsync("import", source, damaged, "--dry-run");
            Assert.True(exit is 0 or 1 or 2 or 4, $"{i}: {exit} {error}");
            if (exit is 2 or 4) Assert.Contains("NIN42", error, StringComparison.Ordinal);
            else Assert.Contains("rows read", output, StringComparison.Ordinal);
        }
    }
}
