using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Nines.Backbone.Journal;
using Nines.Cli.Config;
using Nines.Cli.Watching.Reports;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Maintenance;
using Nines.Core.Timelines;
using Nines.Ledger;
using Nines.Reports.Periods;
using Nines.Reports.Scheduling;
using Nines.Response.Notices;
using Nines.Testing;
using NodaTime;

namespace Nines.Cli.Tests.Watching;

/// <summary>On virtual time, over a journal in memory: months go by in milliseconds.</summary>
public sealed class ReportSenderTests : IDisposable
{
    private static readonly ComponentId Shop = new("shop");
    private static readonly DateTimeZone Zurich = DateTimeZoneProviders.Tzdb["Europe/Zurich"];
    private static readonly Instant Start = Instant.FromUtc(2026, 1, 20, 0, 0);
    private readonly string folder = Directory.CreateTempSubdirectory("nines-reports-").FullName;
    private readonly ManualTimeProvider time = new(Start.ToDateTimeOffset());
    private readonly List<string> said = [];
    private MemoryJournal journal = new();
    private int batch;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private Instant Now => Instant.FromDateTimeOffset(time.GetUtcNow());

    private ScheduledReport Monthly(string? file = null, Uri? webhook = null, string? secret = null, ReportFormat format = ReportFormat.Json, int day = 1, LocalTime? at = null) => new(
        "board", new ReportSchedule(PeriodKind.Month, new MaintenanceRule.Recurring("board", [Shop], new DayRule.DayOfMonth(day), at ?? new LocalTime(8, 0), Duration.FromMinutes(1), Zurich), Zurich),
        format, null, null, webhook is null ? Path.Combine(folder, file ?? "{period}.json") : null, webhook, secret);

    private ReportSender Sender(params ScheduledReport[] reports) =>
        new(journal, reports, new ReportPress(null, _ => throw new InvalidOperationException()), new NoticeOptions { Attempts = 3, FirstWait = TimeSpan.FromMinutes(1) }, time, said.Add);

    private Task RecordAsync(params Fact[] facts) => journal.AppendAsync(new Append("watch", $"b{++batch}", facts));

    private Task BeginAsync() => RecordAsync(
        new ConfigLoaded(Now, "d", """{"reports":[{"name":"board"}]}""", "0.4.0", "2026a", [new ComponentSummary(Shop, ComponentKind.Dapp, ImmutableSortedDictionary<string, string>.Empty, [], ["eu"], Duration.FromSeconds(35))]),
        new WatchStarted(Now, "run-1", "host"), new TimelineRevised(Now, Shop, null, Now, [Up(Now)]));

    private static Segment Up(Instant from) => new(from, State.Up, State.Up, State.Up);

    private Task OutAsync(Instant from, Instant to, string name) => RecordAsync(new TimelineRevised(Now, Shop, null, from,
        [new Segment(from, State.Down, State.Down, State.Down) { Outage = name, Cause = new Cause(CauseKind.Technical, "refused") }, Up(to)]));

    /// <summary>Watches on, with a look of the sender each hour.</summary>
    private async Task GoOnAsync(Instant until, ReportSender? sender)
    {
        while (Now < until)
        {
            time.Advance(TimeSpan.FromHours(1));
            await RecordAsync(new Watched(Now, "run-1", []));
            if (sender is not null) await sender.StepAsync(CancellationToken.None);
        }
    }

    private async Task<List<ReportSent>> SentAsync() => [.. (await journal.ReadAsync(JournalPosition.Start, 100_000)).Select(entry => entry.Fact).OfType<ReportSent>()];

    private string[] Files => [.. Directory.GetFiles(folder).Select(path => Path.GetFileName(path)!).Order()];

    [Fact]
    public async Task Each_month_is_sent_once_when_it_is_due_as_of_the_position_at_which_that_was_judged()
    {
        await BeginAsync();
        using var sender = Sender(Monthly());
        await GoOnAsync(Instant.FromUtc(2026, 4, 2, 0, 0), sender);
        Assert.Equal(["2026-01.json", "2026-02.json", "2026-03.json"], Files);
        var sent = await SentAsync();
        Assert.Equal(["2026-01", "2026-02", "2026-03"], sent.Select(one => one.Period));
        // 08:00 in Zurich: winter, winter, summer.
        Assert.Equal([Instant.FromUtc(2026, 2, 1, 7, 0), Instant.FromUtc(2026, 3, 1, 7, 0), Instant.FromUtc(2026, 4, 1, 6, 0)], sent.Select(one => one.At));
        foreach (var one in sent)
        {
            var then = await LedgerProjection.LoadAsync(journal, new JournalPosition(one.Position));
            var before = await LedgerProjection.LoadAsync(journal, new JournalPosition(one.Position - 1));
            Assert.True(then.WatchedUntil >= one.At && before.WatchedUntil < one.At);
            Assert.Equal(one.Position, (long)JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder, $"{one.Period}.json")))!["as_of_position"]!);
        }
    }

    [Fact]
    public async Task A_restart_sends_nothing_twice_and_makes_up_for_what_fell_due_while_it_was_off()
    {
        await BeginAsync();
        using (var first = Sender(Monthly())) await GoOnAsync(Instant.FromUtc(2026, 2, 3, 0, 0), first);
        await GoOnAsync(Instant.FromUtc(2026, 4, 5, 0, 0), null); // watched on, but nobody sent
        using var second = Sender(Monthly());
        for (var i = 0; i < 5; i++) await second.StepAsync(CancellationToken.None);
        Assert.Equal(["2026-01", "2026-02", "2026-03"], (await SentAsync()).Select(one => one.Period));
        // February's is as it would have been on the first of March.
        var february = (await SentAsync())[1];
        Assert.True((await LedgerProjection.LoadAsync(journal, new JournalPosition(february.Position))).WatchedUntil == Instant.FromUtc(2026, 3, 1, 7, 0));
    }

    [Fact]
    public async Task A_process_that_dies_between_delivering_and_recording_delivers_the_same_bytes_and_records_once()
    {
        await BeginAsync();
        await GoOnAsync(Instant.FromUtc(2026, 2, 1, 8, 0), null);
        journal.HoldAcknowledgements();
        var first = Sender(Monthly());
        var dying = first.StepAsync(CancellationToken.None);
        while (journal.Unacknowledged == 0) await Task.Yield(); // delivered, and about to be recorded
        var path = Path.Combine(folder, "2026-01.json");
        var bytes = await File.ReadAllBytesAsync(path);
        journal = journal.Crash();
        await Assert.ThrowsAsync<JournalException>(() => dying);
        first.Dispose();
        File.Delete(path);

        using var second = Sender(Monthly());
        await second.StepAsync(CancellationToken.None);
        await second.StepAsync(CancellationToken.None);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(path));
        Assert.Single(await SentAsync());
    }

    [Fact]
    public async Task What_fell_due_before_the_report_was_in_the_config_is_not_sent()
    {
        await BeginAsync();
        using var sender = Sender(Monthly());
        await sender.StepAsync(CancellationToken.None);
        await GoOnAsync(Instant.FromUtc(2026, 1, 31, 0, 0), sender);
        Assert.Empty(await SentAsync());
    }

    [Fact]
    public async Task A_report_waits_until_all_up_to_its_instant_is_judged()
    {
        await BeginAsync();
        await GoOnAsync(Instant.FromUtc(2026, 2, 1, 6, 0), null);
        using var sender = Sender(Monthly());
        time.Advance(TimeSpan.FromHours(30)); // nobody watches
        await sender.StepAsync(CancellationToken.None);
        Assert.Empty(await SentAsync());
        await RecordAsync(new Watched(Now, "run-1", []));
        await sender.StepAsync(CancellationToken.None);
        Assert.Single(await SentAsync());
    }

    [Fact]
    public async Task A_file_that_cannot_be_written_is_tried_again_and_then_told_and_recorded()
    {
        await BeginAsync();
        await File.WriteAllTextAsync(Path.Combine(folder, "taken"), "a file where a folder should be");
        using var sender = Sender(Monthly("taken/{period}.json"));
        await GoOnAsync(Instant.FromUtc(2026, 2, 1, 12, 0), sender);
        var sent = Assert.Single(await SentAsync());
        Assert.Contains("after 3 attempts", sent.Failed);
        Assert.Equal(2, said.Count(line => line.Contains("the next in")));
        Assert.Contains(said, line => line.Contains("`nines report send board --period 2026-01` sends it by hand."));
        await GoOnAsync(Instant.FromUtc(2026, 2, 3, 0, 0), sender);
        Assert.Single(await SentAsync());
    }

    [Fact]
    public async Task A_report_whose_figures_changed_since_is_told_in_the_next()
    {
        await BeginAsync();
        using var sender = Sender(Monthly());
        await GoOnAsync(Instant.FromUtc(2026, 2, 2, 0, 0), sender);
        // A late fact: it was down for a day of January.
        var february = Now;
        await OutAsync(Instant.FromUtc(2026, 1, 25, 0, 0), Instant.FromUtc(2026, 1, 26, 0, 0), "shop-1");
        await GoOnAsync(Instant.FromUtc(2026, 4, 2, 0, 0), sender);
        string[] Corrections(string month) => [.. JsonNode.Parse(File.ReadAllText(Path.Combine(folder, $"{month}.json")))!["corrections"]!.AsArray().Select(one => (string)one!)];
        Assert.Empty(Corrections("2026-01"));
        var told = Assert.Single(Corrections("2026-02"));
        Assert.StartsWith("2026-01 was reported as 100.000 % (as of position ", told);
        Assert.Contains("it is 91.", told);
    }

    [Fact]
    public async Task A_daily_rule_sends_each_month_once_and_a_rule_in_a_skipped_hour_is_moved()
    {
        await BeginAsync();
        var daily = Monthly() with { Schedule = new ReportSchedule(PeriodKind.Month, new MaintenanceRule.Recurring("board", [Shop], new DayRule.EveryDay(), new LocalTime(2, 30), Duration.FromMinutes(1), Zurich), Zurich) };
        using var sender = Sender(daily);
        await GoOnAsync(Instant.FromUtc(2026, 4, 2, 0, 0), sender);
        Assert.Equal(["2025-12", "2026-01", "2026-02", "2026-03"], (await SentAsync()).Select(one => one.Period));

        // The 29th of March has no 02:30 in Zurich, and the 25th of October has two.
        var yearly = daily.Schedule with { Rule = new MaintenanceRule.Recurring("board", [Shop], new DayRule.Weekdays([IsoDayOfWeek.Sunday]), new LocalTime(2, 30), Duration.FromMinutes(1), Zurich), Kind = PeriodKind.Week };
        var march = yearly.Between(Instant.FromUtc(2026, 3, 28, 0, 0), Instant.FromUtc(2026, 3, 30, 0, 0)).Single();
        Assert.Equal((Instant.FromUtc(2026, 3, 29, 1, 30), "2026-W12"), (march.At, march.Period.Name));
        var october = yearly.Between(Instant.FromUtc(2026, 10, 24, 0, 0), Instant.FromUtc(2026, 10, 26, 0, 0)).Single();
        Assert.Equal(Instant.FromUtc(2026, 10, 25, 0, 30), october.At);
    }

    [Fact]
    public async Task A_webhook_is_given_a_signed_cloud_event_with_the_same_id_each_time()
    {
        using var receiver = new Receiver("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
        await BeginAsync();
        await GoOnAsync(Instant.FromUtc(2026, 2, 1, 8, 0), null);
        using var sender = Sender(Monthly(webhook: receiver.Address, secret: "hush", format: ReportFormat.Markdown));
        await sender.StepAsync(CancellationToken.None);
        Assert.Empty(await SentAsync());
        time.Advance(TimeSpan.FromMinutes(2));
        await sender.StepAsync(CancellationToken.None);
        Assert.Null(Assert.Single(await SentAsync()).Failed);

        Assert.Equal(2, receiver.Requests.Count);
        var events = receiver.Requests.Select(request => JsonNode.Parse(request.Body)!).ToList();
        Assert.All(events, one => Assert.Equal(("1.0", "report/board/2026-01", "nines.report", "board", "2026-02-01T07:00:00Z"),
            ((string?)one["specversion"], (string?)one["id"], (string?)one["type"], (string?)one["subject"], (string?)one["time"])));
        Assert.StartsWith("# Availability report, January 2026", (string?)events[0]["data"]!["content"]);
        foreach (var request in receiver.Requests)
        {
            var (t, v1) = request.Head.Split("Nines-Signature: ")[1].Split("\r\n")[0].Split(',') is [var stamp, var signature] ? (stamp[2..], signature[3..]) : default;
            Assert.Equal(Convert.ToHexStringLower(HMACSHA256.HashData("hush"u8, Encoding.UTF8.GetBytes($"{t}.{request.Body}"))), v1);
        }
        Assert.DoesNotContain(said, line => line.Contains(receiver.Address.Authority) || line.Contains("hush"));
    }

    [Fact]
    public async Task A_report_above_the_limit_of_its_webhook_is_left_out_of_the_event_which_says_where_it_is()
    {
        using var receiver = new Receiver("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n", "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
        await BeginAsync();
        await GoOnAsync(Instant.FromUtc(2026, 2, 1, 8, 0), null);
        var order = Monthly(webhook: receiver.Address, secret: "hush", format: ReportFormat.Html) with { Only = [Shop], Policy = "strict" };
        using (var sender = Sender(order with { MostKib = 4 })) await sender.StepAsync(CancellationToken.None);
        var small = receiver.Requests.Single();
        Assert.True(small.Body.Length < 4096);
        var data = JsonNode.Parse(small.Body)!["data"]!;
        var left = data["left_out"]!;
        Assert.Equal((null, "NIN4296", 4, "/api/v1/reports/period?period=2026-01&format=html&zone=Europe%2FZurich&policy=strict&component=shop"), (data["content"], (string?)left["code"], (int?)left["most_kib"], (string?)left["path"]));
        Assert.Equal($"nines report monthly --period 2026-01 --as-of {data["as_of_position"]} --zone Europe/Zurich --policy strict --component shop -o html", (string?)left["command"]);
        Assert.StartsWith("100.000 %", (string?)left["availability"]);
        Assert.True((int?)left["kib"] > 4);
        Assert.Null(Assert.Single(await SentAsync()).Failed);
        Assert.Contains(said, line => line.Contains("NIN4296: with the report the event has ") && line.Contains("KiB, above most_kib (4)"));
        var whole = (int)left["kib"]!;

        // The same report under a limit that it fits is there whole.
        journal = new MemoryJournal();
        await BeginAsync();
        await GoOnAsync(Instant.FromUtc(2026, 3, 1, 8, 0), null);
        using (var sender = Sender(order with { MostKib = whole * 2 })) await sender.StepAsync(CancellationToken.None);
        Assert.StartsWith("<!DOCTYPE html>", (string?)JsonNode.Parse(receiver.Requests[^1].Body)!["data"]!["content"], StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Answers one request after the other on a port of its own.</summary>
    private sealed class Receiver : IDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);

        public Receiver(params string[] answers)
        {
            listener.Start();
            Address = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/in");
            _ = AnswerAsync(answers);
        }

        public Uri Address { get; }
        public List<(string Head, string Body)> Requests { get; } = [];

        private async Task AnswerAsync(string[] answers)
        {
            foreach (var answer in answers)
            {
                using var client = await listener.AcceptTcpClientAsync();
                await using var stream = client.GetStream();
                var received = new MemoryStream();
                var buffer = new byte[65_536];
                int end = -1, length = 0;
                while (end < 0 || received.Length < end + 4 + length)
                {
                    received.Write(buffer, 0, await stream.ReadAsync(buffer));
                    var text = Encoding.Latin1.GetString(received.ToArray());
                    end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
                    if (end >= 0) length = int.Parse(text[..end].Split("Content-Length: ")[1].Split("\r\n")[0], System.Globalization.CultureInfo.InvariantCulture);
                }
                var whole = received.ToArray();
                lock (Requests) Requests.Add((Encoding.Latin1.GetString(whole, 0, end), Encoding.UTF8.GetString(whole, end + 4, length)));
                await stream.WriteAsync(Encoding.ASCII.GetBytes(answer));
            }
        }

        public void Dispose() => listener.Dispose();
    }
}
