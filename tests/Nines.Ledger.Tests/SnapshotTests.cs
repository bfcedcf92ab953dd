using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using Nines.Backbone.Embedded;
using Nines.Backbone.Journal;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Timelines;
using Nines.Ledger.Documents;
using Nines.Ledger.Pictures;
using Nines.Ledger.Policies;
using Nines.Ledger.Reports;
using Nines.Ledger.Snapshots;
using NodaTime;
using static Nines.Ledger.Tests.History;

namespace Nines.Ledger.Tests;

public sealed class SnapshotTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nines-snapshot-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string FilePath => Path.Combine(folder, LedgerSnapshot.FileName);

    [Fact]
    public void A_snapshot_at_any_position_and_the_facts_after_it_say_what_all_facts_say()
    {
        for (var seed = 1; seed <= 12; seed++)
        {
            var entries = AnyHistory(seed, 50).Entries;
            var ledger = new LedgerProjection();
            var snapshots = new List<byte[]>();
            foreach (var entry in entries)
            {
                ledger.Apply(entry);
                snapshots.Add(Saved(ledger));
            }
            var (said, state) = (Says(ledger), Saved(ledger));
            foreach (var snapshot in snapshots)
            {
                var restored = LedgerProjection.Restore(new SnapshotReader(snapshot, 0));
                Assert.Equal(snapshot, Saved(restored));
                foreach (var entry in entries) restored.Apply(entry);
                Assert.Equal(said, Says(restored));
                Assert.Equal(state, Saved(restored));
            }
        }
    }

    [Fact]
    public async Task It_is_read_from_the_folder_and_what_came_after_it_is_added()
    {
        await using var journal = await WriteAsync(AnyHistory(7, 80), 60);
        await LedgerSnapshot.SaveAsync(await LedgerProjection.LoadAsync(journal), journal, folder);
        await AppendAsync(journal, AnyHistory(7, 80), 60);

        Assert.Equal(60, (await LedgerSnapshot.FindAsync(journal, folder))!.Position.Value);
        Assert.Equal(Says(await LedgerProjection.LoadAsync(journal)), Says(await LedgerSnapshot.LoadAsync(journal, folder)));
    }

    [Fact]
    public async Task One_that_is_cut_off_or_changed_anywhere_is_passed_over()
    {
        await using var journal = await WriteAsync(AnyHistory(3, 30), 30);
        await LedgerSnapshot.SaveAsync(await LedgerProjection.LoadAsync(journal), journal, folder);
        var whole = await File.ReadAllBytesAsync(FilePath);
        var expected = Says(await LedgerProjection.LoadAsync(journal));
        for (var at = 0; at < whole.Length; at += 1 + whole.Length / 60)
        {
            await File.WriteAllBytesAsync(FilePath, whole[..at]);
            Assert.Null(await LedgerSnapshot.FindAsync(journal, folder));

            var changed = whole.ToArray();
            changed[at] ^= 0x10;
            await File.WriteAllBytesAsync(FilePath, changed);
            Assert.Null(await LedgerSnapshot.FindAsync(journal, folder));
        }
        Assert.Equal(expected, Says(await LedgerSnapshot.LoadAsync(journal, folder)));
    }

    /// <summary>Whoever repairs the checksum too: what then cannot be read is passed over, whatever is wrong with it.</summary>
    [Fact]
    public async Task One_that_cannot_be_read_though_its_checksum_is_right_is_passed_over()
    {
        await using var journal = await WriteAsync(AnyHistory(3, 30), 30);
        await LedgerSnapshot.SaveAsync(await LedgerProjection.LoadAsync(journal), journal, folder);
        var whole = (await File.ReadAllBytesAsync(FilePath))[..^SHA256.HashSizeInBytes];
        foreach (var cut in new[] { 1, 2, 10, 100, 400 })
        {
            var content = whole[..^cut];
            await File.WriteAllBytesAsync(FilePath, [.. content, .. SHA256.HashData(content)]);
            Assert.Null(await LedgerSnapshot.FindAsync(journal, folder));
        }
        byte[] longer = [.. whole, 0];
        await File.WriteAllBytesAsync(FilePath, [.. longer, .. SHA256.HashData(longer)]);
        Assert.Null(await LedgerSnapshot.FindAsync(journal, folder));
    }

    [Fact]
    public async Task One_of_another_journal_is_passed_over()
    {
        string Another(string name) => Directory.CreateDirectory(Path.Combine(folder, name)).FullName;
        await using (var journal = await WriteAsync(AnyHistory(3, 30), 30))
            await LedgerSnapshot.SaveAsync(await LedgerProjection.LoadAsync(journal), journal, folder);
        await using (var other = await WriteAsync(AnyHistory(4, 40), 40, Another("other")))
            Assert.Null(await LedgerSnapshot.FindAsync(other, folder));
        await using (var shorter = await WriteAsync(AnyHistory(3, 30), 29, Another("shorter")))
            Assert.Null(await LedgerSnapshot.FindAsync(shorter, folder));
        await using (var went = await WriteAsync(AnyHistory(3, 30), 29, Another("went-another-way")))
        {
            await went.AppendAsync(new Append("watch", "another end", [new WatchStopped(At(9_999), "run-9")]));
            Assert.Null(await LedgerSnapshot.FindAsync(went, folder));
        }
        await using var same = await WriteAsync(AnyHistory(3, 30), 30, Another("same"));
        Assert.NotNull(await LedgerSnapshot.FindAsync(same, folder));
    }

    [Fact]
    public void A_ledger_that_was_extended_to_now_is_not_kept()
    {
        var ledger = ShopWith(100);
        ledger.ExtendTo(At(200));
        Assert.Throws<InvalidOperationException>(() => Saved(ledger));
    }

    private static byte[] Saved(LedgerProjection ledger)
    {
        var writer = new SnapshotWriter();
        ledger.Save(writer);
        return writer.Written.ToArray();
    }

    /// <summary>All that can be asked of a ledger: export, reports under each policy, pictures, and what verbs list.</summary>
    private static string Says(LedgerProjection ledger)
    {
        using var export = new MemoryStream();
        LedgerExport.Write(ledger, export);
        var reports = ShippedPolicies.All.Concat(ledger.OwnPolicies).Select(policy => Reporter.Make(ledger, policy)).ToList();
        return string.Join('\n',
        [
            System.Text.Encoding.UTF8.GetString(export.ToArray()),
            .. reports.Select(report => JsonSerializer.Serialize(ReportDocument.Of(report), DocumentJson.Options)),
            TimelinePicture.Of(ledger, reports[0]),
            JsonSerializer.Serialize(ledger.Windows, FactJson.Options),
            JsonSerializer.Serialize(ledger.Notices.Values, FactJson.Options),
            JsonSerializer.Serialize(ledger.Incidents, FactJson.Options),
            JsonSerializer.Serialize(ledger.Run, FactJson.Options) + ledger.StoppedCleanly + ledger.DefaultPolicy + ledger.WatchedUntil + ledger.Frontier,
            JsonSerializer.Serialize(ledger.Objectives.Select(objective => objective.ToString()), FactJson.Options),
            .. ledger.Components.Select(component => JsonSerializer.Serialize(new { component.Summary, component.InConfig, component.Paused, component.Evidence, component.Revisions, component.Blips, component.OutagesNamed }, FactJson.Options)),
            .. ledger.Components.SelectMany(component => component.Outages).Select(outage => $"{outage.Id} {outage.IsCutOff} {outage.Acknowledged}"),
        ]);
    }

    private async Task<SqliteJournal> WriteAsync(History history, int count, string? into = null)
    {
        var journal = await SqliteJournal.OpenAsync(into ?? folder, TimeProvider.System);
        await journal.AppendAsync(new Append("watch", "first", [.. history.Entries.Take(count).Select(entry => entry.Fact)]));
        return journal;
    }

    private static async Task AppendAsync(SqliteJournal journal, History history, int after) =>
        await journal.AppendAsync(new Append("watch", "more", [.. history.Entries.Skip(after).Select(entry => entry.Fact)]));

    /// <summary>Facts of every kind in an order that may be, to nanoseconds.</summary>
    private static History AnyHistory(int seed, int count)
    {
        var random = new Random(seed);
        var (now, outage) = (0.0, 1);
        var history = new History().Add(Config(random, now)).Started(0).RevisedFor("shop", null, 1, 0, Up(0));
        Bounds When() => new(At(now - 5), At(now - 1) + Duration.FromNanoseconds(random.Next(1_000)));
        while (history.Entries.Count < count)
        {
            now += 1 + random.NextDouble() * 50;
            ComponentId any = new(random.Next(3) switch { 0 => "shop", 1 => "api", _ => "chain" });
            var cause = random.Next(3) == 0 ? new Cause(CauseKind.Upstream, "the chain är nere") { Code = "halted", Roots = [new("chain")] } : Refused;
            _ = random.Next(18) switch
            {
                0 => history.Add(Config(random, now)),
                1 => history.Started(now, $"run-{now:0}"),
                2 => history.Add(new WatchStopped(At(now), "run-1")),
                3 => history.Watched(now, new ResolutionHad(any, Seconds(40.0000001 + random.Next(9)))),
                4 => history.Add(new MaintenanceEntered(At(now), $"window@{random.Next(4)}", [any], At(now + 10), At(now + 500)) { By = random.Next(2) == 0 ? "ann" : null, Reason = "disks", PublicText = random.Next(2) == 0 ? "New disks." : null }),
                5 => history.Add(new MaintenanceEnded(At(now), $"window@{random.Next(4)}", random.Next(2) == 0 ? "ben" : null)),
                6 => history.Add(new ProbingPaused(At(now), [any], "ann", null, random.Next(2) == 0 ? At(now + 60) : null)),
                7 => history.Add(new ProbingResumed(At(now), [any], null)),
                8 => history.Add(new OutageAcknowledged(At(now), $"shop-{random.Next(1, outage + 1)}", "ann", "mine")),
                9 => history.Add(new StateChanged(At(now), new ProbeId(any, "page"), new VantagePointId("eu-1"), State.Up, State.Down, When(), cause, [])),
                10 => history.Add(new BlipSeen(At(now), new ProbeId(any, "page"), new VantagePointId("eu-1"), State.Down, When(), random.Next(2) == 0 ? cause : null, [])),
                11 when random.Next(3) == 0 => history.Add(new ReportSent(At(now), "board", $"2026-{random.Next(1, 13):00}", now > 1 ? 1 : 0, "strict", random.Next(2) == 0 ? ReportFigures.None : new ReportFigures(0.9m, 0.95m, 1, "95 %", 1, 2, 3, "2 USD", "USD"), random.Next(2) == 0 ? "answered 500" : null)),
                11 => history.Add(new NoticeSent(At(now), $"shop-{outage}", random.Next(2) == 0 ? "opened" : "closed", "ops", random.Next(2) == 0 ? "status 500" : null)),
                12 => history.RevisedFor(any.Value, random.Next(3) == 0 ? "eu" : null, now, now - 20,
                    new Segment(At(now - 20) + Duration.FromNanoseconds(7), State.Up, State.Down, State.Down) { Outage = $"{any}-{++outage}", Cause = cause, Window = random.Next(4) == 0 ? "window@1" : null }),
                13 => history.Imported(random.Next(4) == 0 ? "elsewhere" : any.Value, now, now - 400 - random.Next(300), now - random.Next(300), $"digest-{random.Next(6)}", ++outage),
                14 => history.Add(new OutageNoted(At(now), $"shop-{random.Next(1, outage + 1)}", random.Next(2) == 0 ? "ann" : "ben", $"looked at {now:0}")),
                15 when random.Next(3) > 0 => history.Add(new OutageCorrected(At(now), $"shop-{random.Next(1, outage + 1)}", "ann", (CorrectionClaim)random.Next(1, 4), "it was the proxy") { Began = Between(now - 50, now - 45), Withdraws = random.Next(1, history.Entries.Count + 1) }),
                15 => history.Add(new CauseCorrected(At(now), $"shop-{random.Next(1, outage + 1)}", "ann", (CauseKind)random.Next(7), "it was the disk")),
                16 => history.Add(new IncidentPosted(At(now), $"disk-{random.Next(3)}", (IncidentPhase)random.Next(5), "A disk", (IncidentImpact)random.Next(4), "It is *full*.", random.Next(2) == 0 ? [] : ["shop"], random.Next(2) == 0 ? "shop-1" : null, "ann")),
                _ => history.RevisedFor(any.Value, random.Next(3) == 0 ? "us" : null, now, now - 3, Up(now - 2)),
            };
        }
        return history.Watched(now + 60);
    }

    private static ConfigLoaded Config(Random random, double at)
    {
        string[] names = random.Next(3) == 0 ? ["shop", "api"] : ["shop", "api", "chain"];
        return new ConfigLoaded(At(at), "digest", JsonSerializer.Serialize(new { policy = "own", policies = new[] { ShippedPolicies.Strict with { Name = "own", About = $"As of {at:0}.", Degraded = 0.1m * random.Next(9) } } }, FactJson.Options), "0.1.0", "2026a",
        [
            .. names.Select(name => new ComponentSummary(new ComponentId(name), ComponentKind.Node, ImmutableSortedDictionary<string, string>.Empty.Add("team", "päy").Add("a", "b"),
                name == "chain" ? [] : [new("chain")], random.Next(2) == 0 ? ["eu", "us"] : ["eu"], random.Next(4) == 0 ? null : Seconds(35 + random.Next(3)))),
        ]);
    }
}
