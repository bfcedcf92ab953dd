using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Nines.Backbone.Embedded;
using Nines.Backbone.Journal;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Ledger;
using Nines.Testing;

namespace Nines.EndToEnd.Tests;

/// <summary>A watch that runs is told things: the real executable on both sides.</summary>
public sealed class OperateTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static string Probed(string name, string url) => $"  - {{name: {name}, kind: dapp, probes: [{{http: '{url}', every: 1s, timeout: 1s, conditions: ['body contains \"well\"']}}]}}\n";

    private static Task WriteAsync(TemporaryFolder folder, params string[] components) =>
        File.WriteAllTextAsync(Path.Combine(folder.Path, "nines.yaml"), $"data: ./data\nlisten: '127.0.0.1:0'\ncomponents:\n{string.Concat(components)}", Stop);

    private static async Task<LedgerProjection> LedgerAsync(TemporaryFolder folder)
    {
        await using var journal = await SqliteJournal.OpenReadOnlyAsync(Path.Combine(folder.Path, "data"), TimeProvider.System, cancellation: Stop);
        return await LedgerProjection.LoadAsync(journal, Stop);
    }

    private static Task UntilUpAsync(TemporaryFolder folder, params string[] components) => UntilAsync(folder, $"{string.Join(", ", components)} up on record", ledger =>
        components.All(component => ledger.Find(new ComponentId(component))?.Latest?.Likely == State.Up));

    private static Task UntilAsync(TemporaryFolder folder, string what, Func<LedgerProjection, bool> isSo) =>
        Patience.UntilAsync(what, async () => isSo(await LedgerAsync(folder)), pause: TimeSpan.FromMilliseconds(100), cancellation: Stop);

    /// <summary>
    /// Whether the watch says that each look was in time and answered. Where a machine does so much else that looks were late or missed, what
    /// they would have seen is unknown, as it should be, and nothing can be said of gaps.
    /// </summary>
    private static async Task<bool> CouldLookAsync(NinesProcess nines)
    {
        using var client = new HttpClient();
        var metrics = await client.GetStringAsync(new Uri($"http://{Regex.Match(nines.Said, @"Listening on (\S+)\.\r?\n").Groups[1].Value}/metrics"), Stop);
        double Of(string name) => Regex.Matches(metrics, $@"^{Regex.Escape(name)} (\S+)", RegexOptions.Multiline) is [var only] ? double.Parse(only.Groups[1].Value, CultureInfo.InvariantCulture) : 0;
        Assert.Contains("nines_scheduler_lateness_max_seconds ", metrics, StringComparison.Ordinal);
        return Of("nines_scheduler_lateness_max_seconds") < 0.4 && Of("nines_looks_missed_total") == 0
            && Of("nines_probes_total{outcome=\"timed_out\"}") == 0 && Of("nines_probes_total{outcome=\"probe_fault\"}") == 0;
    }

    private static async Task SignalAsync(NinesProcess nines, string signal)
    {
        using var kill = System.Diagnostics.Process.Start("kill", [$"-{signal}", nines.Id.ToString(CultureInfo.InvariantCulture)])!;
        await kill.WaitForExitAsync(Stop);
    }

    [Fact]
    public async Task A_look_that_somebody_asks_for_is_judged_and_on_record_with_who_asked()
    {
        await using var server = new SwitchedServer();
        using var folder = new TemporaryFolder();
        await WriteAsync(folder, Probed("shop", server.Url).Replace("every: 1s", "every: 5m", StringComparison.Ordinal));
        await using var nines = NinesProcess.Start(folder.Path, "up");
        await nines.SaysAsync("Watching");
        var (exit, said) = await NinesProcess.RunAsync(folder.Path, "look", "shop", "-o", "json");
        Assert.Equal(0, exit);
        var seen = JsonNode.Parse(said)!;
        Assert.Equal(("nines.looks/1", "shop", "up"), ((string?)seen["schema"], (string?)seen["component"], (string?)seen["looks"]![0]!["state"]));
        Assert.True((bool)seen["looks"]![0]!["saw"]!["conditions"]![0]!["holds"]!);
        await UntilUpAsync(folder, "shop"); // the schedule alone may take five minutes to look at it

        Assert.Equal(2, (await NinesProcess.RunAsync(folder.Path, "look", "shop", "--probe", "htpp")).Exit);
        Assert.Equal(2, (await NinesProcess.RunAsync(folder.Path, "look", "shpo")).Exit);
        Assert.Equal(0, await nines.TerminateAsync());
        await using var journal = await SqliteJournal.OpenReadOnlyAsync(Path.Combine(folder.Path, "data"), TimeProvider.System, cancellation: Stop);
        var asked = Assert.Single((await journal.ReadAsync(JournalPosition.Start, 500, Stop)).Select(entry => entry.Fact).OfType<LookAsked>());
        Assert.Equal(("shop", (string?)null), (asked.Component.Value, asked.Probe));
        Assert.NotEmpty(asked.By);
    }

    [Fact]
    public async Task A_reload_during_an_outage_keeps_the_outage_and_leaves_no_gap_and_a_bad_config_changes_nothing()
    {
        await using var server = new SwitchedServer();
        await using var other = new SwitchedServer();
        using var folder = new TemporaryFolder();
        await WriteAsync(folder, Probed("shop", server.Url), Probed("old", other.Url));
        await using var nines = NinesProcess.Start(folder.Path, "up");
        await nines.SaysAsync("Watching");
        await UntilUpAsync(folder, "shop", "old");
        // Another look: an outage right after the first may have begun before it, unseen.
        var asked = server.Asked;
        await Patience.UntilAsync("shop is looked at again", () => server.Asked >= asked + 2, cancellation: Stop);
        server.Good = false;
        await nines.SaysAsync("(shop-1)");

        await WriteAsync(folder, Probed("shop", server.Url), Probed("new", other.Url));
        await SignalAsync(nines, "HUP");
        await nines.SaysAsync("1 added (new); 1 removed (old); 1 probe goes on undisturbed");
        await File.AppendAllTextAsync(Path.Combine(folder.Path, "nines.yaml"), "colour: blue\ncolor: red\n", Stop);
        await SignalAsync(nines, "HUP");
        await nines.SaysAsync("NIN4026");
        var (exit, said) = await NinesProcess.RunAsync(folder.Path, "reload", "--data", "data");
        Assert.Equal(1, exit);
        Assert.Contains("color: ", said);
        Assert.Contains("colour: ", said);

        server.Good = true;
        await nines.SaysAsync("shop is back (shop-1)");
        await UntilUpAsync(folder, "shop", "new");
        var couldLook = await CouldLookAsync(nines);
        Assert.Equal(0, await nines.TerminateAsync());

        var ledger = await LedgerAsync(folder);
        var shop = ledger.Find(new ComponentId("shop"))!;
        Assert.Equal(["shop-1"], shop.Outages.Select(outage => outage.Id));
        // Seen from the first look to the last: the reload is nowhere in it.
        if (couldLook) Assert.True(shop.Outages[0].Unseen == NodaTime.Duration.Zero, $"{shop.Outages[0].Unseen} unseen: {string.Join("; ", shop.Whole.Segments)}");
        var states = shop.Whole.Segments.Select(segment => segment.Likely).ToList();
        if (couldLook) Assert.DoesNotContain(State.Unknown, states.SkipWhile(state => state == State.Unknown));
        Assert.NotEqual(State.Unknown, ledger.Find(new ComponentId("new"))!.Latest!.Likely);
        Assert.False(ledger.Find(new ComponentId("old"))!.InConfig);
    }

    [Fact]
    public async Task Fifty_reloads_leave_no_descriptor_and_no_thread_behind()
    {
        if (!OperatingSystem.IsLinux()) return; // /proc tells what is open
        await using var server = new SwitchedServer();
        using var folder = new TemporaryFolder();
        string[] Components(int round) => [.. Enumerable.Range(0, 10).Select(i => Probed($"kept-{i}", server.Url)), .. Enumerable.Range(0, 10).Select(i => Probed($"c{round % 2}-{i}", server.Url))];
        await WriteAsync(folder, Components(0));
        await using var nines = NinesProcess.Start(folder.Path, "up");
        await nines.SaysAsync("Watching");
        await UntilUpAsync(folder, [.. Enumerable.Range(0, 10).SelectMany(i => (string[])[$"kept-{i}", $"c0-{i}"])]);
        int Open() => Directory.GetFileSystemEntries($"/proc/{nines.Id}/fd").Length;
        var before = Open();
        for (var round = 1; round <= 50; round++)
        {
            await WriteAsync(folder, Components(round));
            await SignalAsync(nines, "HUP");
            await Patience.UntilAsync($"reload {round} is told", () => nines.Said.Split("10 probes go on undisturbed").Length > round, () => nines.Said, cancellation: Stop);
        }
        Assert.Equal(50, nines.Said.Split("10 probes go on undisturbed").Length - 1);
        // Looks under way come and go, and a busy machine has more of them at a time; what fifty reloads leave behind stays.
        await Patience.UntilAsync($"no more than {before + 15} descriptors are open", () => Open() <= before + 15, () => $"{Open()} are", cancellation: Stop);
        var couldLook = await CouldLookAsync(nines);
        Assert.Equal(0, await nines.TerminateAsync());
        Assert.DoesNotMatch("NIN[0-9]{4}", nines.Said); // the link to log in by may hold the three letters
        var ledger = await LedgerAsync(folder);
        if (!couldLook) return;
        Assert.Empty(ledger.Outages);
        Assert.All(ledger.Components.Where(component => component.Id.Value.StartsWith("kept", StringComparison.Ordinal)), component =>
            Assert.DoesNotContain(State.Unknown, component.Whole.Segments.Select(segment => segment.Likely).SkipWhile(state => state == State.Unknown)));
    }

    [Fact]
    public async Task What_is_taken_down_as_soon_as_its_maintenance_is_declared_was_not_down_before()
    {
        await using var server = new SwitchedServer();
        using var folder = new TemporaryFolder();
        await WriteAsync(folder, Probed("shop", server.Url).Replace("every: 1s", "every: 3s", StringComparison.Ordinal));
        await using var nines = NinesProcess.Start(folder.Path, "up");
        await nines.SaysAsync("Watching");
        await UntilUpAsync(folder, "shop");
        // Most of an interval after the last look, which is the middle between it and the first that sees the shop closed.
        var asked = server.Asked;
        await Patience.UntilAsync("the next look", () => server.Asked > asked, () => nines.Said, cancellation: Stop);
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, Stop);
        asked = server.Asked;
        var (exit, said) = await NinesProcess.RunAsync(folder.Path, "maintenance", "start", "shop", "--for", "1h");
        Assert.True(exit == 0, said);
        // The reply waits 2 s at most for the last look: where that was not enough, this machine says nothing of it.
        var couldLook = server.Asked > asked;
        server.Good = false;
        await UntilAsync(folder, "the maintenance is seen", ledger => ledger.Find(new ComponentId("shop"))?.Latest is { Shown: State.Maintenance });
        couldLook &= await CouldLookAsync(nines);
        Assert.Equal(0, await nines.TerminateAsync());

        var shop = (await LedgerAsync(folder)).Find(new ComponentId("shop"))!;
        if (couldLook) Assert.True(shop.Outages.IsEmpty, $"{string.Join(", ", shop.Outages.Select(outage => outage.Id))}: {string.Join("; ", shop.Whole.Segments)}");
    }

    [Fact]
    public async Task Maintenance_a_pause_and_an_acknowledgement_survive_kill_minus_9()
    {
        await using var server = new SwitchedServer { Good = false };
        using var folder = new TemporaryFolder();
        await WriteAsync(folder, Probed("shop", server.Url), Probed("site", server.Url), Probed("page", server.Url));
        await using (var nines = NinesProcess.Start(folder.Path, "up"))
        {
            await nines.SaysAsync("(shop-1)");
            await nines.SaysAsync("(page-1)");
            Assert.Equal(0, (await NinesProcess.RunAsync(folder.Path, "maintenance", "start", "shop", "--for", "2h", "--reason", "new disks")).Exit);
            Assert.Equal(0, (await NinesProcess.RunAsync(folder.Path, "pause", "site", "--reason", "they asked")).Exit);
            Assert.Equal(0, (await NinesProcess.RunAsync(folder.Path, "ack", "page-1", "--note", "on it")).Exit);
            nines.Kill();
            await nines.ExitAsync();
        }
        await using (var again = NinesProcess.Start(folder.Path, "up"))
        {
            await again.SaysAsync("Watching");
            JsonArray components = [];
            string Of(string name, string what) => components.First(row => (string)row!["component"]! == name)![what]?.ToString() ?? "";
            await Patience.UntilAsync("shop is looked at again", async () =>
            {
                components = JsonNode.Parse((await NinesProcess.RunAsync(folder.Path, "get", "components", "-o", "json")).Said)!["components"]!.AsArray();
                return Of("shop", "state") == "maintenance";
            }, () => components.ToJsonString(), cancellation: Stop);
            Assert.Equal(("maintenance", "manual-1"), (Of("shop", "state"), Of("shop", "maintenance_window")));
            Assert.Equal(("unknown", "they asked"), (Of("site", "state"), Of("site", "paused_reason")));
            var outages = JsonNode.Parse((await NinesProcess.RunAsync(folder.Path, "get", "outages", "-o", "json", "--component", "page")).Said)!["outages"]!.AsArray();
            Assert.Equal("on it", (string)Assert.Single(outages)!["acknowledged_note"]!);
            Assert.Contains("on it", (await NinesProcess.RunAsync(folder.Path, "explain", "outage", "page-1")).Said);
            var windows = JsonNode.Parse((await NinesProcess.RunAsync(folder.Path, "maintenance", "list", "-o", "json")).Said)!["windows"]!.AsArray();
            Assert.Equal(("active", "new disks"), ((string)Assert.Single(windows)!["status"]!, (string)windows[0]!["reason"]!));

            Assert.Equal(0, (await NinesProcess.RunAsync(folder.Path, "maintenance", "end")).Exit);
            Assert.Equal(0, (await NinesProcess.RunAsync(folder.Path, "resume")).Exit);
            await again.SaysAsync("maintenance manual-1 ends: overrun, shop still down");
            server.Good = true;
            await again.SaysAsync("page is back (page-1)");
            var (exit, said) = await NinesProcess.RunAsync(folder.Path, "ack", "page-1");
            Assert.Equal(2, exit);
            Assert.Contains("NIN4024", said);
            (exit, said) = await NinesProcess.RunAsync(folder.Path, "maintenance", "start", "page", "--from", "2999-01-01T00:00:00Z");
            Assert.True(exit == 2 && said.Contains("more than a year ahead", StringComparison.Ordinal), said);
            Assert.Equal(0, (await NinesProcess.RunAsync(folder.Path, "note", "page-1", "the disk was full")).Exit);
            Assert.Equal(0, (await NinesProcess.RunAsync(folder.Path, "correct", "page-1", "--cause", "upstream", "--root", "shop", "--because", "their disk was full")).Exit);
            Assert.Equal(0, (await NinesProcess.RunAsync(folder.Path, "correct", "page-1", "--false-alarm", "--because", "only our proxy was down")).Exit);
            (exit, said) = await NinesProcess.RunAsync(folder.Path, "correct", "page-1", "--withdraw", "1", "--because", "no");
            Assert.True(exit == 2 && said.Contains("NIN4304", StringComparison.Ordinal), said);
            (exit, said) = await NinesProcess.RunAsync(folder.Path, "correct", "page-1", "--cause", "security", "--root", "shop", "--because", "no");
            Assert.True(exit == 2 && said.Contains("NIN4305", StringComparison.Ordinal), said);
            (exit, said) = await NinesProcess.RunAsync(folder.Path, "correct", "page-1", "--began", "2999-01-01/2999-01-02", "--because", "no");
            Assert.True(exit == 2 && said.Contains("NIN4302", StringComparison.Ordinal), said);
            foreach (var words in (string[][])[["note", "page-1", "paid to \u202Ebob"], ["correct", "page-1", "--cause", "upstream", "--because", "x\u200By"], ["pause", "page", "--reason", "\u001b[2J"], ["maintenance", "start", "page", "--reason", "x\u2066y"]])
            {
                (exit, said) = await NinesProcess.RunAsync(folder.Path, words);
                Assert.True(exit == 2 && said.Contains("NIN4328", StringComparison.Ordinal), said);
            }
            (exit, said) = await NinesProcess.RunAsync(folder.Path, "note", "page-9", "who?");
            Assert.True(exit == 2 && said.Contains("NIN4007", StringComparison.Ordinal), said);
            (exit, said) = await NinesProcess.RunAsync(folder.Path, "explain", "outage", "page-1");
            Assert.All(new[] { "their disk was full", "the disk was full", "Judged was:", "upstream, from shop", "False alarm, corrected by hand by" }, part => Assert.Contains(part, said));
            await UntilUpAsync(folder, "site");
            Assert.Equal(0, await again.TerminateAsync());
        }
        var ledger = await LedgerAsync(folder);
        Assert.Equal(State.Up, ledger.Find(new ComponentId("site"))!.Latest!.Likely);
        Assert.Null(ledger.Find(new ComponentId("site"))!.Paused);
        await using var journal = await SqliteJournal.OpenReadOnlyAsync(Path.Combine(folder.Path, "data"), TimeProvider.System, cancellation: Stop);
        var facts = (await journal.ReadAsync(JournalPosition.Start, int.MaxValue, Stop)).Select(entry => entry.Fact).ToList();
        Assert.Equal("new disks", Assert.Single(facts.OfType<MaintenanceEntered>()).Reason);
        Assert.Contains("uid", Assert.Single(facts.OfType<MaintenanceEnded>()).By);
    }

    [Fact]
    public async Task History_that_is_imported_while_a_watch_runs_goes_on_record_by_way_of_it_and_hides_nothing_that_it_sees()
    {
        await using var server = new SwitchedServer();
        using var folder = new TemporaryFolder();
        await WriteAsync(folder, Probed("shop", server.Url));
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "looks.csv"),
            "site,time,state\n" + string.Concat(((string[])["shop", "old"]).SelectMany(site => Enumerable.Range(0, 60).Select(minute => $"{site},2025-01-01T00:{minute:00}:00Z,{(minute is >= 20 and < 30 ? "down" : "up")}\n"))), Stop);
        await using var nines = NinesProcess.Start(folder.Path, "up");
        await nines.SaysAsync("Watching");
        await UntilUpAsync(folder, "shop");
        var (exit, said) = await NinesProcess.RunAsync(folder.Path, "import", "csv", "looks.csv");
        Assert.True(exit == 0, said);
        Assert.Contains("by way of the `nines up` that runs on it", said);
        await nines.SaysAsync("history of shop from 2025-01-01 00:00:00.000");
        server.Good = false;
        await nines.SaysAsync("(shop-1)");
        Assert.Equal(0, await nines.TerminateAsync());

        var ledger = await LedgerAsync(folder);
        Assert.Equal(["old-i1", "shop-i1", "shop-1"], ledger.Outages.Select(outage => outage.Id));
        var shop = ledger.Find(new ComponentId("shop"))!;
        Assert.Equal(("csv looks.csv", null), (shop.Outages[0].ImportedFrom, shop.Outages[1].ImportedFrom));
        Assert.Equal(10, shop.Outages[0].Length.Likely.TotalMinutes);
        // Between the two nobody looked.
        Assert.Contains(shop.Whole.Segments, segment => segment.Likely == State.Unknown && segment.From.ToUnixTimeSeconds() < shop.Outages[1].Began.Earliest.ToUnixTimeSeconds());

        // Nobody watches now: the same goes straight into the journal, and changes nothing.
        (exit, said) = await NinesProcess.RunAsync(folder.Path, "import", "csv", "looks.csv");
        Assert.Equal(0, exit);
        Assert.Contains("on record already", said);
    }

    [Fact]
    public async Task Without_a_watch_there_is_nobody_to_tell_and_the_message_says_how_to_mend_it()
    {
        using var folder = new TemporaryFolder();
        foreach (var call in new string[][] { ["reload"], ["pause", "shop"], ["maintenance", "start", "shop"], ["ack", "shop-1"] })
        {
            var (exit, said) = await NinesProcess.RunAsync(folder.Path, [.. call, "--data", folder.Path]);
            Assert.Equal(4, exit);
            Assert.Contains("NIN3013", said);
            Assert.Contains("Start it", said);
        }
    }

    [Fact]
    public async Task Names_that_are_wrong_are_told_with_what_was_probably_meant()
    {
        await using var server = new SwitchedServer();
        using var folder = new TemporaryFolder();
        await WriteAsync(folder, Probed("shop", server.Url));
        await using var nines = NinesProcess.Start(folder.Path, "up");
        await nines.SaysAsync("Watching");
        foreach (var (call, words) in new (string[], string)[]
        {
            (["pause", "shopp"], "Did you mean 'shop'?"), (["maintenance", "start", "shop", "--for", "8d"], "longer than 7d"),
            (["maintenance", "start", "shop", "--until", "2020-01-01"], "is over"), (["resume", "shop"], "is not paused"), (["maintenance", "end", "x"], "NIN4022"),
        })
        {
            var (exit, said) = await NinesProcess.RunAsync(folder.Path, call);
            Assert.Equal(2, exit);
            Assert.Contains(words, said);
        }
        Assert.Equal(0, await nines.TerminateAsync());
    }
}
