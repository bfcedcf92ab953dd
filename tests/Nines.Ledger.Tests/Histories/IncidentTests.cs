using FsCheck;
using FsCheck.Fluent;
using Nines.Core;
using Nines.Ledger.History;
using Nines.Testing;
using NodaTime;
using static Nines.Ledger.Tests.Histories.Telling;

namespace Nines.Ledger.Tests.Histories;

public sealed class IncidentTests
{
    [Fact]
    public void What_people_told_holds_to_the_minute() =>
        Assert.Equal(["0 uuu", "99 uud 1", "100 udd 1", "101 ddd 1", "199 udd 1", "200 uud 1", "201 uuu"], Incidents((100, 200, Impact.Critical)).History.Words());

    [Fact]
    public void Each_impact_means_what_the_table_says()
    {
        Assert.Contains("101 ggg", Incidents((100, 200, Impact.Minor)).History.Words());
        Assert.Contains("101 eee 1", Incidents((100, 200, Impact.Major)).History.Words());
        Assert.Contains("101 ddd page-1", Incidents((100, 200, Impact.Maintenance)).History.Words());
        Assert.Contains("101 ggg page-1", Incidents((100, 200, Impact.None)).History.Words());
    }

    [Fact]
    public void Incidents_that_overlap_are_joined_and_the_worst_counts()
    {
        var (history, rows) = Incidents((100, 200, Impact.Minor), (150, 250, Impact.Critical));
        Assert.Equal(["0 uuu", "99 uug", "100 ugg", "101 ggg", "149 ggd 1", "150 gdd 1", "151 ddd 1", "249 udd 1", "250 uud 1", "251 uuu"], history.Words());
        Assert.Equal((1, 0, 1, 0), (rows.Count(RowFate.Used), rows.Count(RowFate.Repaired), rows.Count(RowFate.Merged), rows.Count(RowFate.Rejected)));
        Assert.Equal((2, RepairRule.Overlap), (rows.Repairs.Single().Row, rows.Repairs.Single().Rule));
    }

    [Fact]
    public void One_that_ends_before_it_starts_is_turned_round_and_not_sure()
    {
        var (history, rows) = Incidents((200, 100, Impact.Critical));
        Assert.Equal(["0 uuu", "99 uud 1", "100 udd 1", "200 uud 1", "201 uuu"], history.Words());
        Assert.Equal(RepairRule.EndsBeforeStart, rows.Repairs.Single().Rule);
    }

    [Fact]
    public void One_of_no_length_is_possible_for_the_precision_and_likely_nothing()
    {
        var (history, rows) = Incidents((100, 100, Impact.Critical));
        Assert.Equal(["0 uuu", "99 uud 1", "101 uuu"], history.Words());
        Assert.Equal(RepairRule.ZeroLength, rows.Repairs.Single().Rule);
    }

    [Fact]
    public void One_that_is_open_for_ever_ends_where_the_evidence_does()
    {
        var (history, rows) = Incidents((100, null, Impact.Critical));
        Assert.Equal(["0 uuu", "99 uud 1", "100 udd 1", "101 ddd 1"], history.Words());
        Assert.Equal(At(1_000), history.Targets.Single().To);
        Assert.Equal(RepairRule.OpenForEver, rows.Repairs.Single().Rule);
    }

    [Fact]
    public void The_same_one_twice_is_merged_and_one_to_come_is_rejected()
    {
        var (_, rows) = Incidents((100, 200, Impact.Minor), (2_000, 2_100, Impact.Minor), (900, 1_100, Impact.Minor));
        Assert.Equal([(2, RowFate.Rejected), (3, RowFate.Repaired)], rows.Repairs.Select(repair => (repair.Row, repair.Fate)));
        var account = new RowAccount();
        account.Add(1);
        account.Add(2);
        Incident Same(int row) => new(["shop"], At(100), At(200), Impact.Minor, "a", row) { Id = "x" };
        IncidentTimelines.Build([Same(1), Same(2)], new IncidentSource { Tool = "Page" }, account, Now);
        Assert.Equal((2, RepairRule.Duplicate, RowFate.Merged), (account.Repairs.Single().Row, account.Repairs.Single().Rule, account.FateOf(2)));
    }

    [Fact]
    public void One_to_come_is_no_evidence_of_the_time_until_now()
    {
        var account = new RowAccount();
        for (var row = 1; row <= 3; row++) account.Add(row);
        Incident One(int row, Instant start, Instant? end) => new(["shop"], start, end, Impact.Critical, "a", row);
        var coming = Now + Duration.FromDays(1);
        var history = IncidentTimelines.Build([One(1, At(100), null), One(2, At(300), At(400)), One(3, coming, coming + Duration.FromHours(1))], new IncidentSource { Tool = "Page" }, account, Now);
        Assert.Equal(At(400), history.Targets.Single().To);
        Assert.Equal(RowFate.Rejected, account.FateOf(3));
    }

    [Fact]
    public void An_outage_is_not_hidden_by_a_window_that_was_announced_for_the_same_time() =>
        Assert.Contains("151 ddd 1", Incidents((100, 300, Impact.Maintenance), (150, 200, Impact.Critical)).History.Words());

    private static readonly Gen<(int Start, int Length, int Impact)[]> AnyIncidents =
        (from start in Gen.Choose(-50, 1_100) from length in Gen.Choose(-30, 300) from impact in Gen.Choose(0, 4) select (start, length, impact)).ArrayOf();

    [Fact]
    public void Whatever_people_told_every_row_is_accounted_for_and_segments_are_ordered_and_bounded() => Prop.ForAll(Arb.From(AnyIncidents), told =>
    {
        (double, double?, Impact)[] incidents = [.. told.Select(one => ((double)one.Start, one.Length == 299 ? null : (double?)(one.Start + one.Length), (Impact)one.Impact))];
        var (history, rows) = Incidents(incidents);
        Assert.Equal(incidents.Length, rows.Sum());
        Assert.Equal(incidents.Length, rows.Read);
        foreach (var target in history.Targets) Bounded.Check(target);
    }).Holds();

    [Fact]
    public void The_sweep_says_at_each_instant_what_all_incidents_together_say() => Prop.ForAll(Arb.From(AnyIncidents), told =>
    {
        var clean = told.Where(one => one.Length > 3 && one.Start > 1 && one.Start + one.Length < 998 && one.Impact is 1 or 2 or 3).ToList();
        if (clean.Count == 0) return;
        var line = Incidents([.. clean.Select(one => ((double)one.Start, (double?)(one.Start + one.Length), (Impact)one.Impact))]).History.Targets.Single();
        for (var minute = 0.5; minute < 999; minute += 7)
        {
            State Worst(double margin) => clean.Where(one => one.Start - margin <= minute && minute < one.Start + one.Length + margin).Select(one => IncidentSource.UsualImpacts[(Impact)one.Impact].State).DefaultIfEmpty(State.Up).Max();
            var segment = line.SegmentAt(At(minute));
            Assert.Equal((Worst(-1), Worst(0), Worst(1)), (segment.Best, segment.Likely, segment.Worst));
        }
    }).Holds();
}
