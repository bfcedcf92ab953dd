using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Timelines;
using Nines.Ledger.Documents;
using Nines.Ledger.Policies;
using Nines.Ledger.Reports;
using Nines.Testing;
using NodaTime;
using static Nines.Ledger.Tests.History;

namespace Nines.Ledger.Tests;

public sealed class ImportTests
{
    private static readonly ComponentId Old = new("old");

    private static ComponentLedger Shop(LedgerProjection ledger) => ledger.Find(History.Shop)!;

    private static State At(ComponentLedger component, double second) => component.Whole.Within(History.At(second), History.At(second) + Duration.Epsilon).Single().Segment.Likely;

    [Fact]
    public void A_component_that_no_config_ever_named_has_its_outages_report_and_resolution()
    {
        var ledger = new History().Imported("old", 10_000, 0, 900).Fold();
        var old = ledger.Find(Old)!;

        Assert.Equal(History.At(900), old.Frontier);
        Assert.Equal(ComponentKind.Venue, old.Summary!.Kind);
        Assert.Equal(Seconds(90), old.ResolutionBetween(History.At(0), History.At(900)));
        var outage = Assert.Single(old.Outages);
        Assert.Equal(("old-i1", "elsewhere shop.csv", Seconds(300)), (outage.Id, outage.ImportedFrom, outage.Length.Likely));
        var row = Assert.Single(Reporter.Make(ledger, ShippedPolicies.Strict).Components);
        Assert.Equal(2m / 3, row.Availability!.Value.Likely, 10);
        Assert.Equal(1m, row.Coverage);
        Assert.Equal(Seconds(90), row.Resolution);
    }

    [Fact]
    public void What_Nines_saw_itself_is_never_overwritten()
    {
        // Nines sees it up from 1,000 to 2,000; the import says that it was down all the time.
        var ledger = new History().Config(1_000, "shop").Started(1_000).Revised(1_001, 1_000, Up(1_000)).Watched(2_000)
            .Imported("shop", 2_000, 0, 1_900, "digest", 1, Down(0, "shop-i1")).Fold();

        Assert.Equal(State.Down, At(Shop(ledger), 999));
        Assert.Equal(State.Up, At(Shop(ledger), 1_000));
        Assert.Equal(State.Up, At(Shop(ledger), 1_950));
        Assert.Equal([new NodaTime.Interval(History.At(1_000), History.At(1_900))], Shop(ledger).SeenWithin(History.At(0), History.At(1_900)));
        Assert.Equal(Seconds(1_000), Shop(ledger).Outages.Single().Length.Likely);
        Assert.Equal(Seconds(35), Shop(ledger).ResolutionBetween(History.At(1_000), History.At(1_900)));
        Assert.Equal(Seconds(90), Shop(ledger).ResolutionBetween(History.At(0), History.At(1_900)));
    }

    [Fact]
    public void A_hole_in_what_Nines_saw_is_filled_and_what_it_sees_after_it_stays()
    {
        var history = new History().Config(0, "shop").Started(0).Revised(1, 0, Up(0)).Watched(1_000)
            .Started(5_000, "run-2").Revised(5_001, 5_000, Up(5_000)).Watched(6_000);
        Assert.Equal(State.Unknown, At(Shop(history.Fold()), 3_000));

        var ledger = history.Imported("shop", 6_000, 500, 5_500, "digest", 1, Up(500), Down(2_000, "shop-i1"), Up(4_000)).Revised(6_100, 6_050, Down(6_050, "shop-1")).Watched(6_200).Fold();
        Assert.Equal([State.Up, State.Up, State.Down, State.Up, State.Up, State.Down], new double[] { 900, 1_500, 3_000, 4_500, 5_200, 6_100 }.Select(second => At(Shop(ledger), second)));
        Assert.Equal(["shop-i1", "shop-1"], Shop(ledger).Outages.Select(outage => outage.Id));
        Assert.Equal(1m, Reporter.Make(ledger, ShippedPolicies.Strict).Components.Single().Coverage);
    }

    /// <summary>Told second by second, in the simplest way there is: what Nines saw, else the newest import that tells.</summary>
    [Fact]
    public void Whatever_is_imported_and_seen_in_whatever_order_what_was_seen_shows_and_else_the_newest_import() =>
        Prop.ForAll(Arb.From(from steps in (from what in Gen.Choose(0, 2) from at in Gen.Choose(0, 80) from length in Gen.Choose(1, 30) from state in Gen.Choose(0, 4) select (What: what, At: at, Length: length, State: (State)state)).ArrayOf() select steps), steps =>
        {
            var history = new History().Config(0, "shop").Started(0);
            var (seen, told) = (Enumerable.Repeat(State.Unknown, 200).ToArray(), Enumerable.Repeat(State.Unknown, 200).ToArray());
            Segment Of(double from, State state, string? name) => state == State.Unknown ? Unseen(from) : new Segment(History.At(from), state, state, state) { Outage = state.IsDown() ? name : null };
            var (now, number) = (150, 0);
            foreach (var step in steps)
            {
                number++;
                if (step.What == 0)
                {
                    history.Revised(now, step.At, Of(step.At, step.State, $"shop-{number}"));
                    Array.Fill(seen, step.State, step.At, 200 - step.At);
                }
                else
                {
                    history.Imported("shop", now, step.At, step.At + step.Length, $"{number}", number, Of(step.At, step.State, $"shop-i{number}"));
                    Array.Fill(told, step.State, step.At, step.Length);
                }
                history.Watched(now);
            }
            var shop = Shop(history.Fold());
            for (var second = 0; second < 150; second++)
                if (shop.Whole.Segments.Count > 0) Assert.Equal(seen[second] != State.Unknown ? seen[second] : told[second], At(shop, second + 0.5));
            foreach (var outage in shop.Outages) Assert.Equal(ImportedOutage.NumberOf(History.Shop, outage.Id) is not null, outage.ImportedFrom is not null);
        }).Holds();

    [Fact]
    public void The_same_again_changes_nothing()
    {
        var once = new History().Imported("old", 10_000, 0, 900);
        var before = once.Fold();
        var after = once.Imported("old", 20_000, 0, 900).Fold();
        Assert.True(before.Find(Old)!.HasImported("digest", History.At(0), History.At(900)));
        Assert.Equal(before.Find(Old)!.Whole.Segments, after.Find(Old)!.Whole.Segments);
        Assert.Equal(before.Find(Old)!.Imports, after.Find(Old)!.Imports);
    }

    [Fact]
    public void A_later_import_supersedes_an_earlier_one_where_they_overlap_and_nowhere_else()
    {
        var ledger = new History().Imported("old", 10_000, 0, 900, "first", 1, Down(0, "old-i1")).Imported("old", 10_001, 300, 600, "second", 2, Up(300)).Fold();
        var old = ledger.Find(Old)!;
        Assert.Equal([State.Down, State.Up, State.Down], new double[] { 100, 400, 800 }.Select(second => At(old, second)));
        Assert.Equal([("first", 0d, 300d), ("second", 300d, 600d), ("first", 600d, 900d)], old.Imports.OrderBy(import => import.From).Select(import => (import.Digest, (import.From - Zero).TotalSeconds, (import.To - Zero).TotalSeconds)));
        Assert.Equal(2, new History().Imported("old", 1, -900, -600, "x", 2).Fold().Find(Old)!.ImportedOutages);
    }

    [Fact]
    public void An_import_that_ends_while_it_is_down_leaves_an_outage_that_is_cut_off_and_not_open()
    {
        var outage = new History().Imported("old", 10_000, 0, 900, "digest", 1, Up(0), Down(500, "old-i1")).Fold().Find(Old)!.Outages.Single();
        Assert.True(outage.IsCutOff);
        Assert.False(outage.IsOpen);
        Assert.Equal(History.At(900), outage.KnownUntil);
    }

    [Fact]
    public void A_component_that_is_watched_later_goes_on_from_its_import_with_a_hole_between()
    {
        var ledger = new History().Imported("shop", 1_000, 0, 900).Config(2_000, "shop").Started(2_000).Revised(2_001, 2_000, Up(2_000)).Watched(3_000).Fold();
        Assert.Equal([State.Up, State.Unknown, State.Up], new double[] { 800, 1_500, 2_500 }.Select(second => At(Shop(ledger), second)));
        Assert.Equal(ComponentKind.Dapp, Shop(ledger).Summary!.Kind);
        Assert.Equal(History.At(3_000), Shop(ledger).Frontier);
    }

    [Fact]
    public void One_that_was_taken_out_of_the_config_is_filled_from_there_on()
    {
        var ledger = new History().Config(0, "shop", "api").Started(0).Revised(1, 0, Up(0)).Watched(1_000).Config(1_000, "api").Watched(9_000)
            .Imported("shop", 9_000, 500, 3_000, "digest", 1, Down(500, "shop-i1")).Fold();
        Assert.Equal([State.Up, State.Down], new double[] { 900, 2_000 }.Select(second => At(Shop(ledger), second)));
        Assert.Equal(History.At(3_000), Shop(ledger).Frontier);
        Assert.Equal(ComponentKind.Dapp, Shop(ledger).Summary!.Kind);
    }

    [Fact]
    public void The_export_tells_imports_and_is_the_same_after_a_rebuild()
    {
        var history = new History().Config(0, "shop").Started(0).Revised(1, 0, Up(0)).Watched(1_000).Imported("shop", 1_000, -900, -10);
        Assert.Equal(LedgerExport.Digest(history.Fold()), LedgerExport.Digest(history.Fold()));
        using var stream = new MemoryStream();
        LedgerExport.Write(history.Fold(), stream);
        Assert.Contains("elsewhere shop.csv", System.Text.Encoding.UTF8.GetString(stream.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public void The_fact_is_read_back_as_it_was_written()
    {
        var fact = (HistoryImported)new History().Imported("old", 10_000, 0, 900).Entries[0].Fact;
        var json = FactJson.Write(fact);
        Assert.StartsWith("{\"kind\":\"history_imported\"", System.Text.Encoding.UTF8.GetString(json), StringComparison.Ordinal);
        Assert.Equal(json, FactJson.Write(FactJson.Read(json)));
    }
}
