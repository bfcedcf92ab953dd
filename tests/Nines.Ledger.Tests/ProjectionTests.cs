using System.Text;
using Nines.Backbone.Journal;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Ledger.Documents;
using Nines.Ledger.Policies;
using Nines.Ledger.Reports;
using NodaTime;
using static Nines.Ledger.Tests.History;

namespace Nines.Ledger.Tests;

public sealed class ProjectionTests
{
    private static History Eventful() => new History()
        .Config(0, "shop", "api").Started(0)
        .Revised(1, 0, Up(0)).RevisedFor("api", null, 1, 0, Up(0)).RevisedFor("shop", "eu", 1, 0, Up(0))
        .Watched(60, new ResolutionHad(Shop, Seconds(50)))
        .Add(new StateChanged(At(75), new ProbeId(Shop, "page"), new VantagePointId("eu-1"), State.Up, State.Down, Between(60, 70), Refused, []))
        .Revised(75, 60, OutageOf("shop-1", 60, 70, 100, 110)[..3])
        .Revised(111, 100, OutageOf("shop-1", 60, 70, 100, 110)[3..])
        .Add(new BlipSeen(At(150), new ProbeId(Shop, "page"), new VantagePointId("eu-1"), State.Down, Between(140, 149), Refused, []))
        .Watched(180)
        .Add(new NoticeSent(At(181), "shop-1", "opened", "ops", null))
        .Started(400, "run-2")
        .Watched(460);

    [Fact]
    public void Two_rebuilds_give_the_same_bytes()
    {
        using MemoryStream a = new(), b = new();
        LedgerExport.Write(Eventful().Fold(), a);
        LedgerExport.Write(Eventful().Fold(), b);

        Assert.Equal(Encoding.UTF8.GetString(a.ToArray()), Encoding.UTF8.GetString(b.ToArray()));
        Assert.Equal(LedgerExport.Digest(Eventful().Fold()), Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(a.ToArray())));
    }

    [Fact]
    public void Reading_in_pieces_with_questions_in_between_ends_where_a_rebuild_does()
    {
        var history = Eventful();
        var ledger = new LedgerProjection();
        foreach (var entry in history.Entries)
        {
            ledger.Apply(entry);
            _ = ledger.Outages.ToList(); // fills caches that the next entry has to see through
            _ = LedgerExport.Digest(ledger);
        }

        Assert.Equal(LedgerExport.Digest(history.Fold()), LedgerExport.Digest(ledger));
    }

    [Fact]
    public void An_end_at_the_frontier_is_seen_once_the_frontier_has_passed_it()
    {
        var history = new History().Config(0, "shop").Started(0).Revised(40, 0, [Up(0), .. OutageOf("shop-1", 10, 20, 30, 40)]);
        var ledger = history.Fold();
        Assert.True(Assert.Single(ledger.Outages).IsOpen);
        history.Watched(50);
        ledger.Apply(history.Entries[^1]);
        Assert.False(Assert.Single(ledger.Outages).IsOpen);
        Assert.Equal(LedgerExport.Digest(history.Fold()), LedgerExport.Digest(ledger));
    }

    [Fact]
    public void A_name_that_a_judge_without_memory_gives_again_stays_one_outage_while_time_goes_on()
    {
        var history = new History().Config(0, "shop").Started(0)
            .Revised(120, 0, [Up(0), .. OutageOf("shop-1", 10, 20, 30, 40), .. OutageOf("shop-2", 50, 60, 70, 80), Down(100, "shop-1")]);
        var ledger = history.Fold();
        for (var until = 130; until <= 150; until += 10)
        {
            Assert.Equal(["shop-1", "shop-2"], ledger.Outages.Select(outage => outage.Id));
            ledger.Apply(history.Watched(until).Entries[^1]);
        }
        Assert.Equal(LedgerExport.Digest(history.Fold()), LedgerExport.Digest(ledger));
    }

    [Fact]
    public void An_entry_that_comes_twice_changes_nothing()
    {
        var history = Eventful();
        var ledger = history.Fold();
        var before = LedgerExport.Digest(ledger);
        foreach (var entry in history.Entries) ledger.Apply(entry);

        Assert.Equal(before, LedgerExport.Digest(ledger));
    }

    [Fact]
    public void Every_fact_changes_the_digest()
    {
        var ledger = new LedgerProjection();
        var seen = new HashSet<string> { LedgerExport.Digest(ledger) };
        foreach (var entry in Eventful().Entries)
        {
            ledger.Apply(entry);
            Assert.True(seen.Add(LedgerExport.Digest(ledger)), $"entry {entry.Position} left the digest as it was");
        }
    }

    [Fact]
    public void A_missing_entry_is_refused()
    {
        var ledger = new LedgerProjection();

        Assert.Throws<ArgumentException>(() => ledger.Apply(new JournalEntry(new JournalPosition(2), "watch", 1, new WatchStopped(At(0), "run-1"))));
    }

    [Fact]
    public void A_gap_between_two_runs_is_never_filled_with_the_state_before_it()
    {
        // Killed at 180, watching again at 400; not even the judge has said yet that nobody watched.
        var report = Reporter.Make(Eventful().Fold(), ShippedPolicies.Strict);
        var shop = report.Components.Single(component => component.Component == Shop);

        Assert.Equal(Seconds(460 - 180), shop.Tally.Unknown);
        Assert.Equal(Seconds(180), shop.Tally.Window - shop.Tally.Unknown);
    }

    [Fact]
    public void An_outage_left_open_by_a_killed_watcher_does_not_count_for_the_time_that_nobody_watched()
    {
        var ledger = new History().Config(0, "shop").Started(0).Revised(1, 0, Up(0), Down(100, "shop-1")).Watched(160).Started(10_000, "run-2").Watched(10_060).Fold();
        var outage = Assert.Single(ledger.Find(Shop)!.Outages);

        Assert.Equal(Seconds(60), outage.Length.Likely);
        Assert.Equal(Seconds(9_960), outage.Length.Longest);
        Assert.Equal(Seconds(60), Reporter.Make(ledger, ShippedPolicies.Strict).Components[0].Tally.Down.Longest);
    }

    [Fact]
    public void The_judges_own_word_on_a_gap_supersedes_ours()
    {
        var ledger = Eventful().Revised(461, 180, Unseen(180), Up(401)).Watched(520).Fold();
        var shop = Reporter.Make(ledger, ShippedPolicies.Strict).Components.Single(component => component.Component == Shop);

        Assert.Equal(Seconds(221), shop.Tally.Unknown);
    }

    [Fact]
    public void A_late_correction_changes_the_past_but_not_a_report_as_of_an_older_position()
    {
        var history = new History().Config(0, "shop").Started(0).Revised(1, 0, Up(0), Unseen(100), Up(200)).Watched(600);
        var before = Reporter.Make(history.Fold(), ShippedPolicies.Strict);
        var after = Reporter.Make(history.Revised(601, 100, Down(100, "shop-1"), Up(200)).Fold(), ShippedPolicies.Strict);

        Assert.Equal(Seconds(100), before.Components[0].Tally.Unknown);
        Assert.Equal(Duration.Zero, after.Components[0].Tally.Unknown);
        Assert.Equal(Seconds(100), after.Components[0].Tally.Down.Likely);
        Assert.True(before.AsOf.Value < after.AsOf.Value);
    }

    [Fact]
    public void A_component_taken_out_of_the_config_is_not_claimed_any_further()
    {
        var history = new History().Config(0, "shop", "api").Started(0).Revised(1, 0, Up(0)).RevisedFor("api", null, 1, 0, Up(0)).Watched(100).Config(101, "api").Watched(200);
        Assert.Equal(At(100), history.Fold().Find(Shop)!.Frontier);
        Assert.Equal(At(200), history.Fold().Find(new ComponentId("api"))!.Frontier);

        var back = Reporter.Make(history.Config(300, "shop", "api").Watched(400).Fold(), ShippedPolicies.Strict).Components.Single(component => component.Component == Shop);
        Assert.Equal(Seconds(300), back.Tally.Unknown);
    }

    [Fact]
    public void The_stated_resolution_is_the_worst_in_the_window()
    {
        var shop = Eventful().Fold().Find(Shop)!;

        Assert.Equal(Seconds(50), shop.ResolutionBetween(At(0), At(180)));
        Assert.Equal(Seconds(35), shop.ResolutionBetween(At(60), At(180)));
    }
}
