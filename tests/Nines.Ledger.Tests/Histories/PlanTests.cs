using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Ledger.History;
using NodaTime;
using static Nines.Ledger.Tests.Histories.Telling;

namespace Nines.Ledger.Tests.Histories;

public sealed class PlanTests
{
    private static readonly ComponentId Shop = new("shop");

    private static LedgerProjection Fold(params HistoryImported[] facts)
    {
        var history = new Tests.History();
        foreach (var fact in facts) history.Add(fact);
        return history.Fold();
    }

    private static HistoryImported Planned(ReadHistory history, LedgerProjection ledger, string digest = "a", ImportNaming? naming = null, Instant? from = null, Instant? to = null) =>
        ImportPlan.Make(history, "csv shop.csv", digest, naming ?? new ImportNaming(), ledger, Now, from, to).Single().Fact!;

    [Fact]
    public void What_is_planned_may_go_on_record_and_is_found_again()
    {
        var fact = Planned(Looks("uuddduuddu").History, new LedgerProjection());
        Assert.Null(ImportChecks.ProblemOf(fact, Now));
        var ledger = Fold(fact);
        Assert.Equal(["shop-i1", "shop-i2"], ledger.Outages.Select(outage => outage.Id));
        Assert.All(ledger.Outages, outage => Assert.False(outage.IsOpen));
        Assert.True(ImportPlan.Make(Looks("uuddduuddu").History, "csv shop.csv", "a", new ImportNaming(), ledger, Now).Single().IsOnRecord);
    }

    [Fact]
    public void An_outage_that_is_imported_again_keeps_its_name_and_a_new_one_gets_a_new_one()
    {
        var first = Fold(Planned(Looks("uuddduu").History, new LedgerProjection()));
        var again = Fold(Planned(Looks("uuddduu").History, new LedgerProjection()), Planned(Looks("uuddduuddu").History, first, "b"));
        Assert.Equal(["shop-i1", "shop-i2"], again.Outages.Select(outage => outage.Id));
    }

    [Fact]
    public void A_span_cuts_what_is_imported()
    {
        var fact = Planned(Looks("uuddduuddu").History, new LedgerProjection(), from: At(3), to: At(6));
        Assert.Equal((At(3), At(6), At(3)), (fact.From, fact.To, fact.Segments[0].From));
        Assert.Equal(State.Down, fact.Segments[0].Likely);
    }

    [Fact]
    public void Targets_of_one_component_are_joined_and_the_worst_of_those_that_tell_counts()
    {
        var rows = new RowAccount();
        List<Look> looks = [];
        void Add(string target, int from, string states)
        {
            for (var i = 0; i < states.Length; i++)
            {
                rows.Add(looks.Count + 1);
                looks.Add(new Look(target, At(from + i), states[i] == 'u' ? State.Up : State.Down, "", looks.Count + 1));
            }
        }
        Add("https://shop.example", 0, "uuuu");
        Add("Shop.example", 3, "uddduu");
        var fact = ImportPlan.Make(LookTimelines.Build(looks, Every(1), rows, Now), "csv", "a", new ImportNaming(), new LedgerProjection(), Now).Single();
        Assert.Equal((new ComponentId("shop.example"), 2, 1), (fact.Component, fact.Targets.Length, fact.Outages));
        Assert.Null(ImportChecks.ProblemOf(fact.Fact!, Now));
        Assert.Equal(At(8) + Duration.Epsilon, fact.Fact!.To);
    }

    [Fact]
    public void What_would_break_every_reader_for_ever_is_refused()
    {
        var good = Planned(Looks("uuddduu").History, new LedgerProjection());
        HistoryImported[] bad =
        [
            good with { To = good.From }, good with { To = Now + Minutes(1) }, good with { Segments = [] }, good with { Segments = [.. good.Segments.Reverse()] },
            good with { Segments = [good.Segments[0] with { Best = State.Down }] }, good with { Segments = [good.Segments[0] with { Outage = "shop-7" }] },
            good with { Segments = [good.Segments[0] with { From = good.From - Minutes(1) }] }, good with { Source = new string('x', 5_000) }, good with { Segments = default },
        ];
        Assert.All(bad, fact => Assert.NotNull(ImportChecks.ProblemOf(fact, Now)));
    }

    [Fact]
    public void Names_of_imported_outages_are_never_the_judge_s()
    {
        Assert.Equal("shop-i7", ImportedOutage.Name(Shop, 7));
        Assert.Equal(7, ImportedOutage.NumberOf(Shop, "shop-i7"));
        foreach (var other in (string?[])["shop-7", "shop-i", "shop-ix", "shop-i-7", "other-i7", "shop-i99999999999", null]) Assert.Null(ImportedOutage.NumberOf(Shop, other));
    }
}
